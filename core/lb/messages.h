// SPDX-License-Identifier: Apache-2.0
//
// All that a load balancer can be told about one group, all that it can ask for, and the facts it
// states. Call handles are the driver's: dense, recycled once the call has ended.

#pragma once

#include <cstdint>
#include <span>
#include <variant>

#include "core/base/handle.h"
#include "core/base/record.h"
#include "core/base/time.h"
#include "core/capacity/requirement.h"
#include "core/pool/membership.h"

namespace fn::core {

// Why a call ended without having run, or why it had to go on looking.
enum class RefusalReason : std::uint32_t {
  kNone,
  kRunnerFull,      // no memory or CPU, nothing to evict
  kRunnerDraining,  // the runner leaves its pool
  kRunnerBroken,    // the stream broke or the runner fell silent before it accepted
  kNoRunner,        // the group has no runner yet
  kNoRoom,          // every runner is known to be full
  kQueueFull,       // the group's waiting calls reached their number or bytes
  kTimedOut,        // waited longer than the placement time-out
  kTooLarge,        // larger than any runner of the group can be
  kCallerGone,      // the caller hung up
  kOtherGroup,      // the runner serves another group
};

// How a call ends for its caller. Exactly one per call.
enum class CallOutcome : std::uint32_t { kCompleted, kRefused, kTimedOut, kFailed };

// ---- events: what happened outside ----

struct CallArrived {
  CallHandle call;
  FunctionHandle function;
  std::uint32_t body_bytes = 0;
  std::uint32_t detached = 0;  // 1: the shorter placement time-out applies
};

// The caller hung up: forget the call, cancel its attempt.
struct CallerGone {
  CallHandle call;
};

// The runner took the call: from now on it is not tried elsewhere.
struct CallAccepted {
  CallHandle call;
  std::uint32_t attempt = 0;
};

struct CallNacked {
  CallHandle call;
  std::uint32_t attempt = 0;
  RefusalReason reason = RefusalReason::kRunnerFull;
};

// The call has left the runner, well or not.
struct CallFinished {
  CallHandle call;
  std::uint32_t attempt = 0;
  CallOutcome outcome = CallOutcome::kCompleted;
};

// The stream to a runner broke: every call on it is lost to this LB.
struct RunnerBroke {
  RunnerHandle runner;
};

// A runner answered CheckRunner.
struct RunnerAnswered {
  RunnerHandle runner;
};

// The group's active runners, in the NPM's order. An older generation is ignored.
struct MembershipReceived {
  std::uint64_t generation = 0;
  std::span<const Member> members;
};

// next_deadline() has come.
struct LbDeadlineReached {};

using LbEvent = std::variant<CallArrived,
                             CallerGone,
                             CallAccepted,
                             CallNacked,
                             CallFinished,
                             RunnerBroke,
                             RunnerAnswered,
                             MembershipReceived,
                             LbDeadlineReached>;

// ---- actions: what the driver must now do ----

enum class LbActionKind : std::uint8_t {
  kTryCall,
  kCancelCall,
  kRespondToCaller,
  kAdvertiseCapacity,
  kCheckRunner,
  kReportRunner,
};

// Offer the call to the runner; the answer carries the attempt's number.
struct TryCall {
  static constexpr LbActionKind kKind = LbActionKind::kTryCall;
  CallHandle call;
  FunctionHandle function;
  RunnerHandle runner;
  std::uint32_t attempt = 0;
};

struct CancelCall {
  static constexpr LbActionKind kKind = LbActionKind::kCancelCall;
  CallHandle call;
  FunctionHandle function;
  RunnerHandle runner;
  std::uint32_t attempt = 0;
};

// The call has ended; its handle is free. `retry_after_s` is for refusals.
struct RespondToCaller {
  static constexpr LbActionKind kKind = LbActionKind::kRespondToCaller;
  CallHandle call;
  FunctionHandle function;
  std::uint32_t attempts = 0;
  std::uint32_t retry_after_s = 0;
  CallOutcome outcome = CallOutcome::kCompleted;
  RefusalReason reason = RefusalReason::kNone;
};

// Tell the NPM what this group needs here and now: absolute, not a change.
struct AdvertiseCapacity {
  static constexpr LbActionKind kKind = LbActionKind::kAdvertiseCapacity;
  std::uint32_t sequence = 0;
  Requirement requirement;
};

// Ask a silent runner for a sign of life.
struct CheckRunner {
  static constexpr LbActionKind kKind = LbActionKind::kCheckRunner;
  RunnerHandle runner;
};

// Tell the NPM that this LB rests the runner, or uses it again.
struct ReportRunner {
  static constexpr LbActionKind kKind = LbActionKind::kReportRunner;
  RunnerHandle runner;
  std::uint32_t rested = 0;
};

// ---- facts: what was decided, and why ----

enum class LbFactKind : std::uint8_t {
  kCallPlaced,
  kCallRetried,
  kCallQueued,
  kCallOvertook,
  kCallEnded,
  kRunnerRested,
  kRunnerUsedAgain,
  kEventIgnored,
};

// A runner accepted the call after `waited`.
struct CallPlaced {
  static constexpr LbFactKind kKind = LbFactKind::kCallPlaced;
  CallHandle call;
  RunnerHandle runner;
  std::uint32_t attempts = 0;
  std::uint32_t pad = 0;
  Duration waited{};
};

// A runner did not take the call; it goes on looking.
struct CallRetried {
  static constexpr LbFactKind kKind = LbFactKind::kCallRetried;
  CallHandle call;
  RunnerHandle runner;
  std::uint32_t attempt = 0;
  RefusalReason reason = RefusalReason::kNone;
};

// The call waits in its group's queue, which now holds `waiting` calls.
struct CallQueued {
  static constexpr LbFactKind kKind = LbFactKind::kCallQueued;
  CallHandle call;
  std::uint32_t waiting = 0;
  RefusalReason reason = RefusalReason::kNone;
};

// A smaller call went past a refused head.
struct CallOvertook {
  static constexpr LbFactKind kKind = LbFactKind::kCallOvertook;
  CallHandle call;
  CallHandle head;
};

// Not completed: refused, timed out or failed.
struct CallEnded {
  static constexpr LbFactKind kKind = LbFactKind::kCallEnded;
  CallHandle call;
  std::uint32_t attempts = 0;
  Duration waited{};
  CallOutcome outcome = CallOutcome::kRefused;
  RefusalReason reason = RefusalReason::kNone;
};

// The LB leaves the runner alone for `pause`, because it broke or stayed silent.
struct RunnerRested {
  static constexpr LbFactKind kKind = LbFactKind::kRunnerRested;
  RunnerHandle runner;
  std::uint32_t silent = 0;  // 1: silence, 0: broken stream
  Duration pause{};
};

struct RunnerUsedAgain {
  static constexpr LbFactKind kKind = LbFactKind::kRunnerUsedAgain;
  RunnerHandle runner;
};

enum class IgnoredLbEvent : std::uint32_t {
  kStaleAttempt,
  kUnknownCall,
  kUnknownRunner,
  kOldMembership,
};

struct LbEventIgnored {
  static constexpr LbFactKind kKind = LbFactKind::kEventIgnored;
  IgnoredLbEvent what = IgnoredLbEvent::kStaleAttempt;
  std::uint32_t subject = 0;
};

using LbAction = Record<LbActionKind>;
using LbFact = Record<LbFactKind>;
using LbOut = Out<LbActionKind, LbFactKind>;

}  // namespace fn::core
