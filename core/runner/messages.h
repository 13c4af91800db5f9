// SPDX-License-Identifier: Apache-2.0
//
// All that a runner can be told, all that it can ask for, and the facts it states.

#pragma once

#include <cstdint>
#include <variant>

#include "core/base/handle.h"
#include "core/base/record.h"
#include "core/base/time.h"
#include "core/lb/messages.h"

namespace fn::core {

// ---- events ----

// An LB offers a call. `lb` and `attempt` come back in every answer.
struct CallOffered {
  CallHandle call;
  FunctionHandle function;
  LbHandle lb;
  std::uint32_t attempt = 0;
};

// The LB takes the call back: a waiting one is forgotten, a running one is stopped.
struct CallCancelled {
  CallHandle call;
  FunctionHandle function;
  LbHandle lb;
  std::uint32_t attempt = 0;
};

// A container is up. `number` is its creation number.
struct ContainerStarted {
  ContainerHandle container;
  std::uint32_t number = 0;
};

// A container could not be started, or died while idle.
struct ContainerLost {
  ContainerHandle container;
  std::uint32_t number = 0;
};

// The call in a container has ended. `reusable` 0: the container must go (time-out, I/O error).
struct RunEnded {
  ContainerHandle container;
  std::uint32_t number = 0;
  CallOutcome outcome = CallOutcome::kCompleted;
  std::uint32_t reusable = 1;
};

// The runner leaves its pool: no new call; say RunnerIdle once nothing runs. `drain` comes back.
struct DrainStarted {
  std::uint32_t drain = 0;
};

// The runner stays after all.
struct DrainStopped {};

struct RunnerDeadlineReached {};

using RunnerEvent = std::variant<CallOffered,
                                 CallCancelled,
                                 ContainerStarted,
                                 ContainerLost,
                                 RunEnded,
                                 DrainStarted,
                                 DrainStopped,
                                 RunnerDeadlineReached>;

// ---- actions ----

enum class RunnerActionKind : std::uint8_t {
  kAcceptCall,
  kNackCall,
  kFinishCall,
  kStartContainer,
  kRunCall,
  kStopRun,
  kRemoveContainer,
  kFreezeContainer,
  kReportIdle,
};

struct AcceptCall {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kAcceptCall;
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;
};

struct NackCall {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kNackCall;
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;
  RefusalReason reason = RefusalReason::kRunnerFull;
};

struct FinishCall {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kFinishCall;
  CallHandle call;
  LbHandle lb;
  std::uint32_t attempt = 0;
  CallOutcome outcome = CallOutcome::kCompleted;
};

// Pull if needed, create, start; then say ContainerStarted. `image_cached` 0: the image is not in
// the runner's cache and must be pulled.
struct StartContainer {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kStartContainer;
  ContainerHandle container;
  std::uint32_t number = 0;
  FunctionHandle function;
  std::uint32_t image_cached = 1;
};

// Run the call in the container; then say RunEnded. `first_run` 1: the container is fresh.
// `thaw` 1: it is frozen and must be resumed first.
struct RunCall {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kRunCall;
  ContainerHandle container;
  std::uint32_t number = 0;
  CallHandle call;
  std::uint32_t first_run = 0;
  std::uint32_t thaw = 0;
};

// Stop the call in the container and remove the container.
struct StopRun {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kStopRun;
  ContainerHandle container;
  std::uint32_t number = 0;
  CallHandle call;
};

enum class RemovalReason : std::uint32_t { kExpired, kEvicted, kBroken };

struct RemoveContainer {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kRemoveContainer;
  ContainerHandle container;
  std::uint32_t number = 0;
  FunctionHandle function;
  RemovalReason reason = RemovalReason::kExpired;
};

struct FreezeContainer {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kFreezeContainer;
  ContainerHandle container;
  std::uint32_t number = 0;
};

// Tell the NPM that the draining runner holds no call any more.
struct ReportIdle {
  static constexpr RunnerActionKind kKind = RunnerActionKind::kReportIdle;
  std::uint32_t drain = 0;
};

// ---- facts ----

enum class RunnerFactKind : std::uint8_t { kOfferRefused, kContainerEvicted, kEventIgnored };

// Why an offer was refused, with what was missing.
struct OfferRefused {
  static constexpr RunnerFactKind kKind = RunnerFactKind::kOfferRefused;
  CallHandle call;
  FunctionHandle function;
  std::uint32_t missing_mib = 0;
  std::uint32_t missing_milli = 0;
  RefusalReason reason = RefusalReason::kRunnerFull;
};

// An idle container went because `for_function` needed its room.
struct ContainerEvicted {
  static constexpr RunnerFactKind kKind = RunnerFactKind::kContainerEvicted;
  FunctionHandle function;
  FunctionHandle for_function;
  Duration idle{};
};

enum class IgnoredRunnerEvent : std::uint32_t { kStaleContainer, kUnknownCall };

struct RunnerEventIgnored {
  static constexpr RunnerFactKind kKind = RunnerFactKind::kEventIgnored;
  IgnoredRunnerEvent what = IgnoredRunnerEvent::kStaleContainer;
  std::uint32_t subject = 0;
};

using RunnerAction = Record<RunnerActionKind>;
using RunnerFact = Record<RunnerFactKind>;
using RunnerOut = Out<RunnerActionKind, RunnerFactKind>;

}  // namespace fn::core
