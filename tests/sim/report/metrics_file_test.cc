// SPDX-License-Identifier: Apache-2.0
//
// Goal: the file of metrics has all minutes in the order of the groups or is not there at all, and
// what is wrong with it is told before the run.

#include "sim/report/metrics_file.h"

#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

namespace fs = std::filesystem;

class MetricsFile : public testing::Test {
 public:
  MetricsFile() {
    std::string name = (fs::temp_directory_path() / "fn-metrics-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }

  MetricsFile(const MetricsFile&) = delete;
  MetricsFile& operator=(const MetricsFile&) = delete;

  ~MetricsFile() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

 protected:
  [[nodiscard]] std::string path(const std::string& name) const { return root_ + "/" + name; }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream in(path(name), std::ios::binary);
    std::ostringstream text;
    text << in.rdbuf();
    return text.str();
  }

  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(fs::directory_iterator(root_), {}));
  }

 private:
  std::string root_;
};

TEST_F(MetricsFile, HasEveryGroupsMinutesAndLeavesNothingElse) {
  auto file = sim::MetricsFile::create(path("m.prom"));
  ASSERT_TRUE(file) << file.error().message;
  for (const std::uint64_t arrived : {1U, 10U, 2U, 20U}) {
    sim::MetricSample sample;
    sample.arrived = arrived;
    ASSERT_TRUE(file->add(sample));
  }
  ASSERT_TRUE(file->close(std::vector<std::string>{"a", "b"}));
  EXPECT_FALSE(fs::exists(path("m.prom")));
  ASSERT_TRUE(file->commit());
  EXPECT_NE(content("m.prom").find("fn_calls_arrived_total{lb_group=\"a\"} 1 60\n"
                                   "fn_calls_arrived_total{lb_group=\"a\"} 2 120\n"
                                   "fn_calls_arrived_total{lb_group=\"b\"} 10 60\n"
                                   "fn_calls_arrived_total{lb_group=\"b\"} 20 120\n"),
            std::string::npos);
  { const sim::MetricsFile over = std::move(*file); }
  EXPECT_EQ(files(), 1U);
}

TEST_F(MetricsFile, IsWholeForARunWithoutMinutes) {
  auto file = sim::MetricsFile::create(path("m.prom"));
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->close({}));
  ASSERT_TRUE(file->commit());
  EXPECT_TRUE(content("m.prom").ends_with("# EOF\n"));
}

TEST_F(MetricsFile, LeavesNothingBehindAndWhatWasThereWhenItIsGivenUp) {
  std::ofstream(path("m.prom")) << "old";
  {
    auto file = sim::MetricsFile::create(path("m.prom"));
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->add(sim::MetricSample{}));
    EXPECT_EQ(files(), 3U);
  }
  EXPECT_EQ(files(), 1U);
  EXPECT_EQ(content("m.prom"), "old");
}

TEST_F(MetricsFile, TellsWhatIsWrongWithItsPlace) {
  const auto folder = sim::MetricsFile::create(path(""));
  ASSERT_FALSE(folder);
  EXPECT_EQ(folder.error().message,
            path("") + ": expected a file, not a folder; give another file with --metrics");
  EXPECT_EQ(folder.error().code, core::ErrorCode::kInvalidArgument);
  const auto nowhere = sim::MetricsFile::create(path("no/such/m.prom"));
  ASSERT_FALSE(nowhere);
  EXPECT_EQ(nowhere.error().message,
            path("no/such/m.prom") +
                ": cannot be created: No such file or directory; free space or give another file "
                "with --metrics");
}

}  // namespace
}  // namespace fn::tests
