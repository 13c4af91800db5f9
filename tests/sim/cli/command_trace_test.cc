// SPDX-License-Identifier: Apache-2.0
//
// Goal: from a file of calls to a result in two commands; every error is one line with the exit
// code that --help names, and a result that was not finished leaves no file.

#include <cstdlib>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>
#include <string>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/fnsim.h"
#include "tests/support/world_runner.h"

namespace fn::tests {
namespace {

struct Answer {
  int code = 0;
  std::string out;
  std::string err;
};

Answer fnsim(const std::vector<std::string>& arguments) {
  std::ostringstream out;
  std::ostringstream err;
  sim::Engine engine;
  engine.run = sim::run_scenario;
  const int code = sim::fnsim(arguments, sim::Console{.out = out, .err = err}, engine);
  return {code, out.str(), err.str()};
}

class CommandTrace : public testing::Test {
 protected:
  CommandTrace() : folder_(scratch_folder()) {}

  [[nodiscard]] std::string path(const std::string& name) const { return folder_ + "/" + name; }

  [[nodiscard]] std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path(name)) << text;
    return path(name);
  }

  // Calls of two tenants over three hours, in columns of unusual names.
  [[nodiscard]] std::string calls() const {
    std::string text = "when,team,handler,took\n";
    for (int call = 0; call < 900; ++call) {
      text += "2024-05-06T0" + std::to_string(call / 300) + ":" +
              std::to_string(10 + call / 10 % 30) + ":" + std::to_string(10 + call % 10 * 5) +
              "Z," + (call % 3 == 0 ? "ann" : "bob") + ",f" + std::to_string(call % 4) + "," +
              std::to_string(100 + call) + "\n";
    }
    return write("calls.csv", text);
  }

  [[nodiscard]] static std::string digest(const std::vector<std::string>& traces) {
    std::vector<std::string> words = {"run", "--json", "--quiet"};
    for (const std::string& word : traces) {
      words.push_back(word);
    }
    const Answer answer = fnsim(words);
    EXPECT_EQ(answer.code, 0) << answer.err;
    return answer.code == 0 ? nlohmann::json::parse(answer.out).at("digest").get<std::string>()
                            : "";
  }

  static constexpr const char* kColumns = "start=when,tenant=team,fn=handler,duration=took";

 private:
  std::string folder_;
};

TEST_F(CommandTrace, TwoCommandsLeadFromAFileOfCallsToAResult) {
  const std::string file = calls();
  const Answer inspected =
      fnsim({"trace", "inspect", "--trace", file, "--columns", kColumns, "--output", "json"});
  ASSERT_EQ(inspected.code, 0) << inspected.err;
  const auto json = nlohmann::json::parse(inspected.out);
  EXPECT_EQ(json.at("calls"), 900);
  EXPECT_EQ(json.at("tenants"), 2);
  EXPECT_EQ(json.at("minutes"), 150);
  const Answer ran =
      fnsim({"run", "--trace", file, "--columns", kColumns, "--tenant", "owner", "--json"});
  ASSERT_EQ(ran.code, 0) << ran.err;
  const auto summary = nlohmann::json::parse(ran.out);
  EXPECT_EQ(summary.at("total").at("calls"), 900);
  EXPECT_EQ(summary.at("groups").size(), 2U);
}

TEST_F(CommandTrace, AConvertedTraceGivesTheSameRun) {
  const std::string file = calls();
  ASSERT_EQ(
      fnsim(
          {"trace", "convert", "--trace", file, "--columns", kColumns, "--out", path("a.fntrace")})
          .code,
      0);
  ASSERT_EQ(fnsim({"trace",
                   "convert",
                   "--trace",
                   path("a.fntrace"),
                   "--export",
                   "calls",
                   "--out",
                   path("a.csv")})
                .code,
            0);
  const std::string expected = digest({"--trace", file, "--columns", kColumns});
  EXPECT_EQ(digest({"--trace", path("a.fntrace")}), expected);
  EXPECT_EQ(digest({"--trace", path("a.csv")}), expected);
}

TEST_F(CommandTrace, HalvesMergeToTheWholeInARun) {
  const std::string file = calls();
  for (const auto& [name, option, time] :
       {std::tuple("a.fntrace", "--to", "2024-05-06T01:20:00Z"),
        std::tuple("b.fntrace", "--from", "2024-05-06T01:20:00Z")}) {
    const Answer half = fnsim({"trace",
                               "convert",
                               "--trace",
                               file,
                               "--columns",
                               kColumns,
                               option,
                               time,
                               "--out",
                               path(name)});
    ASSERT_EQ(half.code, 0) << half.err;
    EXPECT_EQ(half.out, path(name) + "\n");
  }
  EXPECT_EQ(digest({"--trace", path("b.fntrace"), "--trace", path("a.fntrace")}),
            digest({"--trace", file, "--columns", kColumns}));
}

TEST_F(CommandTrace, OperationsOfARunAreThoseOfAConversion) {
  const std::string file = calls();
  const std::vector<std::string> operations = {
      "--columns", kColumns, "--from", "1h", "--scale", "1.5", "--only", "tenant=bob"};
  std::vector<std::string> convert = {
      "trace", "convert", "--trace", file, "--out", path("a.fntrace")};
  convert.insert(convert.end(), operations.begin(), operations.end());
  const Answer converted = fnsim(convert);
  ASSERT_EQ(converted.code, 0) << converted.err;
  std::vector<std::string> run = {"--trace", file};
  run.insert(run.end(), operations.begin(), operations.end());
  EXPECT_EQ(digest(run), digest({"--trace", path("a.fntrace")}));
}

TEST_F(CommandTrace, TenantsBecomeGroupsOfARule) {
  const std::string file = calls();
  const std::string rule = write("groups.csv", "f0,first\nbob,bobs\n");
  ASSERT_EQ(fnsim({"trace",
                   "convert",
                   "--trace",
                   file,
                   "--columns",
                   kColumns,
                   "--tenant",
                   rule,
                   "--out",
                   path("a.fntrace")})
                .code,
            0);
  const Answer inspected = fnsim({"trace", "inspect", "--trace", path("a.fntrace"), "--json"});
  std::vector<std::string> tenants;
  const auto json = nlohmann::json::parse(inspected.out);
  for (const auto& load : json.at("offered_load")) {
    tenants.push_back(load.at("tenant"));
  }
  EXPECT_EQ(tenants, (std::vector<std::string>{"bobs", "first", "rest"}));
}

struct Wrong {
  std::vector<std::string> words;
  int code;
  std::string message;
};

TEST_F(CommandTrace, SaysInOneLineWhatIsWrong) {
  const std::string file = calls();
  const std::string cut = write("cut.fntrace", "FNTRACE\n and more");
  const std::vector<Wrong> cases = {
      {{"trace"}, 2, "unknown command \"trace\": expected \"trace\" and one of"},
      {{"trace", "inspct"}, 2, "did you mean \"inspect\"?"},
      {{"trace", "inspect"}, 2, "expected --trace FILE; - is standard input"},
      {{"trace", "convert", "--trace", file}, 2, "trace convert: expected --out FILE"},
      {{"trace", "convert", "--trace", file, "--out", "x", "--export", "csv"},
       2,
       "--export csv: expected one of fntrace, calls, azure2019, azure2021"},
      {{"trace", "convert", "--trace", file, "--out", "x", "--level", "99"},
       2,
       "--level 99: expected a whole number from 1 to 19"},
      {{"trace", "inspect", "--trace", path("none.csv")},
       3,
       path("none.csv") + ": expected a trace"},
      {{"trace", "inspect", "--trace", file},
       3,
       file + ":1: expected a column of start times; name it with --columns start=COLUMN"},
      {{"trace", "inspect", "--trace", file, "--columns", "start=whn"},
       3,
       file + ":1: field whn: expected one column of this name in the header"},
      {{"trace", "inspect", "--trace", cut},
       3,
       cut + ": byte 17: expected more bytes, found the end"},
      {{"trace", "convert", "--trace", file, "--columns", kColumns, "--out", "/no/such/x"},
       1,
       "/no/such/x: cannot be written (No such file or directory)"},
      {{"run", "--trace", file, "--columns", kColumns, "--scale", "0"},
       3,
       "--scale: workload.scale"},
      {{"run", "--trace", file, "--columns", kColumns, "--only", "tenant=bbo"},
       3,
       "--only tenant=bbo: the trace has nothing of this name"},
  };
  for (const Wrong& wrong : cases) {
    const Answer answer = fnsim(wrong.words);
    EXPECT_EQ(answer.code, wrong.code) << answer.err;
    EXPECT_NE(answer.err.find(wrong.message), std::string::npos) << answer.err << wrong.message;
    EXPECT_EQ(std::count(answer.err.begin(), answer.err.end(), '\n'), 1) << answer.err;
    EXPECT_EQ(answer.out, "");
  }
}

TEST_F(CommandTrace, AConversionThatFailsLeavesNoFile) {
  const std::string file = write("bad.csv", "ts,fn\n1,f\nx,f\n");
  const Answer answer = fnsim({"trace", "convert", "--trace", file, "--out", path("a.fntrace")});
  EXPECT_EQ(answer.code, 3);
  EXPECT_NE(access(path("a.fntrace").c_str(), F_OK), 0);
  EXPECT_NE(access((path("a.fntrace") + "." + std::to_string(getpid()) + ".partial").c_str(), F_OK),
            0);
}

}  // namespace
}  // namespace fn::tests
