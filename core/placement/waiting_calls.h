// SPDX-License-Identifier: Apache-2.0
//
// WaitingCalls: the queue of a group's calls that no runner has taken yet, in order of arrival. A
// call leaves it when it is offered and comes back to its place when it is refused. Bounded in
// number and in bytes of body.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"

namespace fn::core {

class WaitingCalls {
 public:
  WaitingCalls(std::uint32_t calls_max, std::uint64_t bytes_max)
      : calls_max_(calls_max), bytes_max_(bytes_max) {}

  // Whether one more call with such a body may wait.
  [[nodiscard]] bool has_room(std::uint32_t body_bytes) const {
    return count_ < calls_max_ && bytes_ + body_bytes <= bytes_max_;
  }

  // Puts the call at its place: after every call with a smaller arrival number.
  void insert(CallHandle call, std::uint32_t number, std::uint32_t body_bytes);
  void remove(CallHandle call);

  [[nodiscard]] bool holds(CallHandle call) const {
    return call.value < links_.size() && links_[call.value].waiting != 0;
  }

  [[nodiscard]] CallHandle first() const { return first_; }

  [[nodiscard]] CallHandle after(CallHandle call) const { return links_[call.value].next; }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  void save(Writer& out) const;
  void load(Reader& in);

 private:
  struct Link {
    CallHandle previous;
    CallHandle next;
    std::uint32_t number = 0;
    std::uint32_t body_bytes = 0;
    std::uint32_t waiting = 0;
  };

  std::uint32_t calls_max_;
  std::uint64_t bytes_max_;
  std::vector<Link> links_;  // by call handle
  CallHandle first_;
  CallHandle last_;
  std::uint32_t count_ = 0;
  std::uint64_t bytes_ = 0;
};

}  // namespace fn::core
