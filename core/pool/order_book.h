// SPDX-License-Identifier: Apache-2.0
//
// The runners that were ordered for a group and have not turned up. A list from the provider does
// not say which order a runner belongs to: it counts for the oldest one.
//
// An order that is refused, or not delivered by its deadline, is placed again after a pause that
// doubles from failure to failure and begins anew with the first delivery. While a pause runs,
// further wishes wait with it, so a provider in trouble is not asked more often.

#pragma once

#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"

namespace fn::core {

struct OrderConfig {
  // How long an order may take before what is missing of it is ordered again.
  Duration deadline = std::chrono::minutes(5);
  // Pause after the first failure, and the longest one.
  Duration first_pause = std::chrono::seconds(1);
  Duration longest_pause = std::chrono::minutes(1);
  // False: an order has no deadline and a refused one is forgotten, as in Fn 2018.
  bool retry = true;
};

class OrderBook {
 public:
  struct Order {
    Instant deadline = kNever;
    std::uint32_t id = 0;
    std::uint32_t missing = 0;
    std::uint32_t asked = 0;
    std::uint32_t answered = 0;
  };

  struct Failure {
    std::uint32_t order = 0;
    std::uint32_t missing = 0;
    Duration pause{};  // zero: it is not tried again
  };

  // Orders are numbered from `first_order` on.
  OrderBook(const OrderConfig& config, std::uint32_t first_order)
      : config_(config), next_order_(first_order) {}

  // `count` runners are wanted. They are only noted when a pause runs: false; else `order` is what
  // to ask the provider for.
  bool place(Instant now, std::uint32_t count, Order& order);

  // The provider granted that many of an order's runners; false: no such order waits for an answer.
  // `failure.missing` above zero: that many were refused.
  bool answer(Instant now, std::uint32_t id, std::uint32_t granted, Failure& failure);

  // A runner turned up; false: nobody had ordered it.
  bool deliver();

  // Gives up one order whose deadline has passed; false: there is none.
  bool fail_overdue(Instant now, Failure& failure);

  // What waits for the end of the pause is placed again as `order`; false: nothing is due.
  bool retry(Instant now, Order& order);

  // Forgets up to `count` of the runners that wait for the end of the pause; tells how many.
  std::uint32_t cancel(std::uint32_t count);

  // The next deadline or end of a pause.
  [[nodiscard]] Instant next_deadline() const;

  // All that was ordered and is missing; of these: waiting for a pause to end, and granted.
  [[nodiscard]] std::uint32_t ordered() const { return placed_ + paused_; }

  [[nodiscard]] std::uint32_t paused() const { return paused_; }

  [[nodiscard]] std::uint32_t booting() const;

  // How many runners were refused and will not be asked for again, since the start.
  [[nodiscard]] std::uint64_t forgotten() const { return forgotten_; }

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  // Moves what an order lacks to the paused ones.
  Failure fail_part(Instant now, std::uint32_t id, std::uint32_t missing);

  OrderConfig config_;
  std::uint32_t next_order_;
  std::vector<Order> orders_;  // in the order of their deadlines
  std::uint32_t placed_ = 0;
  std::uint32_t paused_ = 0;
  Instant retry_at_ = kNever;
  Duration pause_{};  // the last one; zero: the last order went well
  std::uint64_t forgotten_ = 0;
};

}  // namespace fn::core
