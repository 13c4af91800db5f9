// SPDX-License-Identifier: Apache-2.0
//
// What each role counts, with its series at hand: one set per group of a load balancer, one per
// group of a runner, one per role that answers HTTP. A set belongs to one thread; several sets of
// the same name count together.

#pragma once

#include <array>
#include <cstddef>
#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/time.h"
#include "core/lb/messages.h"
#include "services/base/metrics.h"

namespace fn::services {

class LbMetrics {
 public:
  LbMetrics(Metrics& metrics, const std::string& group);

  Counter& arrived;
  Counter& retries;
  Counter& overtakes;
  Gauge& waiting;
  // Arrival until the function starts.
  Histogram& wait;

  // A call that arrived has ended. `since_arrival` is told of completed ones.
  void ended(core::CallOutcome outcome, core::RefusalReason reason, core::Duration since_arrival);

 private:
  Metrics& metrics_;
  std::string group_;
  std::array<Counter*, 4> outcomes_{};
  Histogram& duration_;
};

struct RunnerMetrics {
  RunnerMetrics(Metrics& metrics, const std::string& group);

  Counter& cold_starts;
  Gauge& containers;
  Gauge& container_memory_bytes;
  Gauge& idle_memory_bytes;
  // From the function's start to its answer's end.
  Histogram& execution;
};

class HttpMetrics {
 public:
  // "api", "lb" or "runner".
  HttpMetrics(Metrics& metrics, std::string_view role);

  // A request that was answered, with any method that a client may think of.
  void answered(std::string_view method, unsigned status, core::Duration took);

 private:
  Metrics& metrics_;
  std::string role_;
  Histogram& duration_;
  std::map<std::pair<std::string_view, unsigned>, Counter*> requests_;
};

// Beside those of core/facts/metric_names.h.
namespace metric {

inline constexpr core::MetricFamily kExecution = core::metric::seconds(
    "fn_call_execution_seconds", "From a function's start to its answer's end.");
inline constexpr core::MetricFamily kHttpRequests = core::metric::counter(
    "fn_http_requests", "HTTP requests that were answered, by role, method and status.");
inline constexpr core::MetricFamily kHttpDuration = core::metric::seconds(
    "fn_http_request_duration_seconds", "From a request's head to its answer's.");
inline constexpr core::MetricFamily kLogLinesDropped = core::metric::counter(
    "fn_log_lines_dropped", "Lines of the log that its destination did not take in time.");

}  // namespace metric
}  // namespace fn::services
