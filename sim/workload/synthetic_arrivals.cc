// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/synthetic_arrivals.h"

#include <algorithm>
#include <string>

namespace fn::sim {

namespace {

bool before(const Arrival& left, const Arrival& right) {
  return left.at != right.at ? left.at < right.at : left.function < right.function;
}

}  // namespace

core::Duration draw_run(const DurationShape& shape, double unit) {
  double ns = 0;
  switch (shape.kind) {
    case DurationKind::kExponential:
      ns = exponential_quantile(unit, static_cast<double>(shape.mean.count()));
      break;
    case DurationKind::kLognormal:
      ns = static_cast<double>(shape.median.count()) *
           natural_exp(shape.sigma * normal_quantile(unit));
      break;
    case DurationKind::kConstant:
      return std::clamp(shape.mean, shape.shortest, shape.longest);
  }
  if (ns >= static_cast<double>(shape.longest.count())) {
    return shape.longest;
  }
  return std::max(shape.shortest, core::Duration(static_cast<std::int64_t>(ns)));
}

core::Duration first_run(const DurationShape& shape, core::Duration run) {
  const double scaled = static_cast<double>(run.count()) * shape.first_run_scale;
  return core::Duration(static_cast<std::int64_t>(scaled)) + shape.first_run_extra;
}

std::string function_id(const FunctionFamily& family, std::uint32_t index) {
  return family.count == 1 ? family.name : family.name + "-" + std::to_string(index);
}

SyntheticArrivals::SyntheticArrivals(const std::vector<FunctionFamily>& families,
                                     core::Instant until,
                                     std::uint64_t calls,
                                     const core::Rng& streams)
    : end_(until), calls_left_(calls) {
  const core::Rng durations = streams.fork("workload/durations");
  double peak = 0;
  for (const FunctionFamily& family : families) {
    const auto first = static_cast<std::uint32_t>(functions_.size());
    const auto number = static_cast<std::uint32_t>(families_.size());
    for (std::uint32_t index = 0; index < family.count; ++index) {
      functions_.push_back({durations.fork(function_id(family, index)).next(), number, 0});
    }
    Family state{first,
                 family.count,
                 ArrivalClock(family.arrivals, streams.fork("workload/arrivals/" + family.name)),
                 streams.fork("workload/choice/" + family.name),
                 std::nullopt,
                 family.durations,
                 core::Instant{}};
    if (family.count > 1 && family.zipf > 0) {
      state.popularity = AliasTable::zipf(family.count, family.zipf);
    }
    advance(state);
    families_.push_back(std::move(state));
    peak += peak_rate(family.arrivals);
  }
  // However far fill() is asked to go, only so many calls are drawn before they are sorted.
  constexpr double kCallsPerSlice = 100'000;
  const double slice_s = std::clamp(kCallsPerSlice / std::max(peak, 1e-9), 1e-3, 1e6);
  slice_ = core::Duration(static_cast<std::int64_t>(slice_s * 1e9));
}

void SyntheticArrivals::advance(Family& family) {
  family.next_at = family.clock.next();
  if (family.next_at >= end_) {
    family.next_at = core::kNever;
  }
}

core::Instant SyntheticArrivals::earliest() const {
  core::Instant earliest = core::kNever;
  for (const Family& family : families_) {
    earliest = std::min(earliest, family.next_at);
  }
  return earliest;
}

bool SyntheticArrivals::exhausted() const {
  return calls_left_ == 0 || earliest() == core::kNever;
}

void SyntheticArrivals::fill(core::Instant until, std::vector<Arrival>& out) {
  while (calls_left_ > 0) {
    const core::Instant next = earliest();
    if (next >= until) {
      return;
    }
    draw_slice(std::min(until, core::later(next, slice_)), out);
  }
}

void SyntheticArrivals::draw_slice(core::Instant until, std::vector<Arrival>& out) {
  const std::size_t begin = out.size();
  for (Family& family : families_) {
    // The first calls_left_ of each family hold the first of all.
    const std::size_t family_begin = out.size();
    while (family.next_at < until && out.size() - family_begin < calls_left_) {
      std::uint32_t chosen = 0;
      if (family.popularity) {
        chosen = family.popularity->draw(family.choice);
      } else if (family.count > 1) {
        chosen = static_cast<std::uint32_t>(family.choice.below(family.count));
      }
      Arrival& arrival = out.emplace_back();
      arrival.at = family.next_at;
      arrival.function = core::FunctionHandle{family.first_function + chosen};
      advance(family);
    }
  }
  const auto first = out.begin() + static_cast<std::ptrdiff_t>(begin);
  if (!std::is_sorted(first, out.end(), before)) {
    // Calls of one function at one time are alike until they are numbered below.
    std::sort(first, out.end(), before);
  }
  if (out.size() - begin > calls_left_) {
    out.resize(begin + calls_left_);
  }
  calls_left_ -= out.size() - begin;
  for (std::size_t index = begin; index < out.size(); ++index) {
    complete(out[index]);
  }
}

void SyntheticArrivals::complete(Arrival& arrival) {
  Function& function = functions_[arrival.function.value];
  const DurationShape& shape = families_[function.family].durations;
  arrival.index = function.next_index++;
  arrival.run = draw_run(shape, open_unit(draw_at(function.duration_key, arrival.index)));
  arrival.first_run = first_run(shape, arrival.run);
}

}  // namespace fn::sim
