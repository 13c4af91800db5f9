// SPDX-License-Identifier: Apache-2.0
//
// WaitingCalls: the queue of a group's calls that no runner has taken yet, in order of arrival. A
// call leaves it when it is offered and comes back to its place when it is refused. Bounded in
// number and in bytes of body: a call that may wait keeps its share until it is settled, so one
// that was offered always finds room to come back to.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"

namespace fn::core {

// Whether the first of two numbers was given before the second. Numbers begin anew at 2^32, which
// shows only when so many lie between two calls that are known at the same time.
constexpr bool comes_before(std::uint32_t first, std::uint32_t second) {
  return first - second > second - first;
}

class WaitingCalls {
 public:
  WaitingCalls(std::uint32_t calls_max, std::uint64_t bytes_max)
      : calls_max_(calls_max), bytes_max_(bytes_max) {}

  // Whether the call, with such a body, may wait; one that did and is not settled always may.
  [[nodiscard]] bool has_room(CallHandle call, std::uint32_t body_bytes) const {
    return admitted(call) || (admitted_ < calls_max_ && bytes_ + body_bytes <= bytes_max_);
  }

  // Puts the call at its place: after every call with a smaller arrival number.
  void insert(CallHandle call, std::uint32_t number, std::uint32_t body_bytes);
  void remove(CallHandle call);

  // The call was taken or has ended: others may have its share. It need not have waited.
  // REQUIRES: it does not wait.
  void settle(CallHandle call) {
    if (admitted_ != count_ && admitted(call)) {
      links_[call.value].admitted = 0;
      --admitted_;
      bytes_ -= links_[call.value].body_bytes;
    }
  }

  [[nodiscard]] bool holds(CallHandle call) const {
    return call.value < links_.size() && links_[call.value].waiting != 0;
  }

  [[nodiscard]] CallHandle first() const { return first_; }

  [[nodiscard]] CallHandle after(CallHandle call) const { return links_[call.value].next; }

  [[nodiscard]] std::uint32_t count() const { return count_; }

  [[nodiscard]] bool empty() const { return count_ == 0; }

  // Nobody waits, and nobody is away who may come back.
  [[nodiscard]] bool at_rest() const { return admitted_ == 0; }

  void save(Writer& out) const;
  // REQUIRES: built with the limits of the saved one.
  Status load(Reader& in);

  // The arrival number that a waiting call was inserted with.
  [[nodiscard]] std::uint32_t number(CallHandle call) const { return links_[call.value].number; }

 private:
  struct Link {
    CallHandle previous;
    CallHandle next;
    std::uint32_t number = 0;
    std::uint32_t body_bytes = 0;
    std::uint32_t waiting = 0;
    std::uint32_t admitted = 0;  // waits, or will come back unless it is settled
  };

  [[nodiscard]] bool admitted(CallHandle call) const {
    return call.value < links_.size() && links_[call.value].admitted != 0;
  }

  [[nodiscard]] bool agrees() const;

  std::uint32_t calls_max_;
  std::uint64_t bytes_max_;
  std::vector<Link> links_;  // by call handle
  CallHandle first_;
  CallHandle last_;
  std::uint32_t count_ = 0;
  std::uint32_t admitted_ = 0;
  std::uint64_t bytes_ = 0;  // of the admitted
};

}  // namespace fn::core
