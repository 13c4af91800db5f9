// SPDX-License-Identifier: Apache-2.0
//
// Goal: fnctl prints what the platform answers and nothing else on stdout, says in one line what
// went wrong, and ends with the code that its help names.

#include "tools/fnctl/fnctl.h"

#include <array>
#include <cstdio>
#include <fstream>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/cli/completion.h"
#include "sim/cli/exit_code.h"
#include "sim/cli/man_page.h"
#include "tests/support/http_server_fixture.h"
#include "tools/fnctl/commands.h"

namespace fn::tools {
namespace {

// A load balancer that answers as the test says.
class FnctlTest : public services::HttpServerTest {
 protected:
  void SetUp() override {
    serve([this](const services::HttpExchangePtr& exchange) {
      asked = exchange->head().target + " " +
              std::string(services::find_header(exchange->head().headers, "Accept"));
      exchange->respond(answer);
    });
  }

  int run(const std::vector<std::string>& words) {
    out.str("");
    err.str("");
    const std::string url =
        other_url.empty() ? "http://127.0.0.1:" + std::to_string(port) : other_url;
    return fnctl(words, sim::Console{.out = out, .err = err, .program = "fnctl"}, url);
  }

  services::HttpResponse answer;
  std::string asked;
  std::ostringstream out;
  std::ostringstream err;
  std::string other_url;
};

TEST_F(FnctlTest, ALogIsPrintedByteByByte) {
  answer = {200, {}, std::string("a line\n\xff\0 end", 13)};
  EXPECT_EQ(run({"logs", "my app", "01CALL"}), 0);
  EXPECT_EQ(out.str(), answer.body);
  EXPECT_EQ(err.str(), "");
  EXPECT_EQ(asked, "/v1/apps/my%20app/calls/01CALL/log text/plain");
}

TEST_F(FnctlTest, AsJsonTheLogComesWithItsCall) {
  answer = {200, {}, R"({"message":"ok","log":{"call_id":"01CALL","app_name":"a","log":"x\n"}})"};
  EXPECT_EQ(run({"logs", "a", "01CALL", "--output", "json"}), 0);
  EXPECT_EQ(out.str(),
            "{\n  \"call_id\": \"01CALL\",\n  \"app_name\": \"a\",\n  \"log\": \"x\\n\"\n}\n");
  EXPECT_EQ(asked, "/v1/apps/a/calls/01CALL/log application/json");
  for (const char* const odd : {"[]", "no json", "{}"}) {
    answer.body = odd;
    EXPECT_EQ(run({"logs", "a", "01CALL", "--output=json"}), sim::kExitFailed) << odd;
    EXPECT_NE(err.str().find("has no log"), std::string::npos) << odd;
  }
}

TEST_F(FnctlTest, WhatTheServerSaysIsSaidInOneLine) {
  answer = {404, {}, R"({"error":{"message":"Call log not found"}})"};
  EXPECT_EQ(run({"logs", "a", "01CALL"}), sim::kExitBadInput);
  EXPECT_EQ(err.str(), "fnctl: logs: Call log not found\n");
  answer = {503, {}, R"({"message":"gone"})"};
  EXPECT_EQ(run({"logs", "a", "01CALL"}), sim::kExitFailed);
  EXPECT_EQ(err.str(), "fnctl: logs: gone\n");
  answer = {500, {}, "<html>"};
  EXPECT_EQ(run({"logs", "a", "01CALL"}), sim::kExitFailed);
  EXPECT_EQ(err.str(), "fnctl: logs: answered with status 500\n");
  EXPECT_EQ(out.str(), "");
}

TEST_F(FnctlTest, AServerThatIsNotThereIsNamed) {
  other_url = "http://127.0.0.1:1";
  EXPECT_EQ(run({"logs", "a", "01CALL"}), sim::kExitFailed);
  EXPECT_NE(err.str().find("http://127.0.0.1:1"), std::string::npos) << err.str();
}

TEST_F(FnctlTest, TheOptionUrlWinsOverTheEnvironment) {
  answer = {200, {}, "log"};
  other_url = "http://127.0.0.1:1";
  EXPECT_EQ(run({"logs", "a", "b", "--url", "http://127.0.0.1:" + std::to_string(port) + "/"}), 0);
  EXPECT_EQ(out.str(), "log");
}

TEST_F(FnctlTest, WrongUseSaysWhatWasExpected) {
  const std::vector<std::pair<std::vector<std::string>, std::string>> lines = {
      {{"logs"}, "expected \"fnctl logs APP CALL_ID\""},
      {{"logs", "a"}, "expected \"fnctl logs APP CALL_ID\""},
      {{"logs", "a", "b", "c"}, "expected \"fnctl logs APP CALL_ID\""},
      {{"logs", "a", ""}, "expected \"fnctl logs APP CALL_ID\""},
      {{"logs", "a", "b", "--output", "jsno"}, "did you mean \"json\"?"},
      {{"logs", "a", "b", "--outptu", "json"}, "did you mean \"--output\"?"},
      {{"logs", "a", "b", "--url", "localhost:8081"}, "expected http://HOST[:PORT]"},
      {{"logs", "a", "b", "--url", "http://h:99999"}, "expected http://HOST[:PORT]"},
      {{"log", "a", "b"}, "did you mean \"logs\"?"},
      {{"tea"}, "unknown command \"tea\""},
  };
  for (const auto& [words, said] : lines) {
    EXPECT_EQ(run(words), sim::kExitUsage) << said;
    EXPECT_NE(err.str().find(said), std::string::npos) << err.str();
    EXPECT_EQ(err.str().find('\n'), err.str().size() - 1) << err.str();
  }
  EXPECT_EQ(run({}), sim::kExitUsage);
  EXPECT_EQ(asked, "");
}

TEST_F(FnctlTest, HelpAndVersionAreItsOwn) {
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_TRUE(out.str().starts_with("fnctl ")) << out.str();
  for (const std::vector<std::string>& words :
       {std::vector<std::string>{"--help"}, {"help", "logs"}, {"logs", "--help"}}) {
    EXPECT_EQ(run(words), 0);
    EXPECT_NE(out.str().find("Exit codes: 0 ok, 1 failed"), std::string::npos);
    EXPECT_NE(out.str().find("fnctl logs"), std::string::npos);
    EXPECT_EQ(out.str().find("fnsim"), std::string::npos) << out.str();
  }
}

TEST_F(FnctlTest, ShellsAndManKnowItByItsOwnName) {
  for (const char* const shell : {"bash", "zsh", "fish"}) {
    EXPECT_EQ(run({"completion", shell}), 0);
    EXPECT_NE(out.str().find("fnctl"), std::string::npos);
    EXPECT_EQ(out.str().find("fnsim"), std::string::npos) << out.str();
    EXPECT_EQ(out.str().find('@'), out.str().find("@\"")) << out.str();
  }
  for (const std::vector<std::string>& words : {std::vector<std::string>{"man"}, {"man", "logs"}}) {
    EXPECT_EQ(run(words), 0);
    EXPECT_TRUE(out.str().starts_with(".TH FNCTL")) << out.str();
    EXPECT_EQ(out.str().find("fnsim"), std::string::npos) << out.str();
  }
}

// What bash offers behind these words, in one line.
TEST_F(FnctlTest, BashCompletesItsCommandsAndOptions) {
  EXPECT_EQ(run({"completion", "bash"}), 0);
  const std::string path = testing::TempDir() + "/fnctl.bash";
  std::ofstream(path) << out.str()
                      << "COMP_WORDS=(fnctl lo); COMP_CWORD=1; _fnctl; echo \"${COMPREPLY[*]}\"\n"
                      << "COMP_WORDS=(fnctl logs a b --o); COMP_CWORD=4; _fnctl; "
                         "echo \"${COMPREPLY[*]}\"\n"
                      << "COMP_WORDS=(fnctl logs --output j); COMP_CWORD=3; _fnctl; "
                         "echo \"${COMPREPLY[*]}\"\n";
  std::FILE* const pipe = ::popen(("bash --norc -u '" + path + "' 2>&1").c_str(), "r");
  std::array<char, 1000> text{};
  const std::size_t size = std::fread(text.data(), 1, text.size(), pipe);
  EXPECT_EQ(::pclose(pipe), 0);
  EXPECT_EQ(std::string(text.data(), size), "logs\n--output\njson\n");
  std::remove(path.c_str());
}

TEST_F(FnctlTest, EveryCommandOfTheTableCanBeRun) {
  for (const sim::CommandSpec& command : fnctl_program().commands) {
    EXPECT_LE(run({std::string(command.name)}), sim::kExitBadInput) << command.name;
  }
}

}  // namespace
}  // namespace fn::tools
