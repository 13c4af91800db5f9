// SPDX-License-Identifier: Apache-2.0
//
// Goal: what a function can see and do when it is shut in, and what it cannot; limits hold. Parts
// that this machine does not allow are skipped, with the driver's own words for why.

#include "services/runner/containers/sandbox.h"

#include <chrono>
#include <fstream>
#include <memory>
#include <string>
#include <unistd.h>

#include <gtest/gtest.h>

#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

bool says(const DriverWorld& world, const std::string& words) {
  return world.driver && world.driver->description().find(words) != std::string::npos;
}

// Why the machine does not allow what a test needs; empty: it does.
std::string lack_of(const DriverWorld& world, const std::string& words) {
  if (says(world, words)) {
    return {};
  }
  return world.driver ? world.driver->description() : world.problem;
}

std::string output_of(DriverWorld& world, const std::string& script) {
  world.add_script("looks", "default", script);
  const StartedPtr started = world.start("looks");
  if (!started->container) {
    return started->error->message;
  }
  const Called called = world.call(*started->container, "");
  return called.text() + started->container->log_of("");
}

TEST(Sandbox, HasNamespacesOfItsOwn) {
  DriverWorld world;
  if (const std::string lack = lack_of(world, "bubblewrap ("); !lack.empty()) {
    GTEST_SKIP() << lack;
  }
  EXPECT_EQ(output_of(world,
                      "tail -n +3 /proc/net/dev | cut -d: -f1 | tr -d ' '; uname -n; pwd; "
                      "[ $(ls /proc | grep -c '^[0-9]') -lt 9 ] && echo alone"),
            "lo\nc1\n/function\nalone\n");
}

TEST(Sandbox, RunsAsAnotherUserWithoutRights) {
  DriverWorld world;
  if (!world.driver || ::geteuid() != 0) {
    GTEST_SKIP() << "only root can give functions another user: " << world.problem;
  }
  EXPECT_EQ(output_of(world,
                      "id -u; id -g; id -G; grep -E 'CapEff|CapPrm|NoNewPrivs' "
                      "/proc/self/status | tr -d '\\t'"),
            "1000\n1000\n1000\nCapPrm:0000000000000000\nCapEff:0000000000000000\nNoNewPrivs:1\n");
}

TEST(Sandbox, CanWriteToItsTmpOnly) {
  DriverWorld world;
  if (const std::string lack = lack_of(world, "bubblewrap ("); !lack.empty()) {
    GTEST_SKIP() << lack;
  }
  EXPECT_EQ(output_of(world,
                      "for f in / /function /usr /etc /bin /proc/sys /tmp; do "
                      "if touch $f/x 2>/dev/null; then echo $f; fi; done"),
            "/tmp\n");
  EXPECT_EQ(output_of(world, "ls /tmp /home /root /var 2>/dev/null | grep -v '^/' | wc -l"), "0\n");
}

TEST(Sandbox, SystemCallsThatChangeTheMachineAreRefused) {
  DriverWorld world;
  if (const std::string lack = lack_of(world, "bubblewrap ("); !lack.empty()) {
    GTEST_SKIP() << lack;
  }
  EXPECT_EQ(output_of(world,
                      "unshare -U true 2>&1 | grep -o 'not permitted'; "
                      "mount -t tmpfs x /tmp 2>/dev/null || echo no mount; "
                      "grep Seccomp: /proc/self/status | tr -d '\\t'"),
            "not permitted\nno mount\nSeccomp:2\n");
}

TEST(Sandbox, HasFnsLimits) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  EXPECT_EQ(output_of(world, "ulimit -n; ulimit -c; ulimit -l"), "350\n0\n64\n");
}

TEST(Sandbox, MemoryBeyondItsLimitIs502OutOfMemory) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  world.add_program("echo", "", echo_native());
  FunctionSetup setup = setup_of("echo");
  setup.memory = {32};
  const StartedPtr started = world.start(setup);
  ASSERT_TRUE(started->container) << started->error->message;
  RunRequest request = request_with("");
  request.headers.emplace_back("Echo-Do", "allocate 20");
  EXPECT_EQ(world.call(*started->container, std::move(request)).code(), 200);
  RunRequest more = request_with("");
  more.headers.emplace_back("Echo-Do", "allocate 2000");
  const Called called = world.call(*started->container, std::move(more));
  EXPECT_EQ(called.code(), 502);
  EXPECT_EQ(called.text(),
            "container out of memory, you may want to raise fn.memory for this function (default: "
            "128MB)");
}

TEST(Sandbox, WithoutControlGroupsMemoryIsWatched) {
  DriverWorld world([](ContainerSettings& settings) { settings.control_groups = false; });
  ASSERT_EQ(world.problem, "");
  EXPECT_TRUE(says(world, "no control groups; memory is looked at each 100 ms"));
  FunctionSetup setup = setup_of("eats");
  setup.memory = {32};
  // `tail` keeps all of it, then waits for a reader.
  world.add_script("eats", "default", "exec head -c 100M /dev/zero | tail -c 100M | sleep 60");
  const StartedPtr started = world.start(setup);
  ASSERT_TRUE(started->container) << started->error->message;
  const Called called = world.call(*started->container, "");
  EXPECT_EQ(called.text(),
            "container out of memory, you may want to raise fn.memory for this function (default: "
            "128MB)");
}

TEST(Sandbox, ProcessesAreLimited) {
  DriverWorld world([](ContainerSettings& settings) { settings.pids = 20; });
  if (const std::string lack = lack_of(world, "pids"); !lack.empty()) {
    GTEST_SKIP() << lack;
  }
  const std::string output = output_of(world, "for i in $(seq 40); do sleep 5 & done; echo end");
  EXPECT_NE(output.find("fork"), std::string::npos) << output;
}

TEST(Sandbox, ConfigCannotReachBubblewrapItself) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  world.add_script("says", "default", "echo \"$A\"");
  FunctionSetup setup = setup_of("says");
  setup.config = {{"A", "--bind\n/ $(id) \"'"}, {"BWRAP", "x"}};
  const StartedPtr started = world.start(setup);
  EXPECT_EQ(world.call(*started->container, "").body, "--bind\n/ $(id) \"'\n");
  for (const auto& [name, value] : std::vector<std::pair<std::string, std::string>>{
           {std::string("A\0--bind", 8), "x"},
           {"A", std::string("x\0--bind\0/\0/host", 16)},
           {"A=B", "x"},
           {"", "x"}}) {
    setup.config = {{name, value}};
    const StartedPtr refused = world.start(setup);
    ASSERT_TRUE(refused->container);
    const Called called = world.call(*refused->container, "");
    EXPECT_EQ(called.code(), 502);
    EXPECT_NE(called.text().find("cannot be an environment variable"), std::string::npos);
  }
}

TEST(Sandbox, WithoutBubblewrapItSaysSoOrRefuses) {
  const auto missing = [](ContainerSettings& settings) {
    settings.bubblewrap = "no-such-program";
  };
  DriverWorld falls_back(missing);
  ASSERT_EQ(falls_back.problem, "");
  EXPECT_TRUE(
      says(falls_back, "no namespaces (bubblewrap is not installed: apt-get install bubblewrap)"));
  EXPECT_EQ(output_of(falls_back, "echo works"), "works\n");
  DriverWorld insists([&](ContainerSettings& settings) {
    missing(settings);
    settings.isolation = Isolation::kBubblewrap;
  });
  EXPECT_EQ(insists.problem, "bubblewrap is not installed: apt-get install bubblewrap");
}

TEST(Sandbox, WithoutBubblewrapFunctionsOfAllFormatsRun) {
  DriverWorld world([](ContainerSettings& settings) { settings.isolation = Isolation::kNone; });
  ASSERT_EQ(world.problem, "");
  world.add_program("echo", "", echo_native());
  const StartedPtr started = world.start("echo");
  ASSERT_TRUE(started->container) << started->error->message << started->error->log;
  started->container->freeze();
  EXPECT_EQ(world.call(*started->container, "hello").body, "hello");
}

}  // namespace
}  // namespace fn::services
