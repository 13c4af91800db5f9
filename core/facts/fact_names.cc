// SPDX-License-Identifier: Apache-2.0

#include "core/facts/fact_names.h"

namespace fn::core {
namespace {

constexpr std::string_view kUnknown = "unknown";

}  // namespace

std::string_view name_of(CallOutcome outcome) {
  switch (outcome) {
    case CallOutcome::kCompleted:
      return "completed";
    case CallOutcome::kRefused:
      return "refused";
    case CallOutcome::kTimedOut:
      return "timed-out";
    case CallOutcome::kFailed:
      return "failed";
  }
  return kUnknown;
}

std::string_view name_of(RefusalReason reason) {
  switch (reason) {
    case RefusalReason::kNone:
      return "none";
    case RefusalReason::kRunnerFull:
      return "runner-full";
    case RefusalReason::kRunnerDraining:
      return "runner-draining";
    case RefusalReason::kRunnerBroken:
      return "runner-broken";
    case RefusalReason::kNoRunner:
      return "no-runner";
    case RefusalReason::kNoRoom:
      return "no-room";
    case RefusalReason::kQueueFull:
      return "queue-full";
    case RefusalReason::kTimedOut:
      return "timed-out";
    case RefusalReason::kTooLarge:
      return "too-large";
    case RefusalReason::kCallerGone:
      return "caller-gone";
    case RefusalReason::kOtherGroup:
      return "other-group";
  }
  return kUnknown;
}

std::string_view name_of(LbFactKind kind) {
  switch (kind) {
    case LbFactKind::kCallPlaced:
      return "call-placed";
    case LbFactKind::kCallRetried:
      return "call-retried";
    case LbFactKind::kCallQueued:
      return "call-queued";
    case LbFactKind::kCallOvertook:
      return "call-overtook";
    case LbFactKind::kCallEnded:
      return "call-ended";
    case LbFactKind::kRunnerRested:
      return "runner-rested";
    case LbFactKind::kRunnerUsedAgain:
      return "runner-used-again";
    case LbFactKind::kEventIgnored:
      return "event-ignored";
  }
  return kUnknown;
}

std::string_view name_of(RunnerFactKind kind) {
  switch (kind) {
    case RunnerFactKind::kOfferRefused:
      return "offer-refused";
    case RunnerFactKind::kContainerEvicted:
      return "container-evicted";
    case RunnerFactKind::kEventIgnored:
      return "event-ignored";
  }
  return kUnknown;
}

std::string_view name_of(NpmFactKind kind) {
  switch (kind) {
    case NpmFactKind::kGroupScaled:
      return "group-scaled";
    case NpmFactKind::kRunnerChanged:
      return "runner-changed";
    case NpmFactKind::kOrderFailed:
      return "order-failed";
    case NpmFactKind::kRequirementExpired:
      return "requirement-expired";
    case NpmFactKind::kEventIgnored:
      return "event-ignored";
  }
  return kUnknown;
}

std::string_view name_of(IgnoredLbEvent what) {
  switch (what) {
    case IgnoredLbEvent::kStaleAttempt:
      return "stale-attempt";
    case IgnoredLbEvent::kUnknownCall:
      return "unknown-call";
    case IgnoredLbEvent::kUnknownRunner:
      return "unknown-runner";
    case IgnoredLbEvent::kOldMembership:
      return "old-membership";
  }
  return kUnknown;
}

std::string_view name_of(IgnoredRunnerEvent what) {
  switch (what) {
    case IgnoredRunnerEvent::kStaleContainer:
      return "stale-container";
    case IgnoredRunnerEvent::kUnknownCall:
      return "unknown-call";
  }
  return kUnknown;
}

std::string_view name_of(IgnoredNpmEvent what) {
  switch (what) {
    case IgnoredNpmEvent::kOldSequence:
      return "old-sequence";
    case IgnoredNpmEvent::kUnknownRunner:
      return "unknown-runner";
    case IgnoredNpmEvent::kUnknownOrder:
      return "unknown-order";
    case IgnoredNpmEvent::kRunnerNotDraining:
      return "runner-not-draining";
    case IgnoredNpmEvent::kTooManyLbs:
      return "too-many-lbs";
  }
  return kUnknown;
}

std::string_view name_of(RunnerChange change) {
  switch (change) {
    case RunnerChange::kActive:
      return "active";
    case RunnerChange::kDraining:
      return "draining";
    case RunnerChange::kRevived:
      return "revived";
    case RunnerChange::kRemovedIdle:
    case RunnerChange::kRemovedAtDeadline:
      return "removed";
    case RunnerChange::kLost:
      return "lost";
    case RunnerChange::kReplaced:
      return "replaced";
    case RunnerChange::kAdopted:
      return "adopted";
  }
  return kUnknown;
}

std::string_view reason_of(RunnerChange change) {
  switch (change) {
    case RunnerChange::kActive:
      return "delivered";
    case RunnerChange::kDraining:
      return "scaled-down";
    case RunnerChange::kRevived:
      return "scaled-up";
    case RunnerChange::kRemovedIdle:
      return "idle";
    case RunnerChange::kRemovedAtDeadline:
      return "drain-deadline";
    case RunnerChange::kLost:
      return "gone-from-provider";
    case RunnerChange::kReplaced:
      return "rested-by-every-lb";
    case RunnerChange::kAdopted:
      return "existed-before";
  }
  return kUnknown;
}

std::string_view name_of(ScaleLimit limit) {
  switch (limit) {
    case kLimitNone:
      return "demand";
    case kLimitMin:
      return "min";
    case kLimitMax:
      return "max";
    case kLimitStep:
      return "step";
    case kLimitWindow:
      return "window";
    case kLimitCooldown:
      return "cooldown";
    case kLimitHeadroom:
      return "headroom";
    case kLimitLongWait:
      return "long-wait";
    case kLimitLastRunner:
      return "last-runner";
    case kLimitPanic:
      return "panic";
  }
  return kUnknown;
}

std::string limits_text(std::uint32_t limits) {
  if (limits == kLimitNone) {
    return std::string(name_of(kLimitNone));
  }
  std::string text;
  for (std::uint32_t rest = limits; rest != 0; rest &= rest - 1) {
    const std::uint32_t lowest = rest & (~rest + 1);
    text += text.empty() ? "" : "+";
    text += name_of(static_cast<ScaleLimit>(lowest));
  }
  return text;
}

}  // namespace fn::core
