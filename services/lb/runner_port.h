// SPDX-License-Identifier: Apache-2.0
//
// What an LB group needs from its connections to runners: to offer a call, to take it back, to ask
// for a sign of life. RunnerLinks does it with gRPC; tests may join an LB to a RunnerNode directly.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/handle.h"
#include "core/lb/messages.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/lb/call_body.h"

namespace fn::services {

// One attempt's request. The texts outlive the attempt.
struct EngageRequest {
  const std::string* call_json = nullptr;
  const std::string* slot = nullptr;
  const std::string* call_id = nullptr;
  std::shared_ptr<CallBody> body;
};

// How an attempt ended.
struct AttemptEnd {
  enum class Kind {
    kRefused,   // by the runner, in its words
    kFinished,  // the runner said so; `success` tells how
    kBroken,    // the stream broke; `reached` false: the runner cannot be reached at all
  };
  Kind kind = Kind::kBroken;
  core::RefusalReason reason = core::RefusalReason::kRunnerFull;
  bool success = false;
  int code = 500;
  std::string message;
  bool by_function = false;
  bool reached = true;
};

// Takes an attempt's answers, in this order. Any of the first two may be missing.
struct AttemptSink {
  std::function<void()> accepted;
  std::function<void(unsigned status, HttpHeaders headers, BodyPipePtr body)> answered;
  std::function<void(AttemptEnd end)> ended;
};

// An attempt under way; destroying it takes the call back.
class Attempt {
 public:
  virtual ~Attempt() = default;
};

class RunnerPort {
 public:
  virtual ~RunnerPort() = default;

  // Offers the call. Answers through the sink, later, never from within.
  virtual std::unique_ptr<Attempt> offer(core::RunnerHandle runner,
                                         const EngageRequest& request,
                                         AttemptSink sink) = 0;

  // Calls `alive` if the runner answers, whatever; else never.
  virtual void check(core::RunnerHandle runner, std::function<void()> alive) = 0;
};

// Where runners are found.
class RunnerDirectory {
 public:
  virtual ~RunnerDirectory() = default;

  // A runner at host:port. Connects when first used.
  virtual core::RunnerHandle add(const std::string& address) = 0;

  // Attempts under way go on; it is asked for nothing new. REQUIRES: no further offer() to it.
  virtual void remove(core::RunnerHandle runner) = 0;

  [[nodiscard]] virtual const std::string& address(core::RunnerHandle runner) const = 0;
};

}  // namespace fn::services
