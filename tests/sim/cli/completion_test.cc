// SPDX-License-Identifier: Apache-2.0
//
// Goal: each shell's script completes what the table of commands has: the shells themselves judge,
// where they are installed.

#include "sim/cli/completion.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/commands.h"
#include "sim/scenario/presets.h"
#include "tests/support/world_runner.h"

namespace fn::tests {
namespace {

struct Answer {
  int status = -1;
  std::string text;
};

Answer shell(const std::string& command) {
  Answer answer;
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");
  if (pipe == nullptr) {
    return answer;
  }
  std::array<char, 4096> chunk{};
  for (std::size_t got = 0; (got = std::fread(chunk.data(), 1, chunk.size(), pipe)) > 0;) {
    answer.text.append(chunk.data(), got);
  }
  answer.status = ::pclose(pipe);
  return answer;
}

bool installed(const std::string& program) {
  return shell("command -v " + program).status == 0;
}

std::string script_file(const std::string& folder, const std::string& name) {
  std::string path = folder + "/fnsim." + name;
  std::ofstream(path) << sim::completion_script(sim::fnsim_program(), name);
  return path;
}

// What bash offers for the last of the words, sorted.
class BashCompletion : public testing::Test {
 protected:
  BashCompletion() : folder_(scratch_folder()), script_(script_file(folder_, "bash")) {
    std::ofstream(folder_ + "/day.toml") << "";
    std::ofstream(folder_ + "/results.d") << "";
    static_cast<void>(shell("mkdir -p '" + folder_ + "/results'"));
  }

  [[nodiscard]] std::vector<std::string> offered(const std::vector<std::string>& words) const {
    std::string line = "cd '" + folder_ + "'; source '" + script_ + "'; COMP_WORDS=(";
    for (const std::string& word : words) {
      line += "\"" + word + "\" ";
    }
    line += "); COMP_CWORD=" + std::to_string(words.size() - 1);
    line += "; _fnsim fnsim && printf \"%s\\n\" \"${COMPREPLY[@]}\"";
    const std::string driver = folder_ + "/driver";
    std::ofstream(driver) << line << "\n";
    const Answer answer = shell("bash --norc -u '" + driver + "'");
    EXPECT_EQ(answer.status, 0) << answer.text;
    std::vector<std::string> lines;
    std::istringstream in(answer.text);
    for (std::string one; std::getline(in, one);) {
      if (!one.empty()) {
        lines.push_back(one);
      }
    }
    std::sort(lines.begin(), lines.end());
    return lines;
  }

 private:
  std::string folder_;
  std::string script_;
};

using Words = std::vector<std::string>;

TEST(ChoicesOf, FollowFromWhatAValueIsCalled) {
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "table|json|csv"),
            (sim::Choices{.words = {"table", "json", "csv"}}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "FILE"),
            (sim::Choices{.words = {}, .files = true}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "PATH|inv=A,run=B,mem=C"),
            (sim::Choices{.words = {}, .files = true}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "DIR"),
            (sim::Choices{.words = {}, .folders = true}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "print [KEY-PREFIX]"),
            (sim::Choices{.words = {"print"}}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "RESULT RESULT..."),
            (sim::Choices{.words = {}, .files = true}));
  EXPECT_EQ(sim::choices_of(sim::fnsim_program(), "all|owner:N"), (sim::Choices{.words = {"all"}}));
  for (const char* unknown : {"", "N", "TIME", "KEY=VALUE"}) {
    EXPECT_EQ(sim::choices_of(sim::fnsim_program(), unknown), sim::Choices{}) << unknown;
  }
  const sim::Choices policy = sim::choices_of(sim::fnsim_program(), "NAME|FILE");
  EXPECT_TRUE(policy.files);
  EXPECT_EQ(policy.words.size(), sim::preset_names().size());
}

TEST_F(BashCompletion, OffersTheSubCommands) {
  Words all = {"--help", "--version"};
  for (const std::string_view first : sim::first_words(sim::fnsim_program())) {
    all.emplace_back(first);
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(offered({"fnsim", ""}), all);
  EXPECT_EQ(offered({"fnsim", "comp"}), (Words{"compare", "completion"}));
  EXPECT_EQ(offered({"fnsim", "help", "ru"}), Words{"run"});
}

TEST_F(BashCompletion, OffersEveryOptionOfEachCommand) {
  for (const sim::CommandSpec& command : sim::fnsim_program().commands) {
    Words all;
    for (const sim::OptionSpec& option : command.options) {
      all.push_back("--" + std::string(option.name));
    }
    std::sort(all.begin(), all.end());
    Words line = {"fnsim"};
    std::istringstream words{std::string(command.name)};
    for (std::string word; words >> word;) {
      line.push_back(word);
    }
    line.emplace_back("--");
    EXPECT_EQ(offered(line), all) << command.name;
  }
  EXPECT_EQ(offered({"fnsim", "run", "--quiet", "--trace-"}), Words{"--trace-format"});
}

TEST_F(BashCompletion, OffersTheValuesThatAreKnown) {
  EXPECT_EQ(offered({"fnsim", "run", "--output", ""}), (Words{"csv", "json", "table"}));
  EXPECT_EQ(offered({"fnsim", "run", "--output", "=", "j"}), Words{"json"});
  EXPECT_EQ(offered({"fnsim", "bench", "--output", "="}), (Words{"csv", "json", "table"}));
  EXPECT_EQ(offered({"fnsim", "run", "--policy", "stea"}), Words{"steady"});
  EXPECT_EQ(offered({"fnsim", "run", "--policy", "day"}), Words{"day.toml"});
  EXPECT_EQ(offered({"fnsim", "run", "--scenario", "day"}), Words{"day.toml"});
  EXPECT_EQ(offered({"fnsim", "run", "--out", "res"}), Words{"results"});
  EXPECT_EQ(offered({"fnsim", "run", "--seed", ""}), Words{});
  EXPECT_EQ(offered({"fnsim", "completion", "z"}), Words{"zsh"});
  EXPECT_EQ(offered({"fnsim", "bench", "cluster-1k"}), Words{"cluster-1k"});
  EXPECT_EQ(offered({"fnsim", "compare", "res"}), (Words{"results", "results.d"}));
}

TEST_F(BashCompletion, OffersTheSecondWordOfACommandOfTwo) {
  EXPECT_EQ(offered({"fnsim", "trace", "in"}), Words{"inspect"});
  EXPECT_EQ(offered({"fnsim", "trace", "convert", "--export", "azure2021"}), Words{"azure2021"});
}

TEST_F(BashCompletion, OffersNothingForACommandThatIsNotThere) {
  EXPECT_EQ(offered({"fnsim", "rum", ""}), Words{});
}

TEST(Completion, NamesEveryOptionInEveryShell) {
  for (const std::string_view name : sim::completion_shells()) {
    const std::string script = sim::completion_script(sim::fnsim_program(), name);
    for (const sim::CommandSpec& command : sim::fnsim_program().commands) {
      for (const sim::OptionSpec& option : command.options) {
        const std::string dashes = name == "fish" ? " -l " : "--";
        EXPECT_NE(script.find(dashes + std::string(option.name)), std::string::npos)
            << name << ": " << option.name;
      }
    }
  }
  EXPECT_EQ(sim::completion_script(sim::fnsim_program(), "tcsh"), "");
}

TEST(Completion, IsGoodZsh) {
  if (!installed("zsh")) {
    GTEST_SKIP() << "zsh is not installed";
  }
  const Answer answer = shell("zsh -n '" + script_file(scratch_folder(), "zsh") + "'");
  EXPECT_EQ(answer.status, 0) << answer.text;
  EXPECT_EQ(answer.text, "");
}

TEST(Completion, IsGoodFish) {
  if (!installed("fish")) {
    GTEST_SKIP() << "fish is not installed";
  }
  const std::string script = script_file(scratch_folder(), "fish");
  const Answer checked = shell("fish --no-execute '" + script + "'");
  EXPECT_EQ(checked.status, 0) << checked.text;
  const Answer offered =
      shell("fish --no-config -c 'source " + script + "; complete -C \"fnsim run --output js\"'");
  EXPECT_EQ(offered.text, "json\tForm of the result on stdout (table).\n");
}

}  // namespace
}  // namespace fn::tests
