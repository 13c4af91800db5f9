// SPDX-License-Identifier: Apache-2.0
//
// Slots: things that are known by small numbers, which are given anew once a thing is gone. A thing
// stays where it is in memory.

#pragma once

#include <cstdint>
#include <deque>
#include <vector>

namespace fn::services {

template <typename Thing>
class Slots {
 public:
  // A number that nothing has; the thing is as the one that had it left it.
  std::uint32_t take() {
    if (free_.empty()) {
      things_.emplace_back();
      return static_cast<std::uint32_t>(things_.size() - 1);
    }
    const std::uint32_t number = free_.back();
    free_.pop_back();
    return number;
  }

  // REQUIRES: it was taken and not given back since.
  void give_back(std::uint32_t number) { free_.push_back(number); }

  [[nodiscard]] Thing& operator[](std::uint32_t number) { return things_[number]; }

  [[nodiscard]] const Thing& operator[](std::uint32_t number) const { return things_[number]; }

  // Numbers are below this.
  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(things_.size()); }

  // Things that are there.
  [[nodiscard]] std::uint32_t taken() const {
    return static_cast<std::uint32_t>(things_.size() - free_.size());
  }

 private:
  std::deque<Thing> things_;
  std::vector<std::uint32_t> free_;
};

}  // namespace fn::services
