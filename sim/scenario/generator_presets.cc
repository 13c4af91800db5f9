// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/generator_presets.h"

#include <array>

namespace fn::sim {

namespace {

constexpr std::string_view kAzureDay = R"(# A weekday of Azure Functions in July 2019.
[trace]
days = 1
first_day = "monday"

[platform]
apps = 17577
)";

constexpr std::string_view kShippedDay =
    R"(# A Monday of twelve tenants on whose pools policies differ.
[trace]
days = 1
first_day = "monday"

# A web shop: many calls, busiest in the afternoon.
[[tenants]]
name = "checkout"
functions = 40
apps = 10
load_gib = 40
run_mean_ms = 3000
memory_mib = [512, 768, 640]
peak_to_trough = 3
peak_hours = 15
weekend_factor = 0.8

# Transcoding: few long calls, the largest pool, busiest in the evening.
[[tenants]]
name = "media"
trigger = "queue"
functions = 24
apps = 6
load_gib = 140
run_mean_ms = 29000
memory_mib = 1024
peak_to_trough = 3
peak_hours = 20
weekend_factor = 1.2

# Full-text search: even load all day, little swing.
[[tenants]]
name = "search"
functions = 24
apps = 4
load_gib = 56
run_mean_ms = 5000
memory_mib = 512
run_sigma = 0.6
peak_to_trough = 1.6
peak_hours = 19

# Another continent's photos: the day half a day later.
[[tenants]]
name = "thumbnails"
trigger = "storage"
functions = 20
apps = 5
load_gib = 26
run_mean_ms = 9000
memory_mib = [768, 512]
peak_to_trough = 3
peak_hours = 3

# A flash crowd at noon.
[[tenants]]
name = "tickets"
functions = 16
apps = 4
load_gib = 6
run_mean_ms = 6000
memory_mib = [512, 640]
[[tenants.shapes]]
kind = "flash-crowd"
at_hours = 12
length_minutes = 25
crowd_factor = 24
rise_minutes = 3
fall_minutes = 10

# Timers that all fire each fifth minute.
[[tenants]]
name = "telemetry"
trigger = "timer"
functions = 40
apps = 10
load_gib = 12
zipf = 0.5
arrivals = "timer"
timer_minutes = 5
run_mean_ms = 20000
memory_mib = [256, 384, 128]

# A herd on the full hour.
[[tenants]]
name = "billing"
trigger = "timer"
functions = 16
apps = 4
load_gib = 4
run_mean_ms = 24000
memory_mib = 512
[[tenants.shapes]]
kind = "herd"
every_minutes = 60
share_percent = 70

# Saw teeth around eight runners.
[[tenants]]
name = "pipeline"
trigger = "queue"
functions = 12
apps = 3
load_gib = 32
run_mean_ms = 15000
memory_mib = 1024
[[tenants.shapes]]
kind = "saw-tooth"
every_minutes = 45
level_runners = 8
swing_runners = 1.5
runner_memory_mib = 4096

# Asleep but for a batch at night and one in the afternoon.
[[tenants]]
name = "reports"
trigger = "orchestration"
functions = 8
apps = 2
load_gib = 80
run_mean_ms = 45000
memory_mib = [1024, 768]
[[tenants.shapes]]
kind = "silence"
length_minutes = 60
[[tenants.shapes]]
kind = "silence"
at_hours = 4
length_minutes = 600
[[tenants.shapes]]
kind = "silence"
at_hours = 14.75
length_minutes = 555

# Office hours; nobody there at weekends.
[[tenants]]
name = "backoffice"
functions = 20
apps = 5
load_gib = 5
run_mean_ms = 2500
memory_mib = [256, 512]
peak_to_trough = 40
peak_hours = 13
silent_weekends = true

# Quick answers that come in bursts.
[[tenants]]
name = "chat"
functions = 12
apps = 3
load_gib = 3
arrivals = "bursty"
run_mean_ms = 1500
memory_mib = 256

# A long tail of functions that are hardly called.
[[tenants]]
name = "archive"
trigger = "event"
functions = 60
apps = 20
calls_per_day = 20000
arrivals = "bursty"
zipf = 1.3
run_mean_ms = 4000
run_spread_percent = 60
memory = "azure2019"
)";

constexpr std::array kPresets = {
    Preset{"shipped-day", "The day in traces/: twelve tenants of different shapes.", kShippedDay},
    Preset{"azure2019-day",
           "A day of a whole platform: 46,000 functions and 900 million calls.",
           kAzureDay},
};

constexpr auto kNames = names_of(kPresets);

}  // namespace

std::span<const Preset> generator_presets() {
  return kPresets;
}

const Preset* find_generator_preset(std::string_view name) {
  return find_in(kPresets, name);
}

std::span<const std::string_view> generator_preset_names() {
  return kNames;
}

}  // namespace fn::sim
