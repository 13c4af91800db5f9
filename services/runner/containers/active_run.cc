// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/active_run.h"

#include <string>
#include <utility>

namespace fn::services {
FunctionError timed_out_error() {
  return {504, "Timed out"};
}

FunctionError function_failed_error() {
  return {502, "function failed"};
}

FunctionError invalid_response_error() {
  return {502, "invalid function response"};
}

FunctionError io_error() {
  return {502, "error receiving function response"};
}

FunctionError body_too_large_error() {
  return {502, "function response body too large"};
}

FunctionError header_too_large_error() {
  return {502, "function response header too large"};
}

FunctionError exit_error(const ProcessExit& exit) {
  if (exit.not_started) {
    return *exit.not_started;
  }
  if (exit.out_of_memory) {
    return {502,
            "container out of memory, you may want to raise fn.memory for this function "
            "(default: 128MB)"};
  }
  return {502, "container exit code " + std::to_string(exit.code)};
}

ActiveRun::ActiveRun(Loop& loop,
                     core::Duration timeout,
                     RunSink sink,
                     std::function<void()> timed_out)
    : timer_(loop), timeout_(timeout), sink_(std::move(sink)), timed_out_(std::move(timed_out)) {}

void ActiveRun::begin() {
  if (timeout_ > core::Duration::zero()) {
    timer_.set_after(timeout_, [self = weak_from_this()] {
      if (const auto run = self.lock()) {
        run->run_out();
      }
    });
  }
}

void ActiveRun::run_out() {
  if (!over()) {
    std::exchange(timed_out_, nullptr)();
    time_out(false);
  }
}

void ActiveRun::answer(unsigned status,
                       HttpHeaders headers,
                       const BodyPipePtr& body,
                       std::function<void(core::Status)> done) {
  const auto self = shared_from_this();  // whom the handlers may forget
  source_ = body;
  answer_ = std::make_shared<BodyPipe>();
  const auto answered = std::exchange(sink_.answered, nullptr);
  answered(status, std::move(headers), answer_);
  pump_body(body, answer_, [self, done = std::move(done)](core::Status how) {
    if (!self->over()) {
      done(std::move(how));
    }
  });
}

void ActiveRun::complete() {
  end({});
}

void ActiveRun::fail(FunctionError error, bool reusable) {
  end({core::CallOutcome::kFailed, reusable, std::move(error)});
}

void ActiveRun::time_out(bool reusable) {
  end({core::CallOutcome::kTimedOut, reusable, timed_out_error()});
}

void ActiveRun::stop() {
  end({core::CallOutcome::kFailed, false, {502, "the run was stopped", false}});
}

void ActiveRun::forget() {
  timer_.cancel();
  timed_out_ = nullptr;
  sink_ = {};
  break_answer("the container is gone");
}

// Who still writes to the source writes to nobody, and the pump hears the end.
void ActiveRun::break_answer(const std::string& why) {
  if (answer_ && !answer_->ended()) {
    answer_->fail({core::ErrorCode::kUnavailable, why});
    source_->fail({core::ErrorCode::kUnavailable, why});
  }
}

void ActiveRun::end(RunOutcome outcome) {
  if (over()) {
    return;
  }
  const auto self = shared_from_this();  // whom the handlers may forget
  const auto ended = std::exchange(sink_.ended, nullptr);
  sink_.answered = nullptr;
  timer_.cancel();
  timed_out_ = nullptr;
  if (outcome.outcome != core::CallOutcome::kCompleted) {
    break_answer(outcome.error.message);
  }
  ended(std::move(outcome));
}

}  // namespace fn::services
