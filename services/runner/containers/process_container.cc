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
      host().loop(), request.timeout, std::move(sink), [this] { break_off(); });
  run_->begin();
}

std::unique_ptr<ProcessContainer> make_process_container(const std::string& format,
                                                         std::unique_ptr<Workplace> place) {
  if (format == "http-stream") {
    return std::make_unique<HttpStreamContainer>(std::move(place));
  }
  if (format == "default") {
    return std::make_unique<ColdContainer>(std::move(place));
  }
  if (format == "json") {
    return std::make_unique<JsonContainer>(std::move(place));
  }
  return nullptr;
}

}  // namespace fn::services
