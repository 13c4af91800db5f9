// SPDX-License-Identifier: Apache-2.0
//
// Goal: --trace finds the three files of a trace, or says what to type instead.

#include "sim/scenario/trace_paths.h"

#include <filesystem>
#include <fstream>
#include <initializer_list>
#include <string>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

namespace fs = std::filesystem;

using sim::find_trace;
using Files = core::Result<sim::Azure2019Files>;

class FindTrace : public testing::Test {
 public:
  FindTrace() : folder(testing::TempDir() + "/trace_paths_test") {
    fs::remove_all(folder);
    fs::create_directory(folder);
  }

  FindTrace(const FindTrace&) = delete;
  FindTrace& operator=(const FindTrace&) = delete;

  ~FindTrace() override { fs::remove_all(folder); }

 protected:
  void files(std::initializer_list<const char*> names) const {
    for (const char* name : names) {
      std::ofstream(folder + "/" + name) << "x\n";
    }
  }

  // The names found for `path`, or the error.
  [[nodiscard]] std::string found(const std::string& path) const {
    const Files result = find_trace(path);
    if (!result) {
      return result.error().message;
    }
    const auto name = [](const std::string& file) {
      return fs::path(file).filename().string();
    };
    return name(result->inv) + " " + name(result->run) + " " + name(result->mem);
  }

  std::string folder;
};

TEST_F(FindTrace, AFolderWithOneTraceIsThatTraceWhateverItIsCalled) {
  files({"day_invocations.csv", "dur.csv", "app_memory.csv", "README.md"});
  EXPECT_EQ(found(folder), "day_invocations.csv dur.csv app_memory.csv");
}

TEST_F(FindTrace, AFolderWithSeveralTracesIsRefusedWithACommandThatWorks) {
  files({"50_inv.csv", "50_run.csv", "50_mem.csv", "100_inv.csv", "100_run.csv", "100_mem.csv"});
  EXPECT_EQ(found(folder),
            folder + ": holds 2 traces; name one, such as --trace " + folder + "/100_inv.csv");
  EXPECT_EQ(found(folder + "/100_inv.csv"), "100_inv.csv 100_run.csv 100_mem.csv");
  EXPECT_EQ(found(folder + "/50"), "50_inv.csv 50_run.csv 50_mem.csv");
}

TEST_F(FindTrace, OneInvocationFileChoosesItsOwnPartners) {
  files({"7_inv.csv", "7_run.csv", "8_run.csv", "7_mem.csv"});
  EXPECT_EQ(found(folder), "7_inv.csv 7_run.csv 7_mem.csv");
}

TEST_F(FindTrace, AListIsTakenAsItIs) {
  EXPECT_EQ(found("inv=a,run=b,mem=c"), "a b c");
  EXPECT_FALSE(find_trace("inv=a,run=b"));
  EXPECT_FALSE(find_trace("inv=a,inv=b,run=c,mem=d"));
}

TEST_F(FindTrace, WhatIsNotThereIsRefusedAsBadInput) {
  for (const std::string& path : {folder + "/none", folder, std::string()}) {
    const Files result = find_trace(path);
    ASSERT_FALSE(result) << path;
    EXPECT_EQ(result.error().message.find('\n'), std::string::npos);
  }
}

}  // namespace

}  // namespace fn::tests
