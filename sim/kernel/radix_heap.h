// SPDX-License-Identifier: Apache-2.0
//
// A monotone priority queue of (time, word) with integer times (Ahuja, Mehlhorn, Orlin, Tarjan
// 1990): entries lie in buckets by the highest bit in which their time differs from the last time
// taken. Nothing earlier than that may be pushed. Entries of one time leave in the order in which
// they came. Flat as it grows: pushing costs O(1), taking O(64) moves per entry at the worst.

#pragma once

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/append_list.h"
#include "core/base/assert.h"

namespace fn::sim {

class RadixHeap {
 public:
  struct Entry {
    std::uint64_t time = 0;
    std::uint64_t word = 0;
  };

  static constexpr std::uint64_t kEmpty = ~std::uint64_t{0};

  // REQUIRES: `time` > the last time taken.
  void push(std::uint64_t time, std::uint64_t word) {
    FN_ASSERT(time > last_);
    const auto bucket = static_cast<std::size_t>(std::bit_width((time ^ last_) | 1)) - 1;
    buckets_[bucket].append(Entry{time, word});
    earliest_in_[bucket] =
        (occupied_ >> bucket & 1) != 0 ? std::min(earliest_in_[bucket], time) : time;
    occupied_ |= std::uint64_t{1} << bucket;
  }

  // The earliest time held, or kEmpty.
  [[nodiscard]] std::uint64_t earliest() const {
    return occupied_ == 0 ? kEmpty
                          : earliest_in_[static_cast<std::size_t>(std::countr_zero(occupied_))];
  }

  // Hands every entry of the earliest time to `take(word)`, in order, and removes them. Entries
  // that come soon after are shown to `soon(time, word)`, each a few times. REQUIRES: not empty.
  template <typename Take, typename Soon>
  void take_earliest(Take take, Soon soon) {
    FN_ASSERT(occupied_ != 0);
    const auto lowest = static_cast<std::size_t>(std::countr_zero(occupied_));
    core::AppendList<Entry>& bucket = buckets_[lowest];
    const std::uint64_t time = earliest_in_[lowest];
    last_ = time;
    occupied_ &= ~(std::uint64_t{1} << lowest);
    if (bucket.size() == 1) {
      const std::uint64_t word = bucket[0].word;
      bucket.clear();
      take(word);
      return;
    }
    // What stays differs from the new last time in a lower bit, so it goes into lower buckets.
    for (const Entry& entry : bucket) {
      if (entry.time == time) {
        take(entry.word);
      } else {
        push(entry.time, entry.word);
        soon(entry.time, entry.word);
      }
    }
    bucket.clear();
  }

 private:
  std::array<core::AppendList<Entry>, 64> buckets_;
  std::array<std::uint64_t, 64> earliest_in_{};  // by bucket, where occupied
  std::uint64_t occupied_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace fn::sim
