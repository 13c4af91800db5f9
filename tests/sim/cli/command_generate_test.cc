// SPDX-License-Identifier: Apache-2.0
//
// Goal: `fnsim trace generate` writes the trace that presets, files and settings ask for, and says
// in one line what is wrong with them.

#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/byte_source.h"
#include "sim/cli/fnsim.h"
#include "sim/trace/fntrace.h"

namespace fn::tests {
namespace {

class GenerateTest : public testing::Test {
 protected:
  void TearDown() override {
    std::remove(path_.c_str());
    std::remove(file_.c_str());
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"trace", "generate"});
    out_.str("");
    err_.str("");
    return sim::fnsim(arguments, sim::Console{.out = out_, .err = err_}, sim::Engine());
  }

  [[nodiscard]] core::TraceHead head() const {
    core::Result<core::ByteSourcePtr> source = core::open_bytes(path_);
    EXPECT_TRUE(source);
    const core::Result<sim::TraceReaderPtr> trace = sim::read_fntrace(std::move(*source));
    EXPECT_TRUE(trace);
    return (*trace)->head();
  }

  std::ostringstream out_;
  std::ostringstream err_;
  std::string path_ = testing::TempDir() + "/generate_test.fntrace";
  std::string file_ = testing::TempDir() + "/generate_test.toml";
};

TEST_F(GenerateTest, WritesAPresetWithSettingsOverIt) {
  EXPECT_EQ(run({"--preset",
                 "azure2019-day",
                 "--set",
                 "platform.apps=10",
                 "--level",
                 "1",
                 "--out",
                 path_}),
            0)
      << err_.str();
  EXPECT_EQ(out_.str(), path_ + "\n");
  EXPECT_NE(err_.str().find(" calls, "), std::string::npos);
  const std::string once = head().sha256;
  EXPECT_EQ(head().end_ns, 1440 * core::kTraceMinuteNs);
  EXPECT_FALSE(head().notes.empty());
  EXPECT_EQ(run({"--preset",
                 "azure2019-day",
                 "--set",
                 "platform.apps=10",
                 "--seed",
                 "2",
                 "--quiet",
                 "--out",
                 path_}),
            0);
  EXPECT_EQ(err_.str(), "");
  EXPECT_NE(head().sha256, once);
}

TEST_F(GenerateTest, APrintedPresetIsAFileForIt) {
  ASSERT_EQ(run({"--print-preset", "shipped-day"}), 0);
  std::ofstream(file_) << out_.str();
  ASSERT_EQ(run({"--config", file_, "--set", "tenants[0].functions=50", "--out", path_}), 0)
      << err_.str();
  EXPECT_EQ(head().functions.size(), 302U);
}

TEST_F(GenerateTest, SaysWhatIsWrong) {
  struct Bad {
    std::vector<std::string> arguments;
    int code;
    std::string message;
  };

  for (const Bad& bad : {
           Bad{{}, 2, "trace generate: expected --out FILE.fntrace"},
           Bad{{"--out", path_},
               2,
               "trace generate: expected either --preset NAME (shipped-day, azure2019-day) or "
               "--config FILE"},
           Bad{{"--out", path_, "--preset", "azure2019-dai"},
               3,
               "--preset azure2019-dai: expected one of shipped-day, azure2019-day; did you mean "
               "\"azure2019-day\"?"},
           Bad{{"--print-preset", "x"},
               2,
               "--print-preset x: expected one of shipped-day, azure2019-day"},
           Bad{{"--out", path_, "--preset", "azure2019-day", "--set", "trace.days=400"},
               3,
               "--set: trace.days = 400: expected a whole number from 1 to 366"},
           Bad{{"--out", "/no/such/folder/x", "--preset", "shipped-day"},
               1,
               "/no/such/folder/x: cannot be written (No such file or directory)"},
       }) {
    EXPECT_EQ(run(bad.arguments), bad.code);
    EXPECT_EQ(err_.str(), "fnsim: " + bad.message + "\n");
    EXPECT_EQ(out_.str(), "");
  }
}

}  // namespace
}  // namespace fn::tests
