// SPDX-License-Identifier: Apache-2.0
//
// Goal: the process driver as a whole: starts that cannot be, what is left after many containers
// and after a runner that was killed, and that starting and thawing are quick (the numbers are
// printed; the bounds are far, for loaded machines and sanitizers).

#include "services/runner/containers/process_driver.h"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "services/base/clock.h"
#include "services/runner/containers/control_group_trees.h"
#include "services/runner/containers/descriptor.h"
#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

std::size_t open_files() {
  return static_cast<std::size_t>(
      std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator()));
}

// Folders of the runner's control groups, of whatever tree.
std::vector<std::string> groups_of(const ContainerSettings& settings) {
  std::vector<std::string> folders;
  for (const GroupTree& tree :
       known_trees(read_small_file("/proc/self/mounts"), read_small_file("/proc/self/cgroup"))) {
    std::error_code error;
    const std::string runner = tree.folder + "/fn-" + settings.runner_name;
    for (const auto& entry : fs::directory_iterator(runner, error)) {
      if (entry.is_directory(error)) {
        folders.push_back(entry.path());
      }
    }
  }
  return folders;
}

bool nothing_left(const DriverWorld& world) {
  return world.processes() == 0 && world.leftovers().empty() && groups_of(world.settings).empty();
}

TEST(ProcessDriver, StartsThatCannotBeSayWhy) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  world.add_script("http", "http", "true");
  const std::vector<std::pair<std::string, int>> rows = {
      {"../escape", 400}, {"", 400}, {"unknown:1", 404}, {"http", 400}};
  for (const auto& [image, status] : rows) {
    const StartedPtr started = world.start(image);
    ASSERT_TRUE(started->error) << image;
    EXPECT_EQ(started->error->status, status) << image;
    EXPECT_FALSE(started->error->message.empty());
  }
  EXPECT_EQ(world.start("http")->error->message,
            "format http is not known to this runner: use http-stream, default or json");
  EXPECT_TRUE(world.run_until([&] { return nothing_left(world); }));
}

TEST(ProcessDriver, ACancelledStartIsForgottenAndCleanedUp) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  world.add_script("never", "http-stream", "sleep 60");
  bool told = false;
  StartSink sink;
  sink.started = [&](const std::unique_ptr<Container>&) {
    told = true;
  };
  sink.failed = [&](const FunctionError&) {
    told = true;
  };
  sink.lost = [&] {
    told = true;
  };
  const std::uint64_t token = world.driver->start(setup_of("never"), std::move(sink));
  EXPECT_TRUE(world.run_until([&] { return world.launcher->pid_of(2) != 0; }));
  world.driver->cancel(token);
  EXPECT_TRUE(world.run_until([&] { return nothing_left(world); }));
  EXPECT_FALSE(told);
}

TEST(ProcessDriver, TwoHundredContainersLeaveNothingBehind) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  world.add_program("echo", "", echo_native());
  world.start("echo")->container.reset();
  EXPECT_TRUE(world.run_until([&] { return nothing_left(world); }));
  const std::size_t before = open_files();
  constexpr int kRounds = 20;
  constexpr int kAtOnce = 10;
  for (int round = 0; round < kRounds; ++round) {
    std::vector<StartedPtr> started;
    started.reserve(kAtOnce);
    for (int number = 0; number < kAtOnce; ++number) {
      started.push_back(world.begin_start(setup_of("echo")));
    }
    for (const StartedPtr& each : started) {
      world.run_until([&] { return each->container || each->error; });
      ASSERT_TRUE(each->container) << (each->error ? each->error->message + each->error->log : "");
    }
    EXPECT_EQ(world.call(*started[0]->container, "x").body, "x");
    started[1]->container->freeze();
  }
  EXPECT_TRUE(world.run_until([&] { return nothing_left(world); }));
  EXPECT_EQ(open_files(), before);
}

TEST(ProcessDriver, WhatAKilledRunnerLeftIsRemovedByTheNext) {
  const TemporaryFolder temporary;
  const std::string& folder = temporary.path;
  const auto same = [&](ContainerSettings& settings) {
    settings.iofs_path = folder;
    settings.runner_name = "killed-" + folder.substr(folder.size() - 6);
  };
  DescriptorPair pipe = std::move(*make_pipe());
  const pid_t runner = ::fork();
  if (runner == 0) {
    DriverWorld world(same);
    world.add_program("echo", "", echo_native());
    const StartedPtr running = world.start("echo");
    const StartedPtr frozen = world.start("echo");
    frozen->container->freeze();
    const char left = world.leftovers().size() == 2 ? 'y' : 'n';
    fs::remove_all(world.folder);  // the test's own part, which no runner would remove
    static_cast<void>(::write(pipe.write.get(), &left, 1));
    ::kill(::getpid(), SIGKILL);
  }
  char left = 'n';
  ASSERT_EQ(::read(pipe.read.get(), &left, 1), 1);
  ::waitpid(runner, nullptr, 0);
  EXPECT_EQ(left, 'y');
  {
    DriverWorld world(same);
    ASSERT_EQ(world.problem, "");
    EXPECT_TRUE(nothing_left(world));
    DriverWorld twin(same);
    EXPECT_NE(twin.problem.find("used by another runner of the name"), std::string::npos);
  }
}

TEST(ProcessDriver, ADriverThatGoesTakesEverythingAlong) {
  ContainerSettings settings;
  {
    DriverWorld world;
    ASSERT_EQ(world.problem, "");
    settings = world.settings;
    world.add_program("echo", "", echo_native());
    ASSERT_TRUE(world.start("echo")->container);
  }
  EXPECT_FALSE(fs::exists(settings.iofs_path));
  EXPECT_TRUE(groups_of(settings).empty());
}

TEST(ProcessDriver, RunnerNamesAndPathsThatCannotBeAreRefused) {
  for (const std::string name : {"", "..", "a/b", ".x"}) {
    const DriverWorld world([&](ContainerSettings& settings) { settings.runner_name = name; });
    EXPECT_NE(world.problem.find("runner name"), std::string::npos) << name;
  }
  const DriverWorld world(
      [](ContainerSettings& settings) { settings.iofs_path += std::string(100, 'x'); });
  EXPECT_NE(world.problem.find("is too long"), std::string::npos);
}

double median_ms(std::vector<core::Duration> times) {
  std::ranges::sort(times);
  return std::chrono::duration<double, std::milli>(times[times.size() / 2]).count();
}

TEST(ProcessDriver, ColdStartsAreQuick) {
  struct Row {
    const char* name;
    Isolation isolation;
    bool groups;
  };

  for (const Row& row : {Row{"plain process", Isolation::kNone, false},
                         Row{"plain process, control groups", Isolation::kNone, true},
                         Row{"isolated", Isolation::kAuto, false},
                         Row{"isolated, control groups", Isolation::kAuto, true}}) {
    DriverWorld world([&](ContainerSettings& settings) {
      settings.isolation = row.isolation;
      settings.control_groups = row.groups;
    });
    ASSERT_EQ(world.problem, "");
    world.add_program("echo", "", echo_native());
    std::vector<core::Duration> starts;
    std::vector<core::Duration> thaws;
    std::vector<core::Duration> freezes;
    for (int number = 0; number < 20; ++number) {
      const core::Instant begin = steady_now();
      const StartedPtr started = world.begin_start(setup_of("echo"));
      while (!started->container && !started->error) {
        world.run_one();
      }
      ASSERT_TRUE(started->container);
      starts.push_back(steady_now() - begin);
      world.call(*started->container, "");
      const core::Instant freeze = steady_now();
      started->container->freeze();
      const core::Instant thaw = steady_now();
      const CalledPtr called = world.begin_call(*started->container, request_with(""));
      thaws.push_back(steady_now() - thaw);
      freezes.push_back(thaw - freeze);
      while (!called->outcome) {
        world.run_one();
      }
    }
    std::printf("%s: cold start %.1f ms, freeze %.3f ms, thaw and send %.3f ms (medians of 20)\n",
                row.name,
                median_ms(starts),
                median_ms(freezes),
                median_ms(thaws));
    EXPECT_LT(median_ms(starts), 1000);
    EXPECT_LT(median_ms(thaws), 100);
  }
}

}  // namespace
}  // namespace fn::services
