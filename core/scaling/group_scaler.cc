// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/group_scaler.h"

#include <algorithm>
#include <array>
#include <cstddef>

#include "core/scaling/fixed_scaler.h"
#include "core/scaling/fn2018_scaler.h"
#include "core/scaling/kpa_scaler.h"
#include "core/scaling/steady_scaler.h"

namespace fn::core {

namespace {

constexpr std::array<std::string_view, 4> kNames = {"steady", "kpa", "fixed", "fn-2018"};

std::int64_t divide_up(std::int64_t amount, std::int64_t unit) {
  return amount <= 0 ? 0 : (amount - 1) / unit + 1;
}

}  // namespace

std::span<const std::string_view> scaler_names() {
  return kNames;
}

std::unique_ptr<GroupScaler> make_scaler(std::string_view name, const ScalerConfig& config) {
  if (name == "steady") {
    return std::make_unique<SteadyScaler>(config);
  }
  if (name == "kpa") {
    return std::make_unique<KpaScaler>(config);
  }
  if (name == "fixed") {
    return std::make_unique<FixedScaler>(config);
  }
  if (name == "fn-2018") {
    return std::make_unique<Fn2018Scaler>();
  }
  return nullptr;
}

Member expected_runner(const GroupView& view, const ScalerConfig& config) {
  Member expected = view.newest;
  if (expected.memory_mib == 0) {
    expected.memory_mib = config.planned_memory_mib;
    expected.cpu_milli = config.planned_cpu_milli;
  }
  return expected;
}

std::uint32_t runners_for(std::int64_t memory_mib,
                          std::int64_t cpu_milli,
                          const GroupView& view,
                          const Member& expected) {
  std::uint32_t count = 0;
  // Takes in one runner; false: it is not needed any more.
  const auto take = [&](const Member& member) {
    if (memory_mib <= 0 && cpu_milli <= 0) {
      return false;
    }
    const bool known = member.memory_mib > 0;
    memory_mib -= known ? member.memory_mib : expected.memory_mib;
    // A runner without a CPU amount does not count CPU: any number of calls fits.
    cpu_milli = member.cpu_milli > 0 ? cpu_milli - member.cpu_milli : 0;
    ++count;
    return true;
  };
  for (const Member& member : view.active) {
    if (!take(member)) {
      return count;
    }
  }
  for (std::size_t left = view.draining.size(); left > 0; --left) {
    if (!take(view.draining[left - 1])) {
      return count;
    }
  }
  std::int64_t more = divide_up(memory_mib, std::max<std::int64_t>(expected.memory_mib, 1));
  if (expected.cpu_milli > 0) {
    more = std::max(more, divide_up(cpu_milli, expected.cpu_milli));
  }
  return clamp_to_u32(count + more);
}

}  // namespace fn::core
