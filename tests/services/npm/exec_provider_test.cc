// SPDX-License-Identifier: Apache-2.0
//
// Goal: commands of the operator's make, list and remove runners; one that fails, hangs, floods or
// writes garbage ends in a line that says so, within its limit.

#include "services/npm/exec_provider.h"

#include <csignal>
#include <cstdlib>
#include <filesystem>
#include <fstream>

#include <gtest/gtest.h>

#include "services/npm/command.h"
#include "tests/services/npm/pool_world.h"

namespace fn::services {
namespace {

constexpr std::chrono::seconds kLimit{20};

class Command : public testing::Test {
 protected:
  // As a node has it.
  static void SetUpTestSuite() { std::signal(SIGPIPE, SIG_IGN); }
};

std::string error_of(const std::string& command, core::Duration limit = kLimit) {
  const auto answer = run_command(command, "{}", limit);
  return answer ? "none" : answer.error().message;
}

TEST_F(Command, GetsItsInputAndGivesItsOutput) {
  const std::string large(300'000, 'x');
  const auto answer = run_command("cat", large, kLimit);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(*answer, large);
  EXPECT_TRUE(run_command("true", large, kLimit));  // it reads nothing
}

TEST_F(Command, ThatFailsSaysWhatItSaidLast) {
  EXPECT_EQ(error_of("echo one >&2; echo 'no quota' >&2; exit 3"),
            "`echo one >&2; echo 'no quota' >&2; exit 3` ended with 3: one no quota");
  EXPECT_NE(error_of("kill -9 $$").find("137"), std::string::npos);
  EXPECT_NE(error_of("/nowhere/command").find("127"), std::string::npos);
}

TEST_F(Command, ThatHangsIsKilledWithAllThatItStarted) {
  const auto begin = std::chrono::steady_clock::now();
  EXPECT_NE(error_of("sleep 1000 & sleep 1000", std::chrono::milliseconds(200)).find("in time"),
            std::string::npos);
  EXPECT_NE(error_of("exec >/dev/null 2>&1; sleep 1000", std::chrono::milliseconds(200))
                .find("ended with 137"),
            std::string::npos);
  EXPECT_NE(error_of("yes").find("too much"), std::string::npos);
  EXPECT_LT(std::chrono::steady_clock::now() - begin, kPatience);
}

// A cloud in a folder: a file per runner, named by its id, with its group.
class ExecProviderTest : public testing::Test {
 protected:
  ExecProviderTest() {
    std::signal(SIGPIPE, SIG_IGN);
    std::string pattern = std::filesystem::temp_directory_path() / "fn-exec-XXXXXX";
    folder = mkdtemp(pattern.data());
    options.list = "cat >/dev/null; cat " + folder + "/list";
    options.provision = "cat > " + folder + "/order; cat " + folder + "/answer";
    options.remove = "cat > " + folder + "/removal";
    options.list_every = std::chrono::milliseconds(10);
    write("list", R"({"runners": []})");
    write("answer", R"({"granted": 1})");
  }

  void TearDown() override {
    thread.on([this] { provider.reset(); });
    std::filesystem::remove_all(folder);
  }

  void write(const std::string& name, const std::string& text) const {
    const std::string path = folder + "/" + name;
    std::ofstream(path + ".new") << text;
    std::filesystem::rename(path + ".new", path);
  }

  [[nodiscard]] std::string content(const std::string& name) const {
    std::ifstream file(folder + "/" + name);
    return {std::istreambuf_iterator<char>(file), {}};
  }

  void begin() {
    thread.on([this] {
      provider = std::make_unique<ExecProvider>(thread.loop(), options);
      provider->begin(
          [this](const core::Status& status) { begun = status ? "ok" : status.error().message; });
    });
    EXPECT_TRUE(wait_until([this] { return !thread.on([this] { return begun; }).empty(); }));
  }

  core::Result<std::vector<ProvidedRunner>> list(const std::string& group) {
    return thread.on([&] {
      core::Result<std::vector<ProvidedRunner>> listed;
      provider->list(group, [&](auto runners) { listed = std::move(runners); });
      return listed;
    });
  }

  ProvisionAnswer provision(const std::string& group, std::uint32_t count) {
    std::promise<ProvisionAnswer> answered;
    thread.on([&] {
      provider->provision(
          group, count, [&](ProvisionAnswer answer) { answered.set_value(std::move(answer)); });
    });
    return answered.get_future().get();
  }

  std::string folder;
  ExecProviderOptions options;
  LoopThread thread;
  std::string begun;
  std::unique_ptr<ExecProvider> provider;
};

TEST_F(ExecProviderTest, OrdersListsAndRemovesRunners) {
  begin();
  EXPECT_EQ(begun, "ok");
  EXPECT_EQ(provision("a", 2).granted, 1U);
  EXPECT_EQ(content("order"), "{\"count\":2,\"group\":\"a\"}\n");
  write("list",
        R"({"runners": [{"id": "1", "group": "a", "address": "r1:9190", "memory_mib": 512},
                        {"id": "2", "group": "b", "address": "r2:9190", "cpu_milli": 4000}]})");
  ASSERT_TRUE(wait_until([this] { return list("a")->size() == 1; }));
  EXPECT_EQ(list("a")->front(), (ProvidedRunner{"1", "r1:9190", 512, 0}));
  EXPECT_EQ(list("b")->front(), (ProvidedRunner{"2", "r2:9190", 0, 4000}));
  EXPECT_TRUE(list("c")->empty());
  EXPECT_EQ(thread.on([this] { return provider->groups(); }), (std::vector<std::string>{"a", "b"}));
  std::promise<bool> removed;
  thread.on([&] {
    provider->remove("a", "1", [&](const core::Status& status) { removed.set_value(!!status); });
  });
  EXPECT_TRUE(removed.get_future().get());
  EXPECT_EQ(content("removal"), "{\"group\":\"a\",\"id\":\"1\"}\n");
}

TEST_F(ExecProviderTest, GarbageIsAnErrorAndNoList) {
  begin();
  for (const char* text : {"", "[]", "{\"runners\": 7}", R"({"runners": [{"id": "1"}]})"}) {
    write("list", text);
    EXPECT_TRUE(wait_until([this] { return !list("a"); })) << text;
    write("list", R"({"runners": []})");
    EXPECT_TRUE(wait_until([this] { return !!list("a"); }));
  }
  write("answer", R"({"granted": -1})");
  EXPECT_NE(provision("a", 1).shortage.find("granted"), std::string::npos);
  write("answer", R"({"granted": 0, "shortage": "no quota"})");
  EXPECT_EQ(provision("a", 1).shortage, "no quota");
}

TEST_F(ExecProviderTest, AnOrderThatHangsKeepsNoOtherWaiting) {
  options.provision = "grep -q '\"hung\"' && sleep 1000; cat " + folder + "/answer";
  options.limit = std::chrono::seconds(3);
  begin();
  std::promise<ProvisionAnswer> hung;
  thread.on([&] {
    provider->provision(
        "hung", 1, [&](ProvisionAnswer answer) { hung.set_value(std::move(answer)); });
  });
  EXPECT_EQ(provision("a", 1).granted, 1U);
  std::future<ProvisionAnswer> future = hung.get_future();
  EXPECT_EQ(future.wait_for(std::chrono::seconds(0)), std::future_status::timeout);
  EXPECT_NE(future.get().shortage.find("in time"), std::string::npos);
}

}  // namespace
}  // namespace fn::services
