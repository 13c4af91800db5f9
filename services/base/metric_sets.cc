// SPDX-License-Identifier: Apache-2.0

#include "services/base/metric_sets.h"

#include <algorithm>

#include "core/facts/fact_names.h"

namespace fn::services {
namespace {

Labels of_group(const std::string& group) {
  return {{core::kGroupLabel, group}};
}

// The method, or "other": a client may send any word.
std::string_view method_class(std::string_view method) {
  constexpr std::array<std::string_view, 7> kMethods = {
      "GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};
  const auto* const found = std::find(kMethods.begin(), kMethods.end(), method);
  return found != kMethods.end() ? *found : "other";
}

}  // namespace

LbMetrics::LbMetrics(Metrics& metrics, const std::string& group)
    : arrived(metrics.counter(core::metric::kCallsArrived, of_group(group))),
      retries(metrics.counter(core::metric::kLbRetries, of_group(group))),
      overtakes(metrics.counter(core::metric::kLbOvertakes, of_group(group))),
      waiting(metrics.gauge(core::metric::kLbWaitingCalls, of_group(group))),
      wait(metrics.histogram(core::metric::kCallWait, of_group(group))),
      metrics_(metrics),
      group_(group),
      duration_(metrics.histogram(core::metric::kCallDuration, of_group(group))) {
  for (std::size_t outcome = 0; outcome < outcomes_.size(); ++outcome) {
    const auto name = core::name_of(static_cast<core::CallOutcome>(outcome));
    outcomes_[outcome] = &metrics.counter(
        core::metric::kCalls,
        {{core::kGroupLabel, group}, {core::metric::kCalls.label, std::string(name)}});
  }
}

void LbMetrics::ended(core::CallOutcome outcome,
                      core::RefusalReason reason,
                      core::Duration since_arrival) {
  outcomes_.at(static_cast<std::size_t>(outcome))->add();
  if (outcome == core::CallOutcome::kCompleted) {
    duration_.add(since_arrival);
    return;
  }
  // Rare, and most reasons never come.
  metrics_
      .counter(core::metric::kCallsLost,
               {{core::kGroupLabel, group_},
                {core::metric::kCallsLost.label, std::string(core::name_of(reason))}})
      .add();
}

RunnerMetrics::RunnerMetrics(Metrics& metrics, const std::string& group)
    : cold_starts(metrics.counter(core::metric::kColdStarts, of_group(group))),
      containers(metrics.gauge(core::metric::kRunnerContainers, of_group(group))),
      container_memory_bytes(metrics.gauge(core::metric::kRunnerContainerMemory, of_group(group))),
      idle_memory_bytes(metrics.gauge(core::metric::kRunnerIdleMemory, of_group(group))),
      execution(metrics.histogram(metric::kExecution, of_group(group))) {}

HttpMetrics::HttpMetrics(Metrics& metrics, std::string_view role)
    : metrics_(metrics),
      role_(role),
      duration_(metrics.histogram(metric::kHttpDuration, {{"role", role_}})) {}

void HttpMetrics::answered(std::string_view method, unsigned status, core::Duration took) {
  const std::string_view known = method_class(method);
  Counter*& counter = requests_[{known, status}];
  if (counter == nullptr) {
    counter = &metrics_.counter(
        metric::kHttpRequests,
        {{"role", role_}, {"method", std::string(known)}, {"status", std::to_string(status)}});
  }
  counter->add();
  duration_.add(took);
}

}  // namespace fn::services
