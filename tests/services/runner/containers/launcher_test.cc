// SPDX-License-Identifier: Apache-2.0
//
// Goal: processes start with what they were given and nothing else, their ends are told once, and
// whatever was started dies with the launcher.

#include "services/runner/containers/launcher.h"

#include <array>
#include <chrono>
#include <csignal>
#include <fstream>
#include <memory>
#include <optional>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

#include <boost/asio/io_context.hpp>
#include <gtest/gtest.h>

#include "services/runner/containers/descriptor.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

LaunchRequest shell(const std::string& script) {
  LaunchRequest request;
  request.arguments = {"sh", "-c", script};
  request.environment = {"PATH=/usr/bin:/bin"};
  return request;
}

struct Attached {
  Loop loop;
  std::unique_ptr<Launcher> launcher = std::move(*Launcher::fork_helper());
  Descriptor null = std::move(*null_device());

  Attached() { launcher->attach(loop); }

  std::uint64_t start(LaunchRequest request, std::optional<int>& code) {
    if (request.descriptors.empty()) {
      request.descriptors = {null.get(), null.get(), null.get()};
    }
    return launcher->launch(request, [this, &code](int exit_code) {
      code = exit_code;
      loop.stop();
    });
  }

  int run(const LaunchRequest& request) {
    std::optional<int> code;
    start(request, code);
    loop.run();
    loop.io().restart();
    return code.value_or(-1);
  }
};

bool alive(int pid) {
  return ::kill(pid, 0) == 0;
}

bool dies(int pid) {
  for (int round = 0; round < 5000 && alive(pid); ++round) {
    std::this_thread::sleep_for(1ms);
  }
  return !alive(pid);
}

TEST(Launcher, TellsTheExitCodeOrTheSignal) {
  Attached attached;
  EXPECT_EQ(attached.run(shell("exit 0")), 0);
  EXPECT_EQ(attached.run(shell("exit 7")), 7);
  EXPECT_EQ(attached.run(shell("kill -9 $$")), 137);
  LaunchRequest missing;
  missing.arguments = {"/no/such/program"};
  EXPECT_EQ(attached.run(missing), 127);
  EXPECT_EQ(attached.launcher->running(), 0U);
}

TEST(Launcher, GivesTheProcessItsDescriptorsAndEnvironmentOnly) {
  Attached attached;
  DescriptorPair pipe = std::move(*make_pipe());
  LaunchRequest request = shell("echo $A; ls /proc/$$/fd; env | wc -l");
  request.environment.emplace_back("A=b c");
  request.descriptors = {attached.null.get(), pipe.write.get(), attached.null.get()};
  EXPECT_EQ(attached.run(request), 0);
  std::array<char, 200> bytes{};
  const ssize_t size = ::read(pipe.read.get(), bytes.data(), bytes.size());
  // PATH, A, and what the shell sets: PWD and the like.
  EXPECT_EQ(std::string(bytes.data(), static_cast<std::size_t>(size)).substr(0, 10),
            "b c\n0\n1\n2\n");
}

TEST(Launcher, SignalsReachTheWholeGroup) {
  Attached attached;
  std::optional<int> code;
  const std::uint64_t process = attached.start(shell("sleep 60 & wait"), code);
  attached.launcher->signal(process, SIGKILL);
  attached.loop.run();
  EXPECT_EQ(code, 137);
  attached.launcher->signal(process, SIGKILL);  // of one that has ended: nothing
}

TEST(Launcher, TakesMoreLaunchesThanItsSocketHolds) {
  Attached attached;
  int ended = 0;
  LaunchRequest request = shell("exit 0");
  request.environment.push_back("LONG=" + std::string(100'000, 'x'));
  request.descriptors = {attached.null.get(), attached.null.get(), attached.null.get()};
  for (int number = 0; number < 60; ++number) {
    attached.launcher->launch(request, [&](int code) {
      EXPECT_EQ(code, 0);
      if (++ended == 60) {
        attached.loop.stop();
      }
    });
  }
  attached.loop.run();
  EXPECT_EQ(ended, 60);
}

TEST(Launcher, ARequestThatIsTooLargeEndsAsNotStarted) {
  Attached attached;
  LaunchRequest request = shell("exit 0");
  request.environment.push_back("LONG=" + std::string(3'000'000, 'x'));
  EXPECT_EQ(attached.run(request), 127);
}

TEST(Launcher, WhatItStartedDiesWithIt) {
  int pid = 0;
  {
    Attached attached;
    std::optional<int> code;
    // In a session of its own and without its parent: only the launcher can find it.
    const std::uint64_t process = attached.start(shell("(setsid sleep 60 &) ; sleep 60"), code);
    while ((pid = attached.launcher->pid_of(process)) == 0) {
      attached.loop.io().run_one();
    }
    EXPECT_TRUE(alive(pid));
  }
  EXPECT_FALSE(alive(pid));
  EXPECT_EQ(::waitpid(-1, nullptr, WNOHANG), -1);
}

TEST(Launcher, WhatItStartedDiesWhenTheRunnerIsKilled) {
  DescriptorPair pipe = std::move(*make_pipe());
  const pid_t runner = ::fork();
  if (runner == 0) {
    Attached attached;
    std::optional<int> code;
    const std::uint64_t process = attached.start(shell("sleep 60"), code);
    int pid = 0;
    while ((pid = attached.launcher->pid_of(process)) == 0) {
      attached.loop.io().run_one();
    }
    static_cast<void>(::write(pipe.write.get(), &pid, sizeof(pid)));
    ::kill(::getpid(), SIGKILL);
  }
  int pid = 0;
  ASSERT_EQ(::read(pipe.read.get(), &pid, sizeof(pid)), static_cast<ssize_t>(sizeof(pid)));
  ::waitpid(runner, nullptr, 0);
  EXPECT_TRUE(dies(pid));
}

TEST(Launcher, WithoutItsHelperEveryProcessHasEnded) {
  Attached attached;
  std::optional<int> code;
  const std::uint64_t process = attached.start(shell("sleep 60"), code);
  int pid = 0;
  while ((pid = attached.launcher->pid_of(process)) == 0) {
    attached.loop.io().run_one();
  }
  std::ifstream status("/proc/" + std::to_string(pid) + "/stat");
  std::string word;
  int helper = 0;
  status >> word >> word >> word >> helper;
  ::kill(helper, SIGKILL);
  attached.loop.run();
  attached.loop.io().restart();
  EXPECT_EQ(code, 137);
  EXPECT_TRUE(dies(pid));
  EXPECT_EQ(attached.run(shell("exit 0")), 127);
}

TEST(Launcher, ATrialThatTakesTooLongIsEnded) {
  const std::unique_ptr<Launcher> launcher = std::move(*Launcher::fork_helper());
  const Descriptor null = std::move(*null_device());
  LaunchRequest request = shell("sleep 60");
  request.descriptors = {null.get(), null.get(), null.get()};
  const auto code = launcher->run_and_wait(request, 50ms);
  ASSERT_FALSE(code);
  EXPECT_EQ(code.error().code, core::ErrorCode::kDeadlineExceeded);
  request.arguments[2] = "exit 3";
  EXPECT_EQ(*launcher->run_and_wait(request, 10s), 3);
}

}  // namespace
}  // namespace fn::services
