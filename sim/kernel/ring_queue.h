// SPDX-License-Identifier: Apache-2.0
//
// A first-in-first-out queue in one ring of memory, which doubles when it is full and never
// shrinks; pushing and taking cost O(1) amortised. Values stay where they are until they are
// dropped, so the front may be read while more is pushed: outgrown rings are kept, in all no larger
// than the present one.

#pragma once

#include <cstddef>
#include <memory>
#include <type_traits>
#include <utility>
#include <vector>

#include "core/base/assert.h"

namespace fn::sim {

template <typename T>
class RingQueue {
 public:
  [[nodiscard]] bool empty() const { return head_ == tail_; }

  [[nodiscard]] std::size_t size() const { return tail_ - head_; }

  template <typename... Arguments>
  void emplace(Arguments&&... arguments) {
    if (size() == capacity_) [[unlikely]] {
      grow();
    }
    std::construct_at(at(tail_), std::forward<Arguments>(arguments)...);
    ++tail_;
  }

  // Valid until it is dropped. REQUIRES: not empty.
  [[nodiscard]] const T& front() const { return *at(head_); }

  // Removes the front. REQUIRES: not empty.
  void drop() {
    FN_ASSERT(head_ != tail_);
    ++head_;
  }

 private:
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::size_t kFirst = 16;

  // Positions only grow; the capacity is a power of two, so that a mask brings them into the ring.
  [[nodiscard]] T* at(std::size_t position) const { return &ring_[position & (capacity_ - 1)]; }

  // Rare: out of the way of the code that pushes.
  [[gnu::cold]] void grow() {
    const std::size_t capacity = capacity_ == 0 ? kFirst : 2 * capacity_;
    auto ring = std::make_unique_for_overwrite<T[]>(capacity);
    for (std::size_t position = head_; position != tail_; ++position) {
      ring[position & (capacity - 1)] = *at(position);
    }
    outgrown_.push_back(std::move(ring_));
    ring_ = std::move(ring);
    capacity_ = capacity;
  }

  std::unique_ptr<T[]> ring_;
  std::vector<std::unique_ptr<T[]>> outgrown_;
  std::size_t capacity_ = 0;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace fn::sim
