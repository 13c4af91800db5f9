// SPDX-License-Identifier: Apache-2.0
//
// Goal: the manual pages have what --help has, in roff without faults: man's own formatter judges,
// where it is installed.

#include "sim/cli/man_page.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/commands.h"
#include "tests/support/world_runner.h"

namespace fn::tests {
namespace {

std::vector<std::string> all_pages() {
  std::vector<std::string> pages = {sim::man_page(sim::fnsim_program())};
  for (const sim::CommandSpec& command : sim::fnsim_program().commands) {
    pages.push_back(sim::man_page(sim::fnsim_program(), command));
  }
  return pages;
}

std::string output_of(const std::string& command) {
  std::string text;
  std::FILE* pipe = ::popen(command.c_str(), "r");
  if (pipe == nullptr) {
    return "cannot be run: " + command;
  }
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    text.append(chunk.data(), got);
  }
  return ::pclose(pipe) == 0 ? text : text + "failed: " + command;
}

bool installed(const std::string& program) {
  return !output_of("command -v " + program + " || true").empty();
}

TEST(ManPage, HasTheSectionsInTheOrderThatReadersExpect) {
  for (const std::string& page : all_pages()) {
    EXPECT_TRUE(page.starts_with(".TH FNSIM")) << page.substr(0, 40);
    std::size_t last = 0;
    for (const char* section : {".SH NAME\n",
                                ".SH SYNOPSIS\n",
                                ".SH EXAMPLES\n",
                                ".SH EXIT STATUS\n",
                                ".SH SEE ALSO\n"}) {
      const std::size_t at = page.find(section);
      ASSERT_NE(at, std::string::npos) << section;
      EXPECT_GT(at, last) << section;
      last = at;
    }
  }
}

TEST(ManPage, HasNoLetterThatRoffTakesForSomethingElse) {
  for (const std::string& page : all_pages()) {
    std::istringstream lines(page);
    for (std::string line; std::getline(lines, line);) {
      const bool request = line.starts_with(".TH ") || line.starts_with(".SH ") || line == ".TP" ||
                           line == ".nf" || line == ".fi";
      EXPECT_TRUE(request || (!line.starts_with('.') && !line.starts_with('\''))) << line;
      for (std::size_t at = 0; (at = line.find('\\', at)) != std::string::npos; at += 2) {
        EXPECT_NE(std::string_view("-ef&").find(line[at + 1]), std::string_view::npos) << line;
      }
      EXPECT_EQ(line.find(" --"), std::string::npos) << line;
    }
  }
}

// As roff wants a name that holds hyphens.
std::string escaped(std::string_view name) {
  std::string text;
  for (const char letter : name) {
    text += letter == '-' ? "\\-" : std::string(1, letter);
  }
  return text;
}

TEST(ManPage, NamesEveryOptionAndCommand) {
  const std::string whole = sim::man_page(sim::fnsim_program());
  for (const sim::CommandSpec& command : sim::fnsim_program().commands) {
    EXPECT_NE(whole.find("\\fB" + escaped(command.name) + "\\fR\n"), std::string::npos);
    const std::string page = sim::man_page(sim::fnsim_program(), command);
    for (const sim::OptionSpec& option : command.options) {
      const std::string name = "\\fB\\-\\-" + escaped(option.name);
      EXPECT_NE(page.find(name + "\\fR"), std::string::npos) << option.name;
    }
  }
}

TEST(ManPage, IsFormattedWithoutWarnings) {
  if (!installed("man")) {
    GTEST_SKIP() << "man is not installed";
  }
  const std::string path = scratch_folder() + "/page.1";
  for (const std::string& page : all_pages()) {
    std::ofstream(path) << page;
    EXPECT_EQ(output_of("LC_ALL=C.UTF-8 man --warnings -E UTF-8 -l '" + path + "' 2>&1 >/dev/null"),
              "")
        << page;
  }
}

TEST(ManPage, PassesMandocsLint) {
  if (!installed("mandoc")) {
    GTEST_SKIP() << "mandoc is not installed";
  }
  const std::string path = scratch_folder() + "/page.1";
  for (const std::string& page : all_pages()) {
    std::ofstream(path) << page;
    // A page has no date, so that equal versions give equal pages.
    EXPECT_EQ(
        output_of("mandoc -T lint -W warning '" + path + "' 2>&1 | grep -v 'missing date'; true"),
        "")
        << page;
  }
}

}  // namespace
}  // namespace fn::tests
