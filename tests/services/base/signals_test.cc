// SPDX-License-Identifier: Apache-2.0
//
// Goal: the first SIGTERM or SIGINT asks, the second ends the process whatever it does, and a
// closed socket does not end it.

#include "services/base/signals.h"

#include <csignal>
#include <cstdlib>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

TEST(Signals, TheFirstOneIsToldToTheLoop) {
  for (const int signal : {SIGTERM, SIGINT}) {
    Loop loop;
    std::thread::id told;
    const Signals signals(
        loop,
        [&] {
          told = std::this_thread::get_id();
          loop.stop();
        },
        [] {});
    ASSERT_EQ(::kill(::getpid(), signal), 0);
    loop.run();
    EXPECT_EQ(told, std::this_thread::get_id());
  }
}

TEST(Signals, TheSecondOneEndsAProcessThatHangs) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  EXPECT_EXIT(
      {
        Loop loop;
        const Signals signals(
            loop,
            [] {
              ::kill(::getpid(), SIGINT);
              while (true) {
                ::pause();
              }
            },
            [] {
              static constexpr std::string_view kWords = "last words";
              (void)!::write(STDERR_FILENO, kWords.data(), kWords.size());
            });
        ::kill(::getpid(), SIGTERM);
        loop.run();
      },
      testing::ExitedWithCode(1),
      "last words");
}

TEST(Signals, OneThatComesWhenTheNodeIsDoneHasTheSameStatus) {
  testing::FLAGS_gtest_death_test_style = "threadsafe";
  for (const int signal : {SIGTERM, SIGINT}) {
    EXPECT_EXIT(
        {
          Loop loop;
          {
            const Signals signals(
                loop, [&loop] { loop.stop(); }, [] {});
            ::kill(::getpid(), SIGTERM);
            loop.run();
          }
          ::kill(::getpid(), signal);
          ::pause();
        },
        testing::ExitedWithCode(1),
        "");
  }
}

TEST(Signals, AClosedSocketIsAnErrorAndNoEnd) {
  Loop loop;
  const Signals signals(
      loop, [] {}, [] {});
  int pair[2] = {-1, -1};
  ASSERT_EQ(::socketpair(AF_UNIX, SOCK_STREAM, 0, pair), 0);
  ::close(pair[0]);
  EXPECT_EQ(::write(pair[1], "x", 1), -1);
  ::close(pair[1]);
}

}  // namespace
}  // namespace fn::services
