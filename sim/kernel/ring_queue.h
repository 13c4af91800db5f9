// SPDX-License-Identifier: Apache-2.0
//
// A first-in-first-out queue in chunks that are reused in a ring. Values stay where they are until
// they are dropped, so the front may be read while more is pushed.

#pragma once

#include <algorithm>
#include <array>
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
    if (tail_ == capacity()) {
      make_room();
    }
    T* place = at(tail_);
    ++tail_;
    std::construct_at(place, std::forward<Arguments>(arguments)...);
  }

  // REQUIRES: not empty.
  [[nodiscard]] const T& front() const { return *at(head_); }

  // Removes the front. REQUIRES: not empty.
  void drop() {
    FN_ASSERT(head_ != tail_);
    if (++head_ == tail_) {
      head_ = 0;
      tail_ = 0;
    }
  }

 private:
  static_assert(std::is_trivially_copyable_v<T>);
  static constexpr std::size_t kChunk = 64;

  using Chunk = std::array<T, kChunk>;

  [[nodiscard]] std::size_t capacity() const { return chunks_.size() * kChunk; }

  [[nodiscard]] T* at(std::size_t index) const {
    return &(*chunks_[index / kChunk])[index % kChunk];
  }

  // Chunks that have been emptied go to the end; if there is none, a new one comes.
  void make_room() {
    const std::size_t emptied = head_ / kChunk;
    if (emptied == 0) {
      chunks_.push_back(std::make_unique<Chunk>());
      return;
    }
    std::rotate(
        chunks_.begin(), chunks_.begin() + static_cast<std::ptrdiff_t>(emptied), chunks_.end());
    head_ -= emptied * kChunk;
    tail_ -= emptied * kChunk;
  }

  std::vector<std::unique_ptr<Chunk>> chunks_;
  std::size_t head_ = 0;
  std::size_t tail_ = 0;
};

}  // namespace fn::sim
