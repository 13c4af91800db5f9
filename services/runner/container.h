// SPDX-License-Identifier: Apache-2.0
//
// What a runner needs from whatever runs functions: a ContainerDriver makes containers, a Container
// runs one call after the other. Everything happens on the runner's core thread; drivers bring
// their own threads and processes and come back by Loop::post. When a container starts, runs,
// freezes or goes is the core's decision (core/runner/runner.h).

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/time.h"
#include "core/lb/messages.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/wire/function_setup.h"

namespace fn::services {

// One call as the function sees it.
struct RunRequest {
  std::string call_id;
  std::string deadline;  // RFC 3339
  core::Duration timeout{};
  std::string method;
  std::string url;
  std::string type;     // "sync", "detached"
  HttpHeaders headers;  // without hop-by-hop ones
  BodyPipePtr body;
};

// Why a start or a run went wrong, in Fn's words and numbers (fn.md 4.4, 4.5).
struct FunctionError {
  int status = 502;
  std::string message;
  // The function's fault, not the platform's.
  bool by_function = true;
  // Of a start that failed: the function's stderr, since there is no container to ask for it.
  std::string log{};
};

// How a run ended. `reusable` false: the container must go.
struct RunOutcome {
  core::CallOutcome outcome = core::CallOutcome::kCompleted;
  bool reusable = true;
  // Of an outcome other than kCompleted.
  FunctionError error;
};

// Takes a run's answer. The head comes once or, if the run fails before it, not at all; then the
// body through the pipe; then the end, always, exactly once, also after stop_run().
struct RunSink {
  std::function<void(unsigned status, HttpHeaders headers, BodyPipePtr body)> answered;
  std::function<void(RunOutcome outcome)> ended;
};

class Container {
 public:
  // Removes the container with all its processes, sockets and files.
  virtual ~Container() = default;

  // REQUIRES: no run is under way. The container thaws itself if it is frozen, keeps the request's
  // timeout itself, and kills the function when it runs out.
  virtual void run(RunRequest request, RunSink sink) = 0;

  // Ends the run under way; its outcome is kFailed and not reusable.
  virtual void stop_run() = 0;

  // Stops its processes until the next run. A container that cannot does nothing.
  virtual void freeze() = 0;

  // The last stderr of call `call_id`, or of all runs for an empty id.
  [[nodiscard]] virtual std::string log_of(const std::string& call_id) const = 0;
};

struct StartSink {
  // Once: the container, or what went wrong.
  std::function<void(std::unique_ptr<Container> container)> started;
  std::function<void(FunctionError error)> failed;
  // The container died while no run was under way. It is still there to be destroyed.
  std::function<void()> lost;
};

class ContainerDriver {
 public:
  virtual ~ContainerDriver() = default;

  // Starts a container for the function. Answers through the sink, maybe from within the call.
  // Returns a token; cancel() with it forgets the start and cleans up what there is.
  virtual std::uint64_t start(const FunctionSetup& setup, StartSink sink) = 0;
  virtual void cancel(std::uint64_t token) = 0;

  // Which isolation and limits are in force, for the start line of the log.
  [[nodiscard]] virtual std::string description() const = 0;
};

// "null": the function runs inside the runner and answers with what it was sent. For measuring.
std::unique_ptr<ContainerDriver> make_null_driver();

}  // namespace fn::services
