// SPDX-License-Identifier: Apache-2.0
//
// Goal: a folder as InVitro publishes them, or its single Azure 2021 file, is a trace, by itself
// and as --trace-format invitro; the other files that lie there are named. With FN_TRACES (or
// ../shared/traces) also the excerpts that InVitro and Dirigent publish.

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "sim/scenario/trace_source.h"
#include "sim/trace/fntrace.h"
#include "tests/support/read_whole.h"

namespace fn::tests {

namespace {

namespace fs = std::filesystem;

using sim::TraceFormat;

class InvitroFolder : public testing::Test {
 public:
  InvitroFolder() : folder(testing::TempDir() + "/invitro_test") {
    fs::remove_all(folder);
    fs::create_directory(folder);
  }

  InvitroFolder(const InvitroFolder&) = delete;
  InvitroFolder& operator=(const InvitroFolder&) = delete;

  ~InvitroFolder() override { fs::remove_all(folder); }

 protected:
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder + "/" + name) << text;
  }

  // Three files of one function, minutes 9 and 10, three equal hashes, no Trigger.
  void write_three() const {
    write("invocations.csv", "HashFunction,HashOwner,HashApp,minute_9,minute_10\nf,f,f,2,1\n");
    write("durations.csv",
          "HashFunction,HashOwner,HashApp,Average,Count,Minimum,Maximum,percentile_Average_0,"
          "percentile_Average_1,percentile_Average_25,percentile_Average_50,"
          "percentile_Average_75,percentile_Average_99,percentile_Average_100\n"
          "f,f,f,5,3,1,9,1,1,2,5,6,9,9\n");
    write("memory.csv", "HashFunction,HashOwner,HashApp,AverageAllocatedMb\nf,f,f,170\n");
  }

  // "functions calls minutes", or the error; `reader` then has the trace.
  std::string found(const std::string& path, TraceFormat format) {
    core::Result<sim::TraceReaderPtr> opened = sim::open_trace_source({path, format}, {});
    opened = opened ? sim::with_whole_head(std::move(*opened)) : std::move(opened);
    if (!opened) {
      return opened.error().message;
    }
    reader = std::move(*opened);
    const auto minutes = read_whole(*reader);
    if (!minutes) {
      return minutes.error().message;
    }
    std::uint64_t calls = 0;
    for (const core::TraceFunction& function : reader->head().functions) {
      calls += function.calls;
    }
    const std::int64_t span = reader->head().end_ns - reader->head().begin_ns;
    return std::to_string(reader->head().functions.size()) + " " + std::to_string(calls) + " " +
           std::to_string(span / core::kTraceMinuteNs);
  }

  std::string folder;
  sim::TraceReaderPtr reader;
};

TEST_F(InvitroFolder, IsATraceByItselfAndByName) {
  write_three();
  for (const TraceFormat format : {TraceFormat::kAuto, TraceFormat::kInvitro}) {
    EXPECT_EQ(found(folder, format), "1 3 2");
    EXPECT_EQ(found(folder + "/invocations.csv", format), "1 3 2");
    EXPECT_TRUE(reader->warnings().empty());
  }
  EXPECT_EQ(reader->head().functions[0].tenant, "f");
  EXPECT_EQ(reader->head().functions[0].trigger, "");
  EXPECT_EQ(reader->head().functions[0].memory_mib, 170);
}

TEST_F(InvitroFolder, FilesWithoutCallsAreNamed) {
  write_three();
  write("dirigent.json", "{}");
  write("dag_structure.csv", "Width - Percentile,Width\n");
  for (const TraceFormat format : {TraceFormat::kAuto, TraceFormat::kInvitro}) {
    EXPECT_EQ(found(folder, format), "1 3 2");
    ASSERT_EQ(reader->warnings().size(), 2U);
    EXPECT_EQ(reader->warnings()[0],
              folder + "/dirigent.json: not used (it says images and scaling overrides)");
    EXPECT_EQ(reader->warnings()[1],
              folder + "/dag_structure.csv: not used (it says which function calls which)");
  }
}

TEST_F(InvitroFolder, MayHoldOneAzure2021FileInstead) {
  write("trace.csv", "app,func,end_timestamp,duration\na,f,10,0.5\na,g,70,1\n");
  write("dag_structure.csv", "x\n");
  for (const TraceFormat format : {TraceFormat::kAuto, TraceFormat::kInvitro}) {
    EXPECT_EQ(found(folder, format), "2 2 2");
    EXPECT_EQ(found(folder + "/trace.csv", format), "2 2 2");
  }
}

TEST_F(InvitroFolder, WithNeitherIsRefused) {
  write("trace.csv", "start,fn\n1,f\n");
  EXPECT_NE(found(folder + "/trace.csv", TraceFormat::kInvitro).find("expected"),
            std::string::npos);
  fs::remove(folder + "/trace.csv");
  EXPECT_NE(found(folder, TraceFormat::kInvitro).find("expected a trace"), std::string::npos);
}

// Published excerpts, linked into a folder under the names that InVitro wants.
class InvitroExcerpts : public InvitroFolder {
 protected:
  static std::string traces() {
    const char* named = std::getenv("FN_TRACES");      // NOLINT(concurrency-mt-unsafe)
    const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
    return named != nullptr ? named
                            : std::string(root != nullptr ? root : ".") + "/../shared/traces";
  }

  void link(const std::vector<std::pair<std::string, std::string>>& files) {
    for (const auto& [from, to] : files) {
      fs::remove(folder + "/" + to);
      fs::create_symlink(fs::absolute(traces() + "/" + from), folder + "/" + to);
    }
  }
};

TEST_F(InvitroExcerpts, HaveTheCallsThatTheirREADMECounts) {
  const std::string invitro = "azure2019-invitro-jun2022/";
  const std::string dirigent = "azure2019-dirigent-sosp24/";
  if (!fs::exists(traces() + "/" + invitro)) {
    GTEST_SKIP() << "no traces in " << traces();
  }
  for (const TraceFormat format : {TraceFormat::kAuto, TraceFormat::kInvitro}) {
    link({{invitro + "50_inv.csv", "invocations.csv"},
          {invitro + "50_run.csv", "durations.csv"},
          {invitro + "50_mem.csv", "memory.csv"}});
    EXPECT_EQ(found(folder, format), "50 26940 1440");
    link({{dirigent + "100_invocations.csv", "invocations.csv"},
          {dirigent + "100_durations.csv", "durations.csv"},
          {dirigent + "100_memory.csv", "memory.csv"}});
    EXPECT_EQ(found(folder, format), "100 339657 480");
    const std::string single = traces() + "/azure2021-excerpt/azure2021_first998.csv";
    EXPECT_EQ(found(single, format), "49 998 108");
  }
}

}  // namespace

}  // namespace fn::tests
