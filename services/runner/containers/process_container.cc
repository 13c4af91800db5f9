// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/process_container.h"

#include <utility>

#include "services/runner/containers/cold_container.h"
#include "services/runner/containers/http_stream_container.h"
#include "services/runner/containers/json_container.h"

namespace fn::services {

ProcessContainer::~ProcessContainer() {
  if (run_) {
    run_->forget();
  }
}

void ProcessContainer::stop_run() {
  if (busy()) {
    const ActiveRunPtr run = run_;
    break_off();
    run->stop();
  }
}

void ProcessContainer::freeze() {
  if (!busy()) {
    place_->freeze();
  }
}

std::string ProcessContainer::log_of(const std::string& call_id) const {
  return place_->logs().of(call_id);
}

void ProcessContainer::open_run(const RunRequest& request, RunSink sink) {
  place_->thaw();
  place_->begin_log(request.call_id);
  run_ = std::make_shared<ActiveRun>(
      loop(), request.timeout, std::move(sink), [this] { break_off(); });
  run_->begin();
}

std::string format_of(const std::string& of_function, const std::string& of_image) {
  const std::string& format = of_function.empty() ? of_image : of_function;
  return format.empty() ? "http-stream" : format;
}

core::Status check_format(const std::string& format) {
  if (format == "http-stream" || format == "default" || format == "json") {
    return {};
  }
  return core::fail(
      core::ErrorCode::kInvalidArgument,
      "format " + format + " is not known to this runner: use http-stream, default or json");
}

std::unique_ptr<ProcessContainer> make_process_container(const std::string& format,
                                                         std::unique_ptr<Workplace> place) {
  if (format == "default") {
    return std::make_unique<ColdContainer>(std::move(place));
  }
  if (format == "json") {
    return std::make_unique<JsonContainer>(std::move(place));
  }
  return std::make_unique<HttpStreamContainer>(std::move(place));
}

FunctionError start_error(const core::Error& error) {
  switch (error.code) {
    case core::ErrorCode::kInvalidArgument:
      return {400, error.message};
    case core::ErrorCode::kNotFound:
      return {404, error.message};
    case core::ErrorCode::kConflict:
    case core::ErrorCode::kTooBusy:
    case core::ErrorCode::kDeadlineExceeded:
    case core::ErrorCode::kUnavailable:
    case core::ErrorCode::kInternal:
      break;
  }
  return {503, error.message, false};
}

}  // namespace fn::services
