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
    std::remove(path.c_str());
    std::remove(file.c_str());
  }

  int run(std::vector<std::string> arguments) {
    arguments.insert(arguments.begin(), {"trace", "generate"});
    out.str("");
    err.str("");
    return sim::fnsim(arguments, sim::Console{.out = out, .err = err}, sim::Engine());
  }

  [[nodiscard]] core::TraceHead head() const {
    core::Result<core::ByteSourcePtr> source = core::open_bytes(path);
    EXPECT_TRUE(source);
    const core::Result<sim::TraceReaderPtr> trace = sim::read_fntrace(std::move(*source));
    EXPECT_TRUE(trace);
    return (*trace)->head();
  }

  std::ostringstream out;
  std::ostringstream err;
  std::string path = testing::TempDir() + "/generate_test.fntrace";
  std::string file = testing::TempDir() + "/generate_test.toml";
};

TEST_F(GenerateTest, WritesAPresetWithSettingsOverIt) {
  EXPECT_EQ(run({"--preset",
                 "azure2019-day",
                 "--set",
                 "platform.apps=10",
                 "--level",
                 "1",
                 "--out",
                 path}),
            0)
      << err.str();
  EXPECT_EQ(out.str(), path + "\n");
  EXPECT_NE(err.str().find(" calls, "), std::string::npos);
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
                 path}),
            0);
  EXPECT_EQ(err.str(), "");
  EXPECT_NE(head().sha256, once);
}

TEST_F(GenerateTest, APrintedPresetIsAFileForIt) {
  ASSERT_EQ(run({"--print-preset", "shipped-day"}), 0);
  std::ofstream(file) << out.str();
  ASSERT_EQ(run({"--config", file, "--set", "tenants[0].functions=50", "--out", path}), 0)
      << err.str();
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
           Bad{{"--out", path},
               2,
               "trace generate: expected either --preset NAME (shipped-day, azure2019-day) or "
               "--config FILE"},
           Bad{{"--out", path, "--preset", "azure2019-dai"},
               3,
               "--preset azure2019-dai: expected one of shipped-day, azure2019-day; did you mean "
               "\"azure2019-day\"?"},
           Bad{{"--print-preset", "x"},
               2,
               "--print-preset x: expected one of shipped-day, azure2019-day"},
           Bad{{"--out", path, "--preset", "azure2019-day", "--set", "trace.days=400"},
               3,
               "--set: trace.days = 400: expected a whole number from 1 to 366"},
           Bad{{"--out", "/no/such/folder/x", "--preset", "shipped-day"},
               1,
               "/no/such/folder/x: cannot be written (No such file or directory)"},
       }) {
    EXPECT_EQ(run(bad.arguments), bad.code);
    EXPECT_EQ(err.str(), "fnsim: " + bad.message + "\n");
    EXPECT_EQ(out.str(), "");
  }
}

}  // namespace
}  // namespace fn::tests
