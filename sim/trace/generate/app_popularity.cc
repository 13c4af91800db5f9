// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/app_popularity.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <numeric>
#include <utility>

#include "core/base/assert.h"

namespace fn::sim {

namespace {

constexpr std::uint32_t kNobody = 0xffffffffU;
constexpr std::uint32_t kFewFunctions = 3;
// A timer of the longest period, and one that fires every minute.
constexpr double kFewestTimerCalls = 24;
constexpr double kMostTimerCalls = 1440;

// Apps of each hot trigger that are not placed yet; those of few functions and the others. Those of
// one trigger are taken first, so that what an app is popular for is known.
class Pools {
 public:
  Pools(const std::vector<AppPlan>& apps, const std::vector<std::uint32_t>& order) {
    for (const bool of_one_trigger : {false, true}) {
      for (const std::uint32_t app : order) {
        const AppPlan& plan = apps[app];
        if (!plan.only_timers() && (kinds_of(plan.triggers) == 1) == of_one_trigger) {
          pool(plan.hot, plan.size() <= kFewFunctions).push_back(app);
        }
      }
    }
  }

  std::vector<std::uint32_t>& pool(Trigger hot, bool small) {
    return pools_[static_cast<std::size_t>(hot)][small ? 1 : 0];
  }

  [[nodiscard]] bool has_any(std::size_t hot) const {
    return !pools_[hot][0].empty() || !pools_[hot][1].empty();
  }

  std::uint32_t take(Trigger hot, bool small) {
    std::vector<std::uint32_t>& wanted = pool(hot, small);
    std::vector<std::uint32_t>& chosen = wanted.empty() ? pool(hot, !small) : wanted;
    const std::uint32_t app = chosen.back();
    chosen.pop_back();
    return app;
  }

 private:
  std::array<std::array<std::vector<std::uint32_t>, 2>, kTriggers> pools_;
};

// Ranks, the least popular first, and who has them.
class Ranking {
 public:
  explicit Ranking(std::vector<double> calls)
      : calls_(std::move(calls)), app_(calls_.size(), kNobody), free_(calls_.size() + 1) {
    std::iota(free_.begin(), free_.end(), 0U);
  }

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(app_.size()); }

  [[nodiscard]] double calls(std::uint32_t rank) const { return calls_[rank]; }

  [[nodiscard]] bool is_free(std::uint32_t rank) const { return app_[rank] == kNobody; }

  // The first rank with at least so many calls.
  [[nodiscard]] std::uint32_t first_with(double calls) const {
    return static_cast<std::uint32_t>(std::lower_bound(calls_.begin(), calls_.end(), calls) -
                                      calls_.begin());
  }

  void place(std::uint32_t app, std::uint32_t rank) {
    app_[rank] = app;
    free_[rank] = rank + 1;
  }

  // The first free rank from here on; size() if there is none.
  std::uint32_t free_from(std::uint32_t rank) {
    std::uint32_t root = rank;
    while (free_[root] != root) {
      root = free_[root];
    }
    while (free_[rank] != root) {
      const std::uint32_t next = free_[rank];
      free_[rank] = root;
      rank = next;
    }
    return root;
  }

  void tell(std::vector<AppPlan>& apps) const {
    for (std::uint32_t rank = 0; rank < size(); ++rank) {
      apps[app_[rank]].calls_per_day = calls_[rank];
    }
  }

 private:
  std::vector<double> calls_;
  std::vector<std::uint32_t> app_;
  std::vector<std::uint32_t> free_;
};

// The most popular twentieth, which makes 97 % of the calls.
void place_top(const std::vector<AppPlan>& apps, Pools& pools, Ranking& ranking) {
  std::array<double, kTriggers> given{};
  double total = 0;
  double of_small = 0;
  const std::uint32_t top = ranking.size() / 20;
  for (std::uint32_t rank = ranking.size(); rank > ranking.size() - top; --rank) {
    const double calls = ranking.calls(rank - 1);
    total += calls;
    std::size_t best = kTriggers;
    double largest = 0;
    for (std::size_t trigger = 0; trigger < kTriggers; ++trigger) {
      const double lack = kCallShares[trigger] * total - given[trigger];
      if (pools.has_any(trigger) && (best == kTriggers || lack > largest)) {
        best = trigger;
        largest = lack;
      }
    }
    if (best == kTriggers) {
      return;
    }
    const std::uint32_t app = pools.take(static_cast<Trigger>(best), of_small < total / 2);
    for (const FunctionShare& each : function_shares(apps[app])) {
      given[static_cast<std::size_t>(each.trigger)] += calls * each.share;
    }
    of_small += apps[app].size() <= kFewFunctions ? calls : 0;
    ranking.place(app, rank - 1);
  }
}

// Apps with timers make at least the calls of these, and those of nothing else not many more.
void place_timers(const std::vector<AppPlan>& apps,
                  const std::vector<std::uint32_t>& order,
                  core::Rng rng,
                  Ranking& ranking) {
  const std::uint32_t below_top = ranking.size() - ranking.size() / 20;
  for (const std::uint32_t app : order) {
    const double timers = apps[app].timers();
    const std::uint32_t first =
        std::min(ranking.first_with(kFewestTimerCalls * timers), below_top - 1);
    const std::uint32_t last =
        apps[app].only_timers() ? ranking.first_with(kMostTimerCalls * timers) : below_top;
    const std::uint32_t end = std::clamp(last, first + 1, below_top);
    std::uint32_t rank =
        ranking.free_from(first + static_cast<std::uint32_t>(rng.below(end - first)));
    rank = rank >= end ? ranking.free_from(first) : rank;
    ranking.place(app, rank < ranking.size() ? rank : ranking.free_from(0));
  }
}

}  // namespace

void give_popularity(double calls_per_day, core::Rng rng, std::vector<AppPlan>& apps) {
  const auto size = static_cast<std::uint32_t>(apps.size());
  std::vector<double> calls;
  for (std::uint32_t rank = 0; rank < size; ++rank) {
    calls.push_back(app_calls_quantile((rank + 0.5) / size));
  }
  if (calls_per_day > 0) {
    const double scale = calls_per_day / std::accumulate(calls.begin(), calls.end(), 0.0);
    for (double& amount : calls) {
      amount *= scale;
    }
  }
  const std::vector<std::uint32_t> order = shuffled(size, rng.fork("order"));
  Pools pools(apps, order);
  Ranking ranking(std::move(calls));
  place_top(apps, pools, ranking);
  // Who is in no pool any more has a rank; only-timers never were in one.
  std::vector<std::uint32_t> with_timers;
  std::vector<std::uint32_t> without;
  for (std::size_t hot = 0; hot < kTriggers; ++hot) {
    for (const bool small : {false, true}) {
      for (const std::uint32_t app : pools.pool(static_cast<Trigger>(hot), small)) {
        (apps[app].timers() > 0 ? with_timers : without).push_back(app);
      }
    }
  }
  for (const std::uint32_t app : order) {
    if (apps[app].only_timers()) {
      with_timers.push_back(app);
    }
  }
  // Those that need most choose first.
  std::stable_sort(with_timers.begin(), with_timers.end(), [&apps](auto left, auto right) {
    return apps[left].timers() > apps[right].timers();
  });
  place_timers(apps, with_timers, rng.fork("timers"), ranking);
  const std::vector<std::uint32_t> rest =
      shuffled(static_cast<std::uint32_t>(without.size()), rng.fork("rest"));
  std::uint32_t rank = ranking.free_from(0);
  for (const std::uint32_t place : rest) {
    FN_ASSERT(rank < size);
    ranking.place(without[place], rank);
    rank = ranking.free_from(rank);
  }
  ranking.tell(apps);
}

}  // namespace fn::sim
