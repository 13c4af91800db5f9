// SPDX-License-Identifier: Apache-2.0
//
// The facts of one group's minute, kept until the coordinator writes them as lines of
// decisions.jsonl. Facts about single calls come in storms when a group is overloaded, so only the
// first ones of each kind and minute are kept, and the rest are counted: memory and the file stay
// bounded. Calls that went well (CallPlaced) are not kept.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/lb/messages.h"
#include "core/npm/messages.h"
#include "core/runner/messages.h"

namespace fn::sim {

// Facts of one kind that are kept per group and minute.
struct DecisionLimits {
  // Calls retried, queued, overtaking, ended; offers refused, containers evicted, events ignored.
  std::uint32_t frequent = 100;
  // Groups scaled, runners changed, rested and used again, orders failed, leases expired.
  std::uint32_t rare = 10'000;
};

// Whose fact it is follows from its type. `node`: the LB's or the runner's number; the NPM has
// none.
struct Decision {
  core::Instant at;
  std::uint32_t node = 0;
  std::variant<core::LbFact, core::RunnerFact, core::NpmFact> fact;
};

class DecisionLog {
 public:
  static constexpr std::size_t kLbKinds =
      static_cast<std::size_t>(core::LbFactKind::kEventIgnored) + 1;
  static constexpr std::size_t kRunnerKinds =
      static_cast<std::size_t>(core::RunnerFactKind::kEventIgnored) + 1;
  static constexpr std::size_t kNpmKinds =
      static_cast<std::size_t>(core::NpmFactKind::kEventIgnored) + 1;

  explicit DecisionLog(const DecisionLimits& limits = {}) : limits_(limits) {}

  // The node is the LB's or the runner's number; the NPM has none.
  void add(core::Instant at, std::uint32_t lb, const core::LbFact& fact) {
    if (fact.kind() != core::LbFactKind::kCallPlaced) {
      keep(at, lb, fact, lb_seen_);
    }
  }

  void add(core::Instant at, std::uint32_t runner, const core::RunnerFact& fact) {
    keep(at, runner, fact, runner_seen_);
  }

  void add(core::Instant at, const core::NpmFact& fact) { keep(at, 0, fact, npm_seen_); }

  // In the order in which they were added.
  [[nodiscard]] std::span<const Decision> decisions() const { return decisions_; }

  // How many facts of a kind were not kept.
  [[nodiscard]] std::uint64_t left_out(core::LbFactKind kind) const {
    return over(lb_seen_, static_cast<std::size_t>(kind), limit_of(kind));
  }

  [[nodiscard]] std::uint64_t left_out(core::RunnerFactKind kind) const {
    return over(runner_seen_, static_cast<std::size_t>(kind), limit_of(kind));
  }

  [[nodiscard]] std::uint64_t left_out(core::NpmFactKind kind) const {
    return over(npm_seen_, static_cast<std::size_t>(kind), limit_of(kind));
  }

  // The minute's lines are written: begin the next one.
  void clear();

 private:
  template <std::size_t Kinds>
  static std::uint64_t over(const std::array<std::uint64_t, Kinds>& seen,
                            std::size_t kind,
                            std::uint32_t limit) {
    return seen[kind] > limit ? seen[kind] - limit : 0;
  }

  template <typename Fact, std::size_t Kinds>
  void keep(core::Instant at,
            std::uint32_t node,
            const Fact& fact,
            std::array<std::uint64_t, Kinds>& seen) {
    if (++seen[static_cast<std::size_t>(fact.kind())] <= limit_of(fact.kind())) {
      decisions_.push_back(Decision{at, node, fact});
    }
  }

  [[nodiscard]] std::uint32_t limit_of(core::LbFactKind kind) const;
  [[nodiscard]] std::uint32_t limit_of(core::RunnerFactKind kind) const;
  [[nodiscard]] std::uint32_t limit_of(core::NpmFactKind kind) const;

  DecisionLimits limits_;
  std::vector<Decision> decisions_;
  std::array<std::uint64_t, kLbKinds> lb_seen_{};
  std::array<std::uint64_t, kRunnerKinds> runner_seen_{};
  std::array<std::uint64_t, kNpmKinds> npm_seen_{};
};

}  // namespace fn::sim
