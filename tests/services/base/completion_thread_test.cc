// SPDX-License-Identifier: Apache-2.0
//
// Goal: completions run on the core thread only, wake a loop that sleeps, and none is lost, whoever
// of the two has the turn to ask. Meant for the thread sanitizer as much as for its results.

#include "services/base/completion_thread.h"

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <set>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

using std::chrono_literals::operator""ms;

// A queue within the process.
class Queue final : public CompletionSource {
 public:
  void add(Completion& completion) {
    const std::scoped_lock lock(mutex_);
    waiting_.push_back({&completion, true});
    came_.notify_one();
  }

  bool next(Completed& completed) override {
    std::unique_lock lock(mutex_);
    came_.wait(lock, [this] { return shut_ || !waiting_.empty(); });
    return pop(completed);
  }

  bool take(Completed& completed) override {
    const std::scoped_lock lock(mutex_);
    askers_.insert(std::this_thread::get_id());
    return pop(completed);
  }

  void shut_down() override {
    const std::scoped_lock lock(mutex_);
    shut_ = true;
    came_.notify_one();
  }

  std::set<std::thread::id> askers() {
    const std::scoped_lock lock(mutex_);
    return askers_;
  }

 private:
  bool pop(Completed& completed) {
    if (waiting_.empty()) {
      return false;
    }
    completed = waiting_.front();
    waiting_.pop_front();
    return true;
  }

  std::mutex mutex_;
  std::condition_variable came_;
  std::deque<Completed> waiting_;
  std::set<std::thread::id> askers_;
  bool shut_ = false;
};

class Counted {
 public:
  explicit Counted(std::function<void()> then) : then_(std::move(then)) {}

  Completion& completion() { return on_completed_; }

 private:
  void completed(bool ok) {
    EXPECT_TRUE(ok);
    then_();
  }

  std::function<void()> then_;
  CompletionOf<Counted, &Counted::completed> on_completed_{*this};
};

// Adds it from a thread of its own, with pauses in which the loop may fall asleep.
std::thread adding(Queue& queue, Counted& counted, int times) {
  return std::thread([&queue, &counted, times] {
    for (int sent = 0; sent < times; ++sent) {
      queue.add(counted.completion());
      if (sent % 50 == 0) {
        std::this_thread::sleep_for(std::chrono::microseconds(200));
      }
    }
  });
}

TEST(CompletionThread, ACompletionWakesALoopThatSleeps) {
  Loop loop;
  Queue queue;
  CompletionThread thread(loop, queue);
  std::thread::id ran;
  Counted last([&] {
    ran = std::this_thread::get_id();
    loop.stop();
  });
  std::thread other([&] {
    std::this_thread::sleep_for(20ms);  // by now it sleeps; if not, the result is the same
    queue.add(last.completion());
  });
  loop.run();
  other.join();
  thread.close();
  EXPECT_EQ(ran, std::this_thread::get_id());
}

TEST(CompletionThread, WhatAnAwakeCoreThreadBeginsItFindsItself) {
  Loop loop;
  Queue queue;
  CompletionThread thread(loop, queue);
  constexpr int kChain = 1'000;
  int count = 0;
  Counted link([&] { ++count < kChain ? queue.add(link.completion()) : loop.stop(); });
  queue.add(link.completion());
  loop.run();
  EXPECT_EQ(count, kChain);
  EXPECT_TRUE(queue.askers().contains(std::this_thread::get_id()));
  thread.close();
}

// Each goes on until both had their share: it would go on for ever if one had no turn.
TEST(CompletionThread, CompletionsAndPostedWorkHaveTheirTurnsBesideEachOther) {
  Loop loop;
  Queue queue;
  CompletionThread thread(loop, queue);
  constexpr int kShare = 1'000;
  int posted = 0;
  int completed = 0;
  const auto enough = [&] {
    return posted >= kShare && completed >= kShare;
  };
  const std::function<void()> again = [&] {
    ++posted;
    enough() ? loop.stop() : loop.post(again);
  };
  Counted endless([&] {
    ++completed;
    enough() ? loop.stop() : queue.add(endless.completion());
  });
  loop.post(again);
  queue.add(endless.completion());
  loop.run();
  EXPECT_TRUE(enough());
  thread.close();
}

TEST(CompletionThread, NoneIsLostWhateverTheThreadsDo) {
  Loop loop;
  Queue queue;
  CompletionThread thread(loop, queue);
  constexpr int kThreads = 3;
  constexpr int kEach = 2'000;
  int count = 0;
  Counted one([&] {
    if (++count == kThreads * kEach) {
      loop.stop();
    }
  });
  std::vector<std::thread> others;
  others.reserve(kThreads);
  for (int each = 0; each < kThreads; ++each) {
    others.push_back(adding(queue, one, kEach));
  }
  loop.run();
  for (std::thread& other : others) {
    other.join();
  }
  thread.close();
  EXPECT_EQ(count, kThreads * kEach);
}

TEST(CompletionThread, ClosingHandsOverWhatWasLeft) {
  Loop loop;
  Queue queue;
  CompletionThread thread(loop, queue);
  int count = 0;
  Counted one([&] { ++count; });
  for (int sent = 0; sent < 600; ++sent) {
    queue.add(one.completion());
  }
  thread.close();
  EXPECT_EQ(count, 600);
}

}  // namespace
}  // namespace fn::services
