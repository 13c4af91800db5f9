// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/presets.h"

#include <array>
#include <cstddef>

namespace fn::sim {

namespace {

constexpr std::array kPresets = {
    Preset{"steady",
           "Our defaults: 70 % of the binding resource, slow down, bounded-load hashing.",
           "npm.scaler = \"steady\"\n"},
    Preset{"fn-2018",
           "Fn's node pool manager of March 2018 with its books; the rest as in steady.",
           R"(npm.scaler = "fn-2018"
# LBs ask for their runners; the NPM looks at the provider's list each second.
network.membership_poll_ms = 500
provider.list_interval_ms = 1000
)"},
    Preset{"fn-2018-all",
           "The same with Fn's load balancer too: naive placement by polling, no health checks. "
           "Slow to simulate where calls wait, because every waiting call tries every runner each "
           "10 ms.",
           R"(npm.scaler = "fn-2018"
network.membership_poll_ms = 500
provider.list_interval_ms = 1000
lb.placer = "naive"
lb.health.enabled = false
)"},
    Preset{"kpa",
           "Knative's pod autoscaler with its stable and panic windows; the rest as in steady.",
           "npm.scaler = \"kpa\"\n"},
    Preset{"fixed",
           "A constant number of runners per group, npm.fixed_runners; the rest as in steady.",
           "npm.scaler = \"fixed\"\n"},
};

constexpr auto kNames = names_of(kPresets);

}  // namespace

std::span<const Preset> presets() {
  return kPresets;
}

const Preset* find_preset(std::string_view name) {
  return find_in(kPresets, name);
}

std::span<const std::string_view> preset_names() {
  return kNames;
}

}  // namespace fn::sim
