// SPDX-License-Identifier: Apache-2.0
//
// AppendList: a list that is filled, read and cleared again and again, and keeps its memory. It
// does less than std::vector: what makes it grow does not see the value to be appended, so that a
// small plain struct can go from registers straight to its place. (A struct that first goes
// elsewhere in memory is copied in larger pieces than it was written in, and that stalls the
// processor.)

#pragma once

#include <cstddef>
#include <type_traits>
#include <vector>

namespace fn::core {

template <typename T>
class AppendList {
 public:
  static_assert(std::is_trivially_copyable_v<T>);

  void append(const T& value) {
    if (size_ == places_.size()) [[unlikely]] {
      grow();
    }
    places_[size_] = value;
    ++size_;
  }

  void clear() { size_ = 0; }

  [[nodiscard]] bool empty() const { return size_ == 0; }

  [[nodiscard]] std::size_t size() const { return size_; }

  [[nodiscard]] const T& operator[](std::size_t index) const { return places_[index]; }

  // REQUIRES: not empty.
  [[nodiscard]] const T& back() const { return places_[size_ - 1]; }

  [[nodiscard]] const T* begin() const { return places_.data(); }

  [[nodiscard]] const T* end() const { return places_.data() + size_; }

 private:
  static constexpr std::size_t kFirst = 16;

  // Rare: out of the way of the code that appends.
  [[gnu::cold]] void grow() { places_.resize(2 * size_ + kFirst); }

  std::vector<T> places_;
  std::size_t size_ = 0;  // the rest of the places is free
};

}  // namespace fn::core
