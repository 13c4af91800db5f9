// SPDX-License-Identifier: Apache-2.0

#include "services/server/runner_report.h"

#include <chrono>
#include <string_view>

namespace fn::services {
namespace {

constexpr std::int64_t kBytesPerMib = 1 << 20;

std::string_view text_of(core::RemovalReason reason) {
  switch (reason) {
    case core::RemovalReason::kExpired:
      return "idle";
    case core::RemovalReason::kEvicted:
      return "evicted";
    case core::RemovalReason::kBroken:
      return "broken";
  }
  return "unknown";
}

}  // namespace

RunnerReport::RunnerReport(Metrics& metrics, Log& log, const std::string& group)
    : metrics_(metrics, group), log_(log) {}

void RunnerReport::run_began(const std::string& call_id,
                             const FunctionSetup& function,
                             std::uint32_t container,
                             bool cold) {
  if (cold) {
    metrics_.cold_starts.add();
  }
  log_.info("starting call",
            {{"app", function.app_name},
             {"container_id", container},
             {"id", call_id},
             {"fn_id", function.fn_id},
             {"route", function.path},
             {"cold", cold}});
}

void RunnerReport::run_ended(const std::string& call_id,
                             const FunctionSetup& function,
                             const RunOutcome& outcome,
                             core::Duration ran) {
  metrics_.execution.add(ran);
  if (outcome.outcome != core::CallOutcome::kCompleted) {
    log_.info("call failed",
              {{"app", function.app_name},
               {"id", call_id},
               {"fn_id", function.fn_id},
               {"code", outcome.error.status},
               {"error", outcome.error.message},
               {"ran_us", ran / std::chrono::microseconds(1)}});
  }
}

void RunnerReport::container_removed(const FunctionSetup& function,
                                     std::uint32_t container,
                                     core::RemovalReason reason) {
  log_.info("hot function terminated",
            {{"app", function.app_name},
             {"container_id", container},
             {"cpus", function.cpu.value},
             {"format", function.format},
             {"fn_id", function.fn_id},
             {"idle_timeout", function.idle_timeout / std::chrono::seconds(1)},
             {"image", function.image},
             {"memory", function.memory.value},
             {"route", function.path},
             {"why", text_of(reason)}});
}

void RunnerReport::holds(const RunnerCounts& counts) {
  metrics_.containers.set(counts.containers);
  metrics_.container_memory_bytes.set(counts.container_mib * kBytesPerMib);
  metrics_.idle_memory_bytes.set(counts.idle_mib * kBytesPerMib);
}

}  // namespace fn::services
