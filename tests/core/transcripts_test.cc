// SPDX-License-Identifier: Apache-2.0
//
// Goal: the stories in tests/transcripts go as they are written down, word for word: what a reader
// sees there is what the machines do. FN_REWRITE=1 writes down what they do now.

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include "tests/core/transcript_world.h"

namespace fn::tests {
namespace {

std::filesystem::path folder() {
  const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
  return std::filesystem::path(root == nullptr ? "." : root) / "tests" / "transcripts";
}

std::vector<std::string> stories() {
  std::vector<std::string> names;
  if (std::filesystem::is_directory(folder())) {
    for (const auto& entry : std::filesystem::directory_iterator(folder())) {
      if (entry.path().extension() == ".txt") {
        names.push_back(entry.path().stem().string());
      }
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

// The story with the lines below each command replaced by what the command does now.
std::string told_anew(const std::string& story) {
  TranscriptWorld world;
  std::istringstream lines(story);
  std::string told;
  for (std::string line; std::getline(lines, line);) {
    if (line.empty() || line[0] == '#') {
      told += line + '\n';
    } else if (line[0] == '>') {
      told += line + '\n';
      try {
        told += world.run(line.substr(1));
      } catch (const std::exception& error) {
        told += std::string("error: ") + error.what() + '\n';
      }
    }
  }
  return told;
}

class Transcripts : public testing::TestWithParam<std::string> {};

TEST_P(Transcripts, GoAsTheyAreWritten) {
  const std::filesystem::path path = folder() / (GetParam() + ".txt");
  std::ostringstream written;
  written << std::ifstream(path).rdbuf();
  const std::string told = told_anew(written.str());
  if (std::getenv("FN_REWRITE") != nullptr) {  // NOLINT(concurrency-mt-unsafe)
    std::ofstream(path) << told;
    return;
  }
  EXPECT_EQ(told.find("\nerror: "), std::string::npos);
  EXPECT_EQ(written.str(), told) << "FN_REWRITE=1 writes down what happens now: " << path;
}

std::string name_of_test(const testing::TestParamInfo<std::string>& story) {
  std::string name = story.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Stories, Transcripts, testing::ValuesIn(stories()), name_of_test);

TEST(TranscriptFolder, HoldsTheStories) {
  EXPECT_GE(stories().size(), 4U) << "FN_SOURCE_ROOT must name the tree";
}

}  // namespace
}  // namespace fn::tests
