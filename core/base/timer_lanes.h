// SPDX-License-Identifier: Apache-2.0
//
// TimerLane: timers that all have the same delay, so that the first set is the first due: a queue
// instead of a heap. A timer is never searched for; its owner counts it as cancelled, and it is
// dropped when it reaches the head or when half of the lane is stale. Setting and reading the next
// deadline are O(1) amortised, and memory stays within twice the live timers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/time.h"

namespace fn::core {

class TimerLane {
 public:
  struct Timer {
    Instant at;
    std::uint32_t subject = 0;
    std::uint32_t generation = 0;
  };

  // REQUIRES: `at` is not before the last one set.
  void set(Instant at, std::uint32_t subject, std::uint32_t generation) {
    FN_ASSERT(timers_.size() == head_ || at >= timers_.back().at);
    timers_.push_back(Timer{at, subject, generation});
    ++live_;
  }

  // One timer that is still in the lane has become stale: `valid` will refuse it.
  void cancel() {
    FN_ASSERT(live_ > 0);
    --live_;
  }

  // The first timer that `valid(timer)` still knows, or null.
  template <typename Valid>
  const Timer* head(Valid valid) {
    while (head_ < timers_.size() && !valid(timers_[head_])) {
      ++head_;
    }
    compact(valid);
    return head_ < timers_.size() ? &timers_[head_] : nullptr;
  }

  // Removes the head. REQUIRES: head() was just returned and is valid.
  void pop() {
    FN_ASSERT(head_ < timers_.size());
    ++head_;
    cancel();
  }

  // For a lane that was loaded: whether it is in order, ends by `latest`, and `valid` knows `live`
  // of its timers.
  template <typename Valid>
  [[nodiscard]] bool agrees(Instant latest, std::size_t live, Valid valid) const {
    std::size_t known = 0;
    for (std::size_t index = head_; index < timers_.size(); ++index) {
      if (timers_[index].at > latest ||
          (index > head_ && timers_[index].at < timers_[index - 1].at)) {
        return false;
      }
      known += valid(timers_[index]) ? 1U : 0U;
    }
    return known == live && live_ == live;
  }

  void save(Writer& out) const {
    out.pod(std::uint64_t{timers_.size() - head_});
    for (std::size_t index = head_; index < timers_.size(); ++index) {
      out.pod(timers_[index].at.time_since_epoch().count());
      out.pod(timers_[index].subject);
      out.pod(timers_[index].generation);
    }
    out.pod(std::uint64_t{live_});
  }

  void load(Reader& in) {
    std::uint64_t size = 0;
    in.pod(size);
    timers_.clear();
    head_ = 0;
    for (std::uint64_t index = 0; index < size && !in.failed(); ++index) {
      Timer timer;
      std::int64_t at = 0;
      in.pod(at);
      in.pod(timer.subject);
      in.pod(timer.generation);
      timer.at = Instant(Duration(at));
      timers_.push_back(timer);
    }
    std::uint64_t live = 0;
    in.pod(live);
    live_ = live;
  }

 private:
  template <typename Valid>
  void compact(Valid valid) {
    constexpr std::size_t kSlack = 64;
    if (timers_.size() <= 2 * live_ + kSlack) {
      return;
    }
    std::size_t kept = 0;
    for (std::size_t index = head_; index < timers_.size(); ++index) {
      if (valid(timers_[index])) {
        timers_[kept++] = timers_[index];
      }
    }
    timers_.resize(kept);
    head_ = 0;
  }

  std::vector<Timer> timers_;
  std::size_t head_ = 0;
  std::size_t live_ = 0;
};

}  // namespace fn::core
