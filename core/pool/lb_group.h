// SPDX-License-Identifier: Apache-2.0
//
// LbGroup: the life of one group's runners as the NPM knows it,
//
//   requested -> booting -> active -> draining -> gone
//
// It holds the group's lists and timers, decides nothing about size, and writes down every change
// in the order in which it happens. The provider's list is the whole truth: a runner that it has
// and the group does not know becomes active, one that it no longer has is lost. Active runners
// keep the order in which they became active; the newest one is drained first, and the one drained
// last is revived first. A drain ends when the runner is idle or at its deadline.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/pool/membership.h"
#include "core/pool/order_book.h"

namespace fn::core {

struct LbGroupConfig {
  OrderConfig orders;
  // How long a draining runner may hold calls before it is removed with them.
  Duration drain_deadline = std::chrono::minutes(5);
  // False: a drain lasts until its deadline, idle or not, as in Fn 2018.
  bool remove_when_idle = true;
  // What a runner counts for while the provider does not say its size (MiB).
  std::uint32_t unknown_memory_mib = 4096;
  // Limit of runners known and ordered together.
  std::uint32_t max_runners = 10000;
};

enum class PoolChangeKind : std::uint8_t {
  kOrdered,      // order, count: ask the provider
  kOrderFailed,  // order, count, pause
  kActive,       // runner: it was ordered
  kAdopted,      // runner: it was not
  kLost,         // runner
  kDraining,     // runner, drain
  kRevived,      // runner
  kReplaced,     // runner, drain: is not revived
  kRemovedIdle,
  kRemovedAtDeadline,
};

struct PoolChange {
  PoolChangeKind kind = PoolChangeKind::kOrdered;
  RunnerHandle runner;
  std::uint32_t order = 0;
  std::uint32_t count = 0;
  std::uint32_t drain = 0;
  Duration pause{};
};

class LbGroup {
 public:
  using Changes = std::vector<PoolChange>;

  LbGroup(const LbGroupConfig& config, std::uint32_t first_order)
      : config_(config), orders_(config.orders, first_order), drains_(first_order) {}

  // ---- what happened ----

  // All that the provider has now.
  void list(Instant now, std::span<const Member> runners, Changes& changes);

  // The provider answered an order; false: it is not known.
  bool answer(Instant now, std::uint32_t order, std::uint32_t granted, Changes& changes);

  enum class Idle : std::uint8_t { kTaken, kNotDraining, kUnknown };

  // A runner says that it holds no call, in answer to the drain of this number.
  Idle idle(RunnerHandle runner, std::uint32_t drain, Changes& changes);

  // Gives up overdue orders and ends overdue drains.
  void pass_deadlines(Instant now, Changes& changes);

  // Places again what is due to be. Apart, so that a wish that has gone is cancelled first.
  void retry_orders(Instant now, Changes& changes);

  // ---- what is decided ----

  // Orders `count` more runners, or as many as the limit allows; tells how many.
  std::uint32_t order(Instant now, std::uint32_t count, Changes& changes);

  // Forgets up to `count` runners that wait to be ordered again; tells how many.
  std::uint32_t cancel(std::uint32_t count) { return orders_.cancel(count); }

  // REQUIRES: so many drain, respectively are active.
  void revive(Instant now, std::uint32_t count, Changes& changes);
  void drain(Instant now, std::uint32_t count, Changes& changes);

  // An active runner goes for good. REQUIRES: it is active.
  void retire(Instant now, RunnerHandle runner, Changes& changes);

  // ---- what is so ----

  // The runners that take calls, oldest membership first, and since when.
  [[nodiscard]] std::span<const Member> members() const { return members_; }

  [[nodiscard]] std::span<const Instant> members_since() const { return members_since_; }

  // Draining runners that can be revived, drained last at the end.
  [[nodiscard]] std::span<const Member> draining() const { return draining_; }

  // Draining runners that cannot.
  [[nodiscard]] std::size_t retiring() const { return retiring_.size(); }

  [[nodiscard]] const OrderBook& orders() const { return orders_; }

  [[nodiscard]] bool is_active(RunnerHandle runner) const;

  // Grows with every change of the active list.
  [[nodiscard]] std::uint64_t generation() const { return generation_; }

  // Of all runners that ever became active by being listed: the memory, and how many had not been
  // ordered; and the last one listed, by whose size new ones are judged.
  [[nodiscard]] std::int64_t listed_mib() const { return listed_mib_; }

  [[nodiscard]] std::uint64_t adopted() const { return adopted_; }

  [[nodiscard]] const Member& last_listed() const { return last_listed_; }

  // The next time at which pass_deadlines or retry_orders has something to do.
  [[nodiscard]] Instant next_deadline() const;

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  // When a drain ends at the latest, and its number, never given twice.
  struct Term {
    Instant until;
    std::uint32_t drain = 0;
    std::uint32_t pad = 0;
  };

  Term next_term(Instant now);
  void add_member(Instant now, const Member& member);
  void lose_unlisted(Changes& changes);
  // True: a runner of this list was lost, or its size changed.
  template <typename Beside>
  bool lose_unlisted_of(std::vector<Member>& members,
                        std::vector<Beside>& beside,
                        Changes& changes);
  void adopt_unknown(Instant now, std::span<const Member> runners, Changes& changes);
  void end_drain(Instant now,
                 std::vector<Member>& drained,
                 std::vector<Term>& terms,
                 Changes& changes);
  void remove(RunnerHandle runner, PoolChangeKind kind, Changes& changes);
  // The provider's entry for a runner in the list being looked at, or null.
  [[nodiscard]] const Member* listed(RunnerHandle runner) const;

  LbGroupConfig config_;
  OrderBook orders_;
  std::vector<Member> members_;
  std::vector<Instant> members_since_;
  std::vector<Member> draining_;
  std::vector<Term> draining_terms_;
  std::vector<Member> retiring_;
  std::vector<Term> retiring_terms_;
  // Removed runners that the provider still lists: they must not be taken for new ones.
  std::vector<RunnerHandle> removed_;
  std::uint64_t generation_ = 0;
  std::uint32_t drains_ = 0;  // the number of the last one
  std::int64_t listed_mib_ = 0;
  std::uint64_t adopted_ = 0;
  Member last_listed_;
  // Scratch of list(), kept for its memory.
  std::vector<Member> listed_;
  std::vector<RunnerHandle> known_;
};

}  // namespace fn::core
