// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <span>

#include "core/config/tables.h"
#include "core/keepalive/keepalive_policy.h"

namespace fn::core {

namespace {

constexpr double kYearS = 366 * 86'400.0;

constexpr std::array kFields = {
    field<&RunnerConfig::memory>(
        "memory_mib",
        {1, 1 << 30},
        "What the containers of one runner may hold together, idle ones included."),
    field<&RunnerConfig::cpu>(
        "cpu_milli", {0, 1e9}, "CPU of one runner in thousandths of a core; 0 does not count CPU."),
    field<&RunnerConfig::queue_when_full>(
        "queue_when_full",
        "A call that finds no room waits at the runner instead of being refused there."),
    field<&RunnerConfig::waiting_calls_max>(
        "waiting_calls",
        {0, 100'000'000},
        "Calls that may wait at one runner for room; more are refused."),
    field<&RunnerConfig::keep_alive>(
        "keep_alive",
        keepalive_policy_names,
        "Which idle container goes when room is needed, and whether idleness alone removes it."),
    field<&RunnerConfig::idle_timeout>("idle_timeout_s",
                                       {0, kYearS, true},
                                       "An idle container goes after this long, or after its "
                                       "function's own, shorter time; keep_alive "
                                       "none keeps it until room is needed."),
    field<&RunnerConfig::freeze_after>(
        "freeze_after_ms",
        {0, 1e9},
        "An idle container is frozen after this long; 0 never freezes it."),
    field<&RunnerConfig::image_cache_max>(
        "image_cache_images",
        {1, 10'000'000},
        "Images that a runner keeps; the least recently started one goes first."),
};

}  // namespace

std::span<const Field<RunnerConfig>> runner_fields() {
  return kFields;
}

}  // namespace fn::core
