// SPDX-License-Identifier: Apache-2.0
//
// GroupScaler: how many runners a group should have. One small class per policy. It is asked when
// something that it can see has changed, and at the time it asked for; it sees one group and
// answers with what to do. It keeps no timer: a group at rest is not reconsidered.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capacity/requirement.h"
#include "core/pool/membership.h"
#include "core/scaling/scaler_config.h"

namespace fn::core {

// Why the scaler is asked.
enum class DecideCause : std::uint8_t {
  kAdvertised,  // an LB said what it needs
  kExpired,     // a silent LB's claim ended
  kListed,      // runners came or went
  kDeadline,    // its own time has come, or a timer of the pool
};

// What is known about the group.
struct GroupView {
  Instant now{};
  DecideCause cause = DecideCause::kDeadline;
  MergedRequirement demand;
  // When an LB last said anything about the group, which it does while there are calls; at first
  // the time at which the group became known.
  Instant last_call{};
  // Runners that take calls, longest active first, and since when.
  std::span<const Member> active;
  std::span<const Instant> active_since;
  // Runners that can be revived; the one that was drained last is at the end.
  std::span<const Member> draining;
  // Runners asked for that have not come; `paused` of them wait to be asked for again.
  std::uint32_t ordered = 0;
  std::uint32_t paused = 0;
  // Since the start: runners that came without an order, the memory of all that came, runners that
  // the provider refused and that are not asked for again.
  std::uint64_t adopted = 0;
  std::int64_t listed_mib = 0;
  std::uint64_t refused = 0;
  // The last runner that came; of no size: none has.
  Member newest;
};

// What to do. REQUIRES, of a scaler: revive <= draining, drain <= active, cancel <= paused.
struct GroupDecision {
  std::uint32_t wish = 0;    // the size that the demand alone asks for
  std::uint32_t target = 0;  // active and ordered runners after this decision
  std::uint32_t limits = 0;  // a set of ScaleLimit: what cut or moved the wish
  std::uint32_t provision = 0;
  std::uint32_t revive = 0;
  std::uint32_t drain = 0;
  std::uint32_t cancel = 0;  // of the paused ones
  Instant reconsider_at = kNever;

  [[nodiscard]] bool acts() const { return (provision | revive | drain | cancel) != 0; }
};

class GroupScaler {
 public:
  GroupScaler() = default;
  GroupScaler(const GroupScaler&) = delete;
  GroupScaler& operator=(const GroupScaler&) = delete;
  virtual ~GroupScaler() = default;

  // REQUIRES: `view.now` never goes back; the decision before this one was carried out.
  virtual void decide(const GroupView& view, GroupDecision& decision) = 0;

  // The whole node pool manager follows the seed's rules of 2018: claims are purged and count in
  // the order of their arrival, every advertisement is decided upon, drains last for a fixed time
  // and nobody tells the runner, orders have no deadline.
  [[nodiscard]] virtual bool seed_rules() const { return false; }

  virtual void save(Writer& out) const = 0;
  virtual Status load(Reader& in) = 0;
};

// The scaler called `name` ("steady", "kpa", "fixed", "fn-2018"), or null when there is none.
std::unique_ptr<GroupScaler> make_scaler(std::string_view name, const ScalerConfig& config);

// Every name that make_scaler knows, for messages.
std::span<const std::string_view> scaler_names();

// The size that a runner to come is expected to have: that of the last one that came, where known.
Member expected_runner(const GroupView& view, const ScalerConfig& config);

// How many runners hold these amounts: the active ones in their order, then the draining ones as
// they would be revived, then new ones of size `expected`. A size of zero is not counted.
std::uint32_t runners_for(std::int64_t memory_mib,
                          std::int64_t cpu_milli,
                          const GroupView& view,
                          const Member& expected);

}  // namespace fn::core
