// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/trace_statistics.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "sim/trace/load_meter.h"
#include "sim/trace/quantiles.h"

namespace fn::sim {

namespace {

constexpr double kMinuteNs = 60e9;

// A duration and how many calls have it.
struct Weighted {
  std::int64_t ns = 0;
  double weight = 0;
};

class Gatherer {
 public:
  explicit Gatherer(const TraceReader& reader) : head_(reader.head()) {}

  void take(const core::TraceMinute& minute);
  TraceStatistics finish(core::MemoryMib runner);

 private:
  struct Function {
    std::uint64_t calls = 0;
    std::uint64_t counted = 0;
    std::int64_t last_ns = -1;  // start of the call before
    double mean_minutes = 0;    // of counted calls
    std::size_t meter = 0;
  };

  Function& function(std::uint32_t number);
  void count_gap(Function& function, std::int64_t start_ns, double calls);
  void add_rate(std::int64_t minute, std::uint64_t calls);
  void tell_rate(TraceStatistics& statistics) const;
  void tell_shares(TraceStatistics& statistics) const;
  void tell_loads(TraceStatistics& statistics, core::MemoryMib runner) const;
  void add_drawn(std::vector<Weighted>& points) const;

  const core::TraceHead& head_;
  std::vector<Function> functions_;
  std::map<std::string, std::size_t> meter_of_;
  std::vector<LoadMeter> meters_;
  std::vector<std::uint64_t> per_minute_;
  std::int64_t first_minute_ = -1;
  core::Histogram runs_;
  std::vector<Weighted> gaps_;
  core::Histogram call_gaps_;
  std::uint64_t calls_ = 0;
  std::uint64_t counted_ = 0;
};

Gatherer::Function& Gatherer::function(std::uint32_t number) {
  for (std::size_t fresh = functions_.size(); fresh <= number; ++fresh) {
    const core::TraceFunction& of = head_.functions[fresh];
    const auto [place, is_new] = meter_of_.try_emplace(of.tenant, meters_.size());
    if (is_new) {
      meters_.emplace_back();
    }
    Function& added = functions_.emplace_back();
    added.meter = place->second;
    constexpr int kPoints = 50;
    for (int point = 0; point < kPoints; ++point) {
      const double unit = (point + 0.5) / kPoints;
      added.mean_minutes +=
          static_cast<double>(quantile(of.durations, unit).count()) / kMinuteNs / kPoints;
    }
  }
  return functions_[number];
}

void Gatherer::add_rate(std::int64_t minute, std::uint64_t calls) {
  if (first_minute_ < 0) {
    first_minute_ = head_.begin_ns / core::kTraceMinuteNs;
  }
  constexpr std::int64_t kMostMinutes = 4'000'000;
  const auto place =
      static_cast<std::size_t>(std::clamp<std::int64_t>(minute - first_minute_, 0, kMostMinutes));
  if (place >= per_minute_.size()) {
    per_minute_.resize(place + 1);
  }
  per_minute_[place] += calls;
}

void Gatherer::take(const core::TraceMinute& minute) {
  const std::int64_t begin = minute.number * core::kTraceMinuteNs;
  for (const core::TraceCount& count : minute.counts) {
    Function& of = function(count.function);
    const double calls = count.calls;
    // As if equally spaced in the minute.
    const auto step = static_cast<std::int64_t>(kMinuteNs / calls);
    if (of.last_ns >= 0) {
      call_gaps_.add(core::Duration(begin + step / 2 - of.last_ns));
    }
    if (count.calls > 1) {
      gaps_.push_back({step, calls - 1});
    }
    of.last_ns = begin + core::kTraceMinuteNs - step / 2;
    of.counted += count.calls;
    of.calls += count.calls;
    counted_ += count.calls;
    meters_[of.meter].add(minute.number,
                          calls,
                          of.mean_minutes,
                          static_cast<double>(head_.functions[count.function].memory_mib));
    add_rate(minute.number, count.calls);
  }
  for (const core::TraceCall& call : minute.calls) {
    Function& of = function(call.function);
    if (of.last_ns >= 0) {
      call_gaps_.add(core::Duration(std::max<std::int64_t>(0, call.start_ns - of.last_ns)));
    }
    of.last_ns = call.start_ns;
    ++of.calls;
    runs_.add(core::Duration(call.run_ns));
    meters_[of.meter].add_call(
        call.start_ns, call.run_ns, static_cast<double>(head_.functions[call.function].memory_mib));
  }
  add_rate(minute.number, minute.calls.size());
  // Equal gaps become one point before their list grows.
  constexpr std::size_t kMostPoints = 1'000'000;
  if (gaps_.size() >= kMostPoints) {
    std::map<std::int64_t, double> joined;
    for (const Weighted& gap : gaps_) {
      joined[gap.ns] += gap.weight;
    }
    gaps_.clear();
    for (const auto& [ns, weight] : joined) {
      gaps_.push_back({ns, weight});
    }
  }
}

// p1, p25, ... of the points and of what the histogram holds.
std::optional<Spread7> spread_of(std::vector<Weighted> points, const core::Histogram& histogram) {
  constexpr std::array<double, 7> kShares = {0.01, 0.25, 0.5, 0.75, 0.9, 0.99, 1};
  constexpr int kParts = 1'000;
  for (int part = 0; part < kParts && histogram.count() > 0; ++part) {
    const auto value = histogram.percentile(static_cast<std::uint32_t>(part + 1));
    points.push_back({value.value_or(core::Duration{}).count(),
                      static_cast<double>(histogram.count()) / kParts});
  }
  if (points.empty()) {
    return std::nullopt;
  }
  std::sort(points.begin(), points.end(), [](const Weighted& left, const Weighted& right) {
    return left.ns < right.ns;
  });
  double total = 0;
  for (const Weighted& point : points) {
    total += point.weight;
  }
  Spread7 spread;
  std::size_t next = 0;
  double below = 0;
  for (std::size_t share = 0; share < kShares.size(); ++share) {
    while (next + 1 < points.size() && below + points[next].weight < kShares[share] * total) {
      below += points[next].weight;
      ++next;
    }
    spread.ms[share] = static_cast<double>(points[next].ns) / 1e6;
  }
  return spread;
}

// Counted calls, as a run would draw their durations.
void Gatherer::add_drawn(std::vector<Weighted>& points) const {
  constexpr int kPoints = 50;
  for (std::size_t number = 0; number < functions_.size(); ++number) {
    const double calls = static_cast<double>(functions_[number].counted);
    for (int point = 0; point < kPoints && calls > 0; ++point) {
      const double unit = (point + 0.5) / kPoints;
      points.push_back(
          {quantile(head_.functions[number].durations, unit).count(), calls / kPoints});
    }
  }
}

void Gatherer::tell_rate(TraceStatistics& statistics) const {
  const std::int64_t span = head_.end_ns - head_.begin_ns;
  statistics.minutes =
      static_cast<std::uint64_t>((span + core::kTraceMinuteNs - 1) / core::kTraceMinuteNs);
  const std::size_t minutes = std::max<std::size_t>(statistics.minutes, per_minute_.size());
  statistics.rate.assign(std::min<std::size_t>(kRateParts, std::max<std::size_t>(minutes, 1)), 0);
  for (std::size_t minute = 0; minute < per_minute_.size(); ++minute) {
    statistics.rate[minute * statistics.rate.size() / minutes] += per_minute_[minute];
    statistics.busiest_minute = std::max(statistics.busiest_minute, per_minute_[minute]);
  }
}

void Gatherer::tell_shares(TraceStatistics& statistics) const {
  std::vector<std::uint64_t> calls;
  for (const Function& function : functions_) {
    calls.push_back(function.calls);
  }
  calls.resize(head_.functions.size());
  std::sort(calls.begin(), calls.end(), std::greater<>());
  const auto size = static_cast<double>(calls.size());
  const std::array<double, 5> most = {1, 10, size * 0.01, size * 0.05, size * 0.2};
  for (std::size_t place = 0; place < most.size(); ++place) {
    const auto count = std::clamp<std::size_t>(
        static_cast<std::size_t>(std::llround(most[place])), 1, calls.size());
    double sum = 0;
    for (std::size_t index = 0; index < count; ++index) {
      sum += static_cast<double>(calls[index]);
    }
    statistics.largest_shares[place] =
        statistics.calls > 0 ? sum / static_cast<double>(statistics.calls) : 0;
  }
}

void Gatherer::tell_loads(TraceStatistics& statistics, core::MemoryMib runner) const {
  std::vector<TenantLoad> loads(meters_.size());
  for (const auto& [tenant, meter] : meter_of_) {
    loads[meter].tenant = tenant;
  }
  for (const Function& function : functions_) {
    ++loads[function.meter].functions;
    loads[function.meter].calls += function.calls;
  }
  const auto size = static_cast<double>(runner.value);
  const auto minutes = static_cast<double>(std::max<std::uint64_t>(statistics.minutes, 1));
  for (std::size_t meter = 0; meter < meters_.size(); ++meter) {
    loads[meter].mean_runners = meters_[meter].total() / minutes / size;
    loads[meter].peak_runners = meters_[meter].peak() / size;
  }
  std::stable_sort(loads.begin(), loads.end(), [](const auto& left, const auto& right) {
    return left.calls != right.calls ? left.calls > right.calls : left.tenant < right.tenant;
  });
  statistics.loads = std::move(loads);
}

TraceStatistics Gatherer::finish(core::MemoryMib runner) {
  if (!head_.functions.empty()) {
    function(static_cast<std::uint32_t>(head_.functions.size() - 1));
  }
  TraceStatistics statistics;
  std::set<std::pair<std::string, std::string>> apps;
  for (std::size_t number = 0; number < functions_.size(); ++number) {
    const core::TraceFunction& of = head_.functions[number];
    statistics.calls += functions_[number].calls;
    apps.emplace(of.tenant, of.app);
    KindShare& kind = statistics.triggers[of.trigger.empty() ? "not known" : of.trigger];
    ++kind.functions;
    kind.calls += functions_[number].calls;
  }
  statistics.counted_calls = counted_;
  statistics.tenants = meters_.size();
  statistics.apps = apps.size();
  tell_rate(statistics);
  if (!functions_.empty()) {
    tell_shares(statistics);
  }
  tell_loads(statistics, runner);
  statistics.gaps = spread_of(gaps_, call_gaps_);
  std::vector<Weighted> drawn;
  add_drawn(drawn);
  statistics.durations = spread_of(std::move(drawn), runs_);
  return statistics;
}

}  // namespace

core::Result<TraceStatistics> gather(TraceReader& reader, core::MemoryMib runner) {
  Gatherer gatherer(reader);
  core::TraceMinute minute;
  while (true) {
    const core::Result<bool> more = reader.next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return gatherer.finish(runner);
    }
    gatherer.take(minute);
  }
}

}  // namespace fn::sim
