// SPDX-License-Identifier: Apache-2.0
//
// All that the node pool manager can be told about one group, all that it can ask for, and the
// facts it states.

#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "core/base/handle.h"
#include "core/base/record.h"
#include "core/base/time.h"
#include "core/capacity/requirement.h"
#include "core/pool/membership.h"
#include "core/scaling/scale_limit.h"

namespace fn::core {

// ---- events ----

// An LB says what the group needs there. `sequence` is the sender's; zero: unordered wire.
struct CapacityAdvertised {
  LbHandle lb;
  std::uint32_t sequence = 0;
  Requirement requirement;
};

// An LB rests a runner, or uses it again.
struct RunnerReported {
  LbHandle lb;
  RunnerHandle runner;
  std::uint32_t rested = 0;
};

// Everything that the provider has for the group now, in its own order: the whole truth, not a
// change. A runner that is missing here and was here before is lost.
struct RunnersListed {
  std::span<const Member> runners;
};

// The provider took (a part of) an order, or refused it: `granted` of the runners asked for will
// turn up in a list.
struct ProvisionAnswered {
  std::uint32_t order = 0;
  std::uint32_t granted = 0;
};

// A draining runner holds no call any more. `drain`: which drain it speaks of.
struct RunnerIdle {
  RunnerHandle runner;
  std::uint32_t drain = 0;
};

struct NpmDeadlineReached {};

using NpmEvent = std::variant<CapacityAdvertised,
                              RunnerReported,
                              RunnersListed,
                              ProvisionAnswered,
                              RunnerIdle,
                              NpmDeadlineReached>;

// ---- actions ----

enum class NpmActionKind : std::uint8_t {
  kProvisionRunners,
  kRemoveRunner,
  kDrainRunner,
  kReviveRunner,
  kPublishMembership,
};

// Ask the provider for `count` runners; they turn up in a later RunnersListed.
struct ProvisionRunners {
  static constexpr NpmActionKind kKind = NpmActionKind::kProvisionRunners;
  std::uint32_t order = 0;
  std::uint32_t count = 0;
};

struct RemoveRunner {
  static constexpr NpmActionKind kKind = NpmActionKind::kRemoveRunner;
  RunnerHandle runner;
  std::uint32_t busy = 0;  // 1: it was not known to be idle
};

// Tell the runner to take no new call and to say RunnerIdle with the number of this drain.
struct DrainRunner {
  static constexpr NpmActionKind kKind = NpmActionKind::kDrainRunner;
  RunnerHandle runner;
  std::uint32_t drain = 0;
};

struct ReviveRunner {
  static constexpr NpmActionKind kKind = NpmActionKind::kReviveRunner;
  RunnerHandle runner;
};

// The group's active runners changed: tell every LB. The list is NodePoolManager::members().
struct PublishMembership {
  static constexpr NpmActionKind kKind = NpmActionKind::kPublishMembership;
  std::uint64_t generation = 0;
  std::uint64_t members = 0;
};

// ---- facts ----

enum class NpmFactKind : std::uint8_t {
  kGroupScaled,
  kRunnerChanged,
  kOrderFailed,
  kRequirementExpired,
  kEventIgnored,
};

// The group's size was changed: `wish` is what the demand alone asks for, `target` what came of it.
struct GroupScaled {
  static constexpr NpmFactKind kKind = NpmFactKind::kGroupScaled;
  std::uint32_t demand_mib = 0;
  std::uint32_t wish = 0;
  std::uint32_t target = 0;
  std::uint32_t limits = 0;  // a set of ScaleLimit
  std::uint16_t provisioned = 0;
  std::uint16_t revived = 0;
  std::uint16_t drained = 0;
  std::uint16_t cancelled = 0;
};

enum class RunnerChange : std::uint32_t {
  kActive,
  kDraining,
  kRevived,
  kRemovedIdle,
  kRemovedAtDeadline,
  kLost,
  kReplaced,  // every LB that uses it rested it
  kAdopted,   // it existed before this NPM knew of it
};

struct RunnerChanged {
  static constexpr NpmFactKind kKind = NpmFactKind::kRunnerChanged;
  RunnerHandle runner;
  RunnerChange change = RunnerChange::kActive;
};

// An order was refused, or not delivered in time; the next try is after `pause`.
struct OrderFailed {
  static constexpr NpmFactKind kKind = NpmFactKind::kOrderFailed;
  std::uint32_t order = 0;
  std::uint32_t missing = 0;
  Duration pause{};
};

// A silent LB's claim ended with its lease.
struct RequirementExpired {
  static constexpr NpmFactKind kKind = NpmFactKind::kRequirementExpired;
  LbHandle lb;
  std::uint32_t memory_mib = 0;
};

enum class IgnoredNpmEvent : std::uint32_t {
  kOldSequence,
  kUnknownRunner,
  kUnknownOrder,
  kRunnerNotDraining,  // it was revived while it said that it is idle, or drains anew
  kTooManyLbs,
};

struct NpmEventIgnored {
  static constexpr NpmFactKind kKind = NpmFactKind::kEventIgnored;
  IgnoredNpmEvent what = IgnoredNpmEvent::kOldSequence;
  std::uint32_t subject = 0;
};

using NpmAction = Record<NpmActionKind>;
using NpmFact = Record<NpmFactKind>;
using NpmOut = Out<NpmActionKind, NpmFactKind>;

}  // namespace fn::core
