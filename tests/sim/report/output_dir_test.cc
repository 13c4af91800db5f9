// SPDX-License-Identifier: Apache-2.0
//
// Goal: a result folder has all five files or none, errors name the file, and nothing that was
// there before is lost by a run that fails.

#include "sim/report/output_dir.h"

#include <algorithm>
#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "sim/report/summary_reader.h"
#include "tests/sim/report/example_run.h"

namespace fn::tests {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

class OutputDir : public testing::Test {
 public:
  OutputDir() {
    std::string name = (fs::temp_directory_path() / "fn-output-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }

  OutputDir(const OutputDir&) = delete;
  OutputDir& operator=(const OutputDir&) = delete;

  ~OutputDir() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }

  [[nodiscard]] std::vector<std::string> files(const std::string& name) const {
    std::vector<std::string> files;
    for (const auto& entry : fs::directory_iterator(path(name))) {
      files.push_back(entry.path().filename().string());
    }
    std::sort(files.begin(), files.end());
    return files;
  }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  void put(const std::string& name, const std::string& text) const {
    fs::create_directories(fs::path(path(name)).parent_path());
    std::ofstream(path(name), std::ios::binary) << text;
  }

 private:
  std::string root_;
};

sim::MinuteRow first_minute() {
  sim::MinuteRow row;
  row.end = core::Instant{60s};
  row.demand_mib = 1024;
  row.capacity_mib = 4096;
  row.runners = sim::RunnerCounts{.requested = 1, .booting = 2, .active = 3, .draining = 4};
  row.arrived = 5;
  row.waiting = 6;
  row.cold = 7;
  row.refused = 8;
  row.wait_p50 = 1500us;
  row.wait_p99 = 2s;
  return row;
}

TEST_F(OutputDir, TakesAwayWhatAProgramLeftThatWasKilled) {
  constexpr const char* kNobody = "2147483000";  // beyond every process number
  put("o/.timeline.csv." + std::string(kNobody) + ".partial", "cut");
  put("o/.timeline.csv." + std::to_string(::getpid()) + ".partial", "being written");
  put("o/.notes.partial", "somebody's own");
  const auto output = sim::OutputDir::create(path("o"));
  ASSERT_TRUE(output);
  const std::vector<std::string> left = files("o");
  EXPECT_EQ(std::count(left.begin(), left.end(), ".notes.partial"), 1);
  EXPECT_EQ(left.size(), 3U) << "and the two of the run that has begun";
}

TEST_F(OutputDir, PutsAllFiveFilesInPlaceAtTheEnd) {
  auto output = sim::OutputDir::create(path("a/b/"));
  ASSERT_TRUE(output.has_value()) << output.error().message;
  sim::DecisionLog log;
  log.add(core::Instant{1s}, core::NpmFact::of(core::GroupScaled{}));
  ASSERT_TRUE(output->add_minute("x,y", first_minute(), &log).has_value());
  ASSERT_TRUE(output->add_minute("z", sim::MinuteRow{.end = core::Instant{120s}}, nullptr));
  EXPECT_FALSE(fs::exists(path("a/b/timeline.csv")));
  ASSERT_TRUE(output->commit(example_run(), "a,b\n").has_value());

  EXPECT_EQ(files("a/b"),
            (std::vector<std::string>{
                "decisions.jsonl", "functions.csv", "groups.csv", "summary.json", "timeline.csv"}));
  EXPECT_EQ(content("a/b/timeline.csv"),
            "group,minute,demand_mib,capacity_mib,requested,booting,active,draining,arrived,"
            "waiting,cold,refused,wait_p50_ms,wait_p99_ms\n"
            "\"x,y\",0,1024,4096,1,2,3,4,5,6,7,8,1.500,2000.000\n"
            "z,1,0,0,0,0,0,0,0,0,0,0,,\n");
  EXPECT_EQ(content("a/b/summary.json"), sim::to_json(example_run()));
  EXPECT_EQ(content("a/b/groups.csv"), sim::to_csv(example_run()));
  EXPECT_EQ(content("a/b/functions.csv"), "a,b\n");
  EXPECT_EQ(content("a/b/decisions.jsonl").find("{\"t_s\":1.000000,\"group\":\"x,y\""), 0U);
  EXPECT_TRUE(sim::read_summary(path("a/b")).has_value());
}

TEST_F(OutputDir, LeavesNothingBehindWhenTheRunIsGivenUp) {
  {
    auto output = sim::OutputDir::create(path("made/for/it"));
    ASSERT_TRUE(output.has_value());
    ASSERT_TRUE(output->add_minute("g", first_minute(), nullptr).has_value());
    EXPECT_EQ(files("made/for/it").size(), 2U);
  }
  EXPECT_FALSE(fs::exists(path("made")));
}

TEST_F(OutputDir, KeepsWhatWasThereWhenTheRunIsGivenUp) {
  put("old/summary.json", "old");
  { ASSERT_TRUE(sim::OutputDir::create(path("old")).has_value()); }
  EXPECT_EQ(files("old"), (std::vector<std::string>{"summary.json"}));
  EXPECT_EQ(content("old/summary.json"), "old");
}

TEST_F(OutputDir, ReplacesAnEarlierResult) {
  put("old/summary.json", "old");
  put("old/notes.txt", "mine");
  auto output = sim::OutputDir::create(path("old"));
  ASSERT_TRUE(output->commit(example_run(), "a,b\n").has_value());
  EXPECT_EQ(content("old/summary.json"), sim::to_json(example_run()));
  EXPECT_EQ(content("old/notes.txt"), "mine");
}

TEST_F(OutputDir, NamesAFolderThatCannotBeMade) {
  put("file", "text");
  const auto output = sim::OutputDir::create(path("file"));
  ASSERT_FALSE(output.has_value());
  EXPECT_TRUE(output.error().message.starts_with(path("file") + ": cannot be made: "))
      << output.error().message;
  EXPECT_FALSE(sim::OutputDir::create(path("file/below")).has_value());
  EXPECT_EQ(content("file"), "text");
}

TEST_F(OutputDir, LeavesNoPartialResultWhenAFileCannotBePutInPlace) {
  put("out/groups.csv/in-the-way", "text");
  put("out/summary.json", "old");
  {
    auto output = sim::OutputDir::create(path("out"));
    ASSERT_TRUE(output.has_value());
    const core::Status status = output->commit(example_run(), "a,b\n");
    ASSERT_FALSE(status.has_value());
    EXPECT_TRUE(
        status.error().message.starts_with(path("out/groups.csv") + ": cannot be put in place: "))
        << status.error().message;
  }
  EXPECT_EQ(files("out"), (std::vector<std::string>{"groups.csv"}));
}

// A limit on the size of files stands for a full disk.
TEST_F(OutputDir, NamesTheFileThatCouldNotBeWritten) {
  rlimit before{};
  ASSERT_EQ(::getrlimit(RLIMIT_FSIZE, &before), 0);
  const auto old_handler = std::signal(SIGXFSZ, SIG_IGN);
  std::string message;
  {
    auto output = sim::OutputDir::create(path("full"));
    ASSERT_TRUE(output.has_value());
    const rlimit tiny{.rlim_cur = 4096, .rlim_max = before.rlim_max};
    ASSERT_EQ(::setrlimit(RLIMIT_FSIZE, &tiny), 0);
    for (int row = 0; row < 10'000 && message.empty(); ++row) {
      if (const auto status = output->add_minute("g", first_minute(), nullptr); !status) {
        message = status.error().message;
      }
    }
  }
  ::setrlimit(RLIMIT_FSIZE, &before);
  std::signal(SIGXFSZ, old_handler);
  EXPECT_TRUE(message.starts_with(path("full/timeline.csv") + ": cannot be written: ")) << message;
  EXPECT_FALSE(fs::exists(path("full")));
}

}  // namespace
}  // namespace fn::tests
