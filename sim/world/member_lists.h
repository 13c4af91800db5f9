// SPDX-License-Identifier: Apache-2.0
//
// Lists of runners on their way: a message names a list by its number, and the list is kept until
// everybody it was sent to has received it.

#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/base/assert.h"
#include "core/pool/membership.h"

namespace fn::sim {

class MemberLists {
 public:
  // Keeps a copy for `receivers` messages; returns its number.
  std::uint32_t keep(std::span<const core::Member> members, std::uint32_t receivers) {
    FN_ASSERT(receivers > 0);
    std::uint32_t index = 0;
    while (index < lists_.size() && lists_[index].receivers > 0) {
      ++index;
    }
    if (index == lists_.size()) {
      lists_.emplace_back();
    }
    lists_[index].members.assign(members.begin(), members.end());
    lists_[index].receivers = receivers;
    return index;
  }

  [[nodiscard]] std::span<const core::Member> at(std::uint32_t index) const {
    return lists_[index].members;
  }

  void received(std::uint32_t index) {
    FN_ASSERT(lists_[index].receivers > 0);
    --lists_[index].receivers;
  }

 private:
  struct List {
    std::vector<core::Member> members;
    std::uint32_t receivers = 0;
  };

  std::vector<List> lists_;
};

}  // namespace fn::sim
