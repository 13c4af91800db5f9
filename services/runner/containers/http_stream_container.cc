// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/http_stream_container.h"

#include <chrono>
#include <utility>

#include "services/base/clock.h"
#include "services/runner/containers/iofs_socket.h"

namespace fn::services {
namespace {

constexpr auto kLookPause = std::chrono::milliseconds(1);

FunctionError init_failed(const std::string& why) {
  return {502, "Container failed to initialize, " + why};
}

constexpr const char* kCheckLogs = "please ensure you are using the latest fdk and check the logs";

}  // namespace

HttpStreamContainer::HttpStreamContainer(std::unique_ptr<Workplace> place)
    : ProcessContainer(std::move(place)), timer_(loop()) {}

void HttpStreamContainer::begin(std::function<void(std::optional<FunctionError>)> ready,
                                std::function<void()> lost) {
  ready_ = std::move(ready);
  lost_ = std::move(lost);
  start_end_ = core::later(steady_now(), settings().start_time);
  const core::Status started =
      this->place().start({}, {}, [this](const ProcessExit& exit) { exited(exit); });
  if (!started) {
    start_ended(FunctionError{503, started.error().message, false});
    return;
  }
  timer_.set_after(kLookPause, [this] { look_for_socket(); });
}

void HttpStreamContainer::look_for_socket() {
  core::Result<Descriptor> socket = find_socket(place().iofs_folder());
  if (socket) {
    socket_ = std::move(*socket);
    const ContainerSettings& limits = settings();
    client_ = std::make_unique<FdkClient>(
        loop(), path_to(socket_), FdkLimits{limits.response_bytes, limits.response_header_bytes});
    start_ended(std::nullopt);
  } else if (socket.error().code != core::ErrorCode::kNotFound) {
    start_ended(init_failed(socket.error().message));
  } else if (steady_now() >= start_end_) {
    start_ended(too_slow());
  } else {
    timer_.set_after(kLookPause, [this] { look_for_socket(); });
  }
}

FunctionError HttpStreamContainer::too_slow() const {
  const std::string other = place().waits_for();
  return other.empty()
             ? FunctionError{504, "Container initialization timed out, " + std::string(kCheckLogs)}
             : FunctionError{503, other, false};
}

// The last thing that a caller does: the handler may destroy the container.
void HttpStreamContainer::start_ended(std::optional<FunctionError> error) {
  timer_.cancel();
  if (error) {
    place().kill();
  }
  const auto ready = std::exchange(ready_, nullptr);
  ready(std::move(error));
}

void HttpStreamContainer::run(RunRequest request, RunSink sink) {
  open_run(request, std::move(sink));
  if (!place().runs()) {
    request.body->abandon();
    active().fail(io_error(), false);
    return;
  }
  client_->call(std::move(request), [this](FdkClient::Answer answer) { take(std::move(answer)); });
}

void HttpStreamContainer::break_off() {
  timer_.cancel();
  if (client_) {
    client_->finish();
  }
  place().kill();
}

void HttpStreamContainer::take(FdkClient::Answer answer) {
  switch (answer.verdict) {
    case FdkVerdict::kSuccess:
      active().answer(200, std::move(answer.headers), answer.body, [this](const core::Status& how) {
        answer_ended(how);
      });
      return;
    case FdkVerdict::kFailed:
      client_->finish();
      active().fail(function_failed_error(), true);
      return;
    case FdkVerdict::kTimedOut:
      client_->finish();
      active().time_out(true);
      return;
    case FdkVerdict::kInvalid:
      refuse(invalid_response_error());
      return;
    case FdkVerdict::kHeaderTooLarge:
      refuse(header_too_large_error());
      return;
    case FdkVerdict::kBodyTooLarge:
      refuse(body_too_large_error());
      return;
    case FdkVerdict::kBroken:
      broken();
      return;
  }
}

void HttpStreamContainer::answer_ended(const core::Status& how) {
  if (how) {
    client_->finish();
    active().complete();
  } else if (active().abandoned()) {
    refuse({502, how.error().message, false});
  } else if (is_too_large(how.error())) {
    refuse(body_too_large_error());
  } else {
    broken();
  }
}

// After a wrong answer the function is in an unknown state: the next call could get the rest of it.
void HttpStreamContainer::refuse(FunctionError error) {
  break_off();
  active().fail(std::move(error), false);
}

// A connection that breaks because the process died is followed by word of its exit, which says
// more.
void HttpStreamContainer::broken() {
  client_->finish();
  timer_.set_after(place().exit_delay(), [this] {
    if (busy()) {
      refuse(io_error());
    }
  });
}

void HttpStreamContainer::exited(const ProcessExit& exit) {
  timer_.cancel();
  if (ready_) {
    start_ended(exit.out_of_memory || exit.not_started ? exit_error(exit)
                                                       : init_failed(kCheckLogs));
    return;
  }
  if (client_) {
    client_->finish();
  }
  if (busy()) {
    active().fail(exit_error(exit), false);
  } else if (lost_) {
    std::exchange(lost_, nullptr)();
  }
}

}  // namespace fn::services
