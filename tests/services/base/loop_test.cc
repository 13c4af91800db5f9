// SPDX-License-Identifier: Apache-2.0
//
// Goal: one time per batch, work from other threads runs on the core thread, timers keep order.

#include "services/base/loop.h"

#include <chrono>
#include <string>
#include <thread>
#include <utility>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

TEST(Loop, TheTimeStandsStillWithinABatchAndMovesBetweenBatches) {
  Loop loop;
  core::Instant first{};
  loop.post([&] {
    first = loop.now();
    std::this_thread::sleep_for(2ms);
    EXPECT_EQ(loop.now(), first);
  });
  LoopTimer timer(loop);
  bool armed = false;
  loop.at_batch_end([&] {
    EXPECT_EQ(loop.now(), first);
    if (!std::exchange(armed, true)) {  // so that it ends a later batch, however slow this one was
      timer.set_after(5ms, [&] {
        EXPECT_GT(loop.now(), first);
        first = loop.now();
        loop.stop();
      });
    }
  });
  loop.run();
}

TEST(Loop, RunsWhatOtherThreadsPostOnTheCoreThread) {
  Loop loop;
  std::thread::id ran;
  std::thread other([&] {
    loop.post([&] {
      ran = std::this_thread::get_id();
      loop.stop();
    });
  });
  loop.run();
  other.join();
  EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST(LoopTimer, CallsForItsLastSettingOnly) {
  Loop loop;
  std::string calls;
  LoopTimer moved(loop);
  LoopTimer cancelled(loop);
  LoopTimer last(loop);
  moved.set_after(1ms, [&] { calls += "early "; });
  moved.set_after(5ms, [&] { calls += "moved "; });
  cancelled.set_after(2ms, [&] { calls += "cancelled "; });
  cancelled.cancel();
  last.set_after(10ms, [&] {
    calls += "last";
    loop.stop();
  });
  loop.run();
  EXPECT_EQ(calls, "moved last");
}

}  // namespace
}  // namespace fn::services
