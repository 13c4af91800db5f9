// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/app_plan.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "core/base/rng.h"
#include "sim/trace/generate/app_popularity.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

// Triggers in the order in which they make an app popular: few functions and many calls first.
constexpr std::array kHottestFirst = {Trigger::kEvent,
                                      Trigger::kQueue,
                                      Trigger::kHttp,
                                      Trigger::kStorage,
                                      Trigger::kOrchestration,
                                      Trigger::kOthers,
                                      Trigger::kTimer};

double middle_of(std::uint32_t number, std::uint32_t of) {
  return (number + 0.5) / of;
}

// How many apps have each of trigger_sets().
std::vector<std::uint32_t> counts_of_sets(std::uint32_t apps) {
  std::vector<std::uint32_t> counts;
  double sum = 0;
  std::uint32_t given = 0;
  for (const TriggerSet& set : trigger_sets()) {
    sum += set.app_percent;
    const auto until = std::min(apps, static_cast<std::uint32_t>(std::llround(sum / 100 * apps)));
    counts.push_back(until - given);
    given = until;
  }
  counts.back() += apps - given;
  return counts;
}

// Large apps tend to have more triggers, with chance; an app has a function of each of its own.
void give_triggers(const std::vector<std::uint32_t>& sizes,
                   core::Rng rng,
                   std::vector<AppPlan>& apps) {
  const auto total = static_cast<std::uint32_t>(apps.size());
  constexpr double kChance = 0.5;  // standard deviation of the logarithm of a size in the order
  std::vector<double> key(total);
  for (std::uint32_t app = 0; app < total; ++app) {
    key[app] = sizes[app] * lognormal_quantile(open_unit(rng.next()), 0, kChance);
  }
  std::vector<std::uint32_t> order(total);
  std::iota(order.begin(), order.end(), 0U);
  std::sort(order.begin(), order.end(), [&](std::uint32_t left, std::uint32_t right) {
    return key[left] != key[right] ? key[left] > key[right] : left < right;
  });
  const std::vector<std::uint32_t> counts = counts_of_sets(total);
  std::vector<std::uint32_t> singles;  // sets of one trigger, in random order
  for (std::size_t set = 0; set < counts.size(); ++set) {
    const std::uint32_t triggers = trigger_sets()[set].triggers;
    if (kinds_of(triggers) == 1) {
      singles.insert(singles.end(), counts[set], triggers);
      continue;
    }
    std::uint32_t left = counts[set];
    for (std::size_t at = 0; at < order.size() && left > 0; ++at) {
      AppPlan& app = apps[order[at]];
      if (app.triggers == 0 && sizes[order[at]] >= kinds_of(triggers)) {
        app.triggers = triggers;
        --left;
      }
    }
  }
  const std::vector<std::uint32_t> places =
      shuffled(static_cast<std::uint32_t>(singles.size()), rng.fork("singles"));
  std::size_t next = 0;
  for (AppPlan& app : apps) {
    if (app.triggers == 0) {
      // Where too few apps were large enough for their sets, HTTP fills up.
      app.triggers = next < places.size() ? singles[places[next++]] : bit_of(Trigger::kHttp);
    }
  }
}

// Of these triggers the one of whose wanted functions the largest part is still to be given.
std::size_t most_lacking(std::uint32_t triggers,
                         const std::array<std::uint64_t, kTriggers>& wanted,
                         const std::array<std::uint64_t, kTriggers>& given) {
  std::size_t best = kTriggers;
  double largest = 0;
  for (std::size_t trigger = 0; trigger < kTriggers; ++trigger) {
    const auto all = static_cast<double>(std::max<std::uint64_t>(wanted[trigger], 1));
    const double lack = 1 - static_cast<double>(given[trigger]) / all;
    if (has(triggers, trigger) && (best == kTriggers || lack > largest)) {
      best = trigger;
      largest = lack;
    }
  }
  return best;
}

// One function of each trigger, then what the platform lacks most.
void give_functions(const std::vector<std::uint32_t>& sizes, std::vector<AppPlan>& apps) {
  std::array<double, kTriggers> shares = kFunctionShares;
  const double timers = shares[static_cast<std::size_t>(Trigger::kTimer)];
  const double others = std::accumulate(shares.begin(), shares.end(), 0.0) - timers;
  for (std::size_t trigger = 0; trigger < kTriggers; ++trigger) {
    const bool is_timer = trigger == static_cast<std::size_t>(Trigger::kTimer);
    shares[trigger] *= is_timer ? 1 : (1 - timers) / others;
  }
  const auto wanted = quotas(shares, std::accumulate(sizes.begin(), sizes.end(), 0ULL));
  std::array<std::uint64_t, kTriggers> given{};
  for (AppPlan& app : apps) {
    for (std::size_t trigger = 0; trigger < kTriggers; ++trigger) {
      app.functions[trigger] = has(app.triggers, trigger) ? 1 : 0;
      given[trigger] += app.functions[trigger];
    }
  }
  for (std::size_t number = 0; number < apps.size(); ++number) {
    AppPlan& app = apps[number];
    for (std::uint32_t size = app.size(); size < sizes[number]; ++size) {
      const std::size_t best = most_lacking(app.triggers, wanted, given);
      ++app.functions[best];
      ++given[best];
    }
  }
}

void give_owners(double apps_per_owner, core::Rng rng, std::vector<AppPlan>& apps) {
  const auto total = static_cast<std::uint32_t>(apps.size());
  const std::vector<std::uint32_t> order = shuffled(total, rng.fork("order"));
  // What the table of apps per owner averages; other averages stretch what is above one.
  constexpr double kTableMean = 1.945;
  const double stretch = (apps_per_owner - 1) / (kTableMean - 1);
  const auto owners = static_cast<std::uint32_t>(std::max(1.0, total / apps_per_owner));
  std::uint32_t owner = 0;
  std::size_t next = 0;
  for (const std::uint32_t place : shuffled(owners, rng.fork("owners"))) {
    const double more = stretch * (owner_apps_quantile(middle_of(place, owners)) - 1.0);
    for (auto left = static_cast<std::uint32_t>(more + 1.5); left > 0 && next < total; --left) {
      apps[order[next++]].owner = owner;
    }
    ++owner;
  }
  for (; next < total; ++next) {
    apps[order[next]].owner = owner++;
  }
}

}  // namespace

std::vector<FunctionShare> function_shares(const AppPlan& app) {
  constexpr double kFall = -1.5;
  std::vector<FunctionShare> shares;
  double sum = 0;
  const auto add = [&](Trigger trigger) {
    for (std::uint32_t left = app.functions[static_cast<std::size_t>(trigger)]; left > 0; --left) {
      shares.push_back({trigger, power(static_cast<double>(shares.size() + 1), kFall)});
      sum += shares.back().share;
    }
  };
  if (app.hot != Trigger::kTimer) {
    add(app.hot);
  }
  for (std::size_t trigger = 0; trigger < kTriggers; ++trigger) {
    const auto each = static_cast<Trigger>(trigger);
    if (each != app.hot && each != Trigger::kTimer) {
      add(each);
    }
  }
  for (FunctionShare& each : shares) {
    each.share /= sum;
  }
  return shares;
}

std::vector<std::uint32_t> shuffled(std::uint32_t size, core::Rng rng) {
  std::vector<std::uint32_t> order(size);
  std::iota(order.begin(), order.end(), 0U);
  for (std::uint32_t left = size; left > 1; --left) {
    std::swap(order[left - 1], order[rng.below(left)]);
  }
  return order;
}

std::vector<AppPlan> plan_apps(const PlatformConfig& config, std::uint64_t seed) {
  const core::Rng rng = core::Rng(seed).fork("generate/apps");
  std::vector<AppPlan> apps(config.apps);
  std::vector<std::uint32_t> sizes;
  for (const std::uint32_t place : shuffled(config.apps, rng.fork("sizes"))) {
    sizes.push_back(app_functions_quantile(middle_of(place, config.apps)));
  }
  give_triggers(sizes, rng.fork("triggers"), apps);
  give_functions(sizes, apps);
  for (AppPlan& app : apps) {
    app.hot = *std::find_if(kHottestFirst.begin(), kHottestFirst.end(), [&app](Trigger trigger) {
      return has(app.triggers, static_cast<std::size_t>(trigger));
    });
  }
  give_owners(config.apps_per_owner, rng.fork("owners"), apps);
  give_popularity(static_cast<double>(config.calls_per_day), rng.fork("popularity"), apps);
  return apps;
}

}  // namespace fn::sim
