// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <span>

#include "core/config/tables.h"

namespace fn::core {

namespace {

constexpr double kDayMs = 86'400'000;
constexpr double kDayS = 86'400;

constexpr std::array kFields = {
    field<&LbConfig::placer>("placer", placer_names, "How a runner is chosen for a call."),
    field<&LbConfig::placement, &PlacerConfig::load_bound_percent>(
        "load_bound_percent",
        {100, 1'000},
        "chbl: no runner is given more than this share of the mean load."),
    field<&LbConfig::placement, &PlacerConfig::walk_above_percent>(
        "walk_above_percent",
        {1, 100},
        "ch: runners whose own load would exceed this share of their memory are passed over."),
    field<&LbConfig::placement_timeout>(
        "placement_timeout_s",
        {0, 10 * kDayS, true},
        "A call that no runner takes ends as timed out after this long; 0: it is refused at once."),
    field<&LbConfig::detached_timeout>("detached_timeout_s",
                                       {0, 10 * kDayS, true},
                                       "The same for detached calls, whose caller does not wait."),
    field<&LbConfig::waiting_calls_max>(
        "waiting_calls",
        {0, 100'000'000},
        "Calls of a group that may wait at one LB; more are refused."),
    field<&LbConfig::waiting_bytes_max>(
        "waiting_bytes",
        {0, 1e15},
        "Bytes of body that the waiting calls of a group may hold at one LB."),
    field<&LbConfig::overtakes_max>(
        "overtake_calls",
        {0, 10'000},
        "Smaller calls that may go past a refused head of the queue while it waits."),
    field<&LbConfig::probe_first>(
        "probe_first_ms",
        {1, kDayMs},
        "First pause after which the waiting head tries one runner again."),
    field<&LbConfig::probe_max>(
        "probe_max_ms", {1, kDayMs}, "Longest pause of the head; the pause doubles up to it."),
    field<&LbConfig::pass_pause>(
        "pass_pause_ms",
        {1, kDayMs},
        "naive, ch-compat: pause between two passes of a waiting call over all runners."),
    field<&LbConfig::advertise_every>(
        "advertise_every_ms",
        {1, kDayMs},
        "How often an LB tells the NPM what a group needs, while it needs anything."),
    field<&LbConfig::health, &HealthConfig::enabled>(
        "health.enabled", "Whether silent and broken runners are rested (Fn does not)."),
    field<&LbConfig::health, &HealthConfig::silence>(
        "health.silence_ms",
        {1, kDayMs},
        "A runner that holds calls and was silent for this long is asked for a sign of life."),
    field<&LbConfig::health, &HealthConfig::answer_timeout>(
        "health.answer_timeout_ms",
        {1, kDayMs},
        "A runner that stays silent for this long after it was asked is rested."),
    field<&LbConfig::health, &HealthConfig::rest_first>(
        "health.rest_first_ms",
        {1, kDayMs},
        "First rest of a runner; each further one is twice as long."),
    field<&LbConfig::health, &HealthConfig::rest_max>(
        "health.rest_max_ms", {1, kDayMs}, "Longest rest of a runner."),
};

}  // namespace

std::span<const Field<LbConfig>> lb_fields() {
  return kFields;
}

}  // namespace fn::core
