// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/synthetic_check.h"

#include <array>
#include <cstdio>
#include <set>
#include <utility>

#include "sim/workload/rate_curve.h"
#include "sim/workload/synthetic_arrivals.h"

namespace fn::sim {

namespace {

constexpr double kMostPerS = 200'000;
constexpr double kLongestS = 10.0 * 365 * 24 * 3600;
constexpr std::uint64_t kMostFunctions = 1'000'000;
constexpr std::uint64_t kMostCalls = 1'000'000'000'000;
constexpr std::int64_t kMostMib = std::int64_t{16} * 1024 * 1024;
constexpr double kNsPerS = 1e9;

std::string text_of(double value) {
  std::array<char, 32> text{};
  const int size = std::snprintf(text.data(), text.size(), "%.10g", value);
  return {text.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
}

double seconds(core::Duration duration) {
  return static_cast<double>(duration.count()) / kNsPerS;
}

// Keeps the first complaint; later checks then do nothing.
class Checker {
 public:
  void enter(std::string place) { place_ = std::move(place); }

  void within(const char* key, double value, double low, double high) {
    // A NaN is within nothing.
    if (!(value >= low && value <= high)) {
      complain(key, "a number from " + text_of(low) + " to " + text_of(high), text_of(value));
    }
  }

  void within(const char* key, core::Duration value, double low_s, double high_s) {
    within(key, seconds(value), low_s, high_s);
  }

  void require(const char* key, bool holds, const char* expected, const std::string& found) {
    if (!holds) {
      complain(key, expected, found);
    }
  }

  void name(const char* key, const std::string& value) {
    if (value.empty() || value.size() > 256 || value.find('\n') != std::string::npos) {
      complain(
          key, "a name of 1 to 256 bytes on one line", std::to_string(value.size()) + " bytes");
    }
  }

  void unique(std::set<std::string>& names, const char* key, const std::string& value) {
    if (!names.insert(value).second) {
      complain(key, "each name once", "'" + value + "' again");
    }
  }

  [[nodiscard]] core::Status status() const {
    if (first_.empty()) {
      return {};
    }
    return core::fail(core::ErrorCode::kInvalidArgument, first_);
  }

  [[nodiscard]] bool failed() const { return !first_.empty(); }

 private:
  void complain(const char* key, const std::string& expected, const std::string& found) {
    if (first_.empty()) {
      first_ = place_ + "." + key + ": expected " + expected + ", found " + found;
    }
  }

  std::string place_;
  std::string first_;
};

void check_arrivals(Checker& check, const ArrivalShape& shape) {
  check.within("rate_per_s", shape.rate_per_s, 0, kMostPerS);
  check.within("start_s", shape.start, 0, kLongestS);
  switch (shape.process) {
    case ArrivalProcess::kPoisson:
    case ArrivalProcess::kConstant:
      break;
    case ArrivalProcess::kStep:
      check.within("step_at_s", shape.step_at, 0, kLongestS);
      check.within("step_rate_per_s", shape.step_rate_per_s, 0, kMostPerS);
      check.require("step_at_s",
                    shape.step_at > core::Duration::zero(),
                    "a time above 0 at which the rate steps",
                    "0");
      break;
    case ArrivalProcess::kSine:
      check.within("sine_period_s", shape.sine_period, 1, kLongestS);
      check.within("sine_peak_to_trough", shape.sine_peak_to_trough, 1, 1e6);
      check.within("sine_phase", shape.sine_phase, 0, 1);
      break;
    case ArrivalProcess::kBurst:
      check.within("burst_at_s", shape.burst_at, 0, kLongestS);
      check.within("burst_length_s", shape.burst_length, 1e-3, kLongestS);
      check.within("burst_every_s", shape.burst_every, 0, kLongestS);
      check.within("burst_rate_per_s", shape.burst_rate_per_s, 0, kMostPerS);
      check.require(
          "burst_every_s",
          shape.burst_every == core::Duration::zero() || shape.burst_every >= shape.burst_length,
          "0 (one burst) or at least burst_length_s",
          text_of(seconds(shape.burst_every)));
      check.require("burst_rate_per_s",
                    shape.burst_rate_per_s > 0,
                    "a rate above 0 during the burst",
                    text_of(shape.burst_rate_per_s));
      break;
  }
}

void check_durations(Checker& check, const DurationShape& shape) {
  check.within("duration_mean_s", shape.mean, 1e-6, kLongestS);
  check.within("duration_median_s", shape.median, 1e-6, kLongestS);
  check.within("duration_sigma", shape.sigma, 0, 10);
  check.within("duration_shortest_s", shape.shortest, 1e-9, kLongestS);
  check.within("duration_longest_s", shape.longest, seconds(shape.shortest), kLongestS);
  check.within("first_run_scale", shape.first_run_scale, 1, 1e3);
  check.require(
      "first_run_scale",
      seconds(shape.longest) * shape.first_run_scale <= kLongestS,
      "a first run of less than ten years",
      text_of(shape.first_run_scale) + " times " + text_of(seconds(shape.longest)) + " s");
  check.within("first_run_extra_s", shape.first_run_extra, 0, kLongestS);
}

void check_memory(Checker& check, const MemoryShape& shape) {
  const auto mib = [](core::MemoryMib memory) {
    return static_cast<double>(memory.value);
  };
  check.require("memory_mib", !shape.choices.empty(), "at least one amount", "none");
  for (const core::MemoryMib choice : shape.choices) {
    check.within("memory_mib", mib(choice), 1, static_cast<double>(kMostMib));
  }
  check.within("memory_most_mib", mib(shape.most), 1, static_cast<double>(kMostMib));
  check.within("memory_burr_c", shape.burr_c, 0.01, 1e3);
  check.within("memory_burr_k", shape.burr_k, 0.01, 1e3);
  check.within("memory_burr_scale_mib", shape.burr_scale_mib, 0.01, 1e6);
}

// Returns the family's highest rate.
double check_family(Checker& check, const FunctionFamily& family) {
  check.name("name", family.name);
  check.within("count", family.count, 1, static_cast<double>(kMostFunctions));
  check.within("zipf", family.zipf, 0, 10);
  check_arrivals(check, family.arrivals);
  check_durations(check, family.durations);
  check_memory(check, family.memory);
  check.within("cpu_milli", static_cast<double>(family.cpu.value), 0, 1e9);
  check.within("timeout_s", family.timeout, 0, kLongestS);
  return check.failed() ? 0 : peak_rate(family.arrivals);
}

}  // namespace

core::Status check_synthetic(const SyntheticConfig& config) {
  Checker check;
  check.enter("workload");
  check.require("groups", !config.groups.empty(), "at least one [[workload.groups]]", "none");
  check.within("duration_s", config.duration, 0, kLongestS);
  check.within("calls", static_cast<double>(config.calls), 0, static_cast<double>(kMostCalls));
  check.require("duration_s",
                config.duration > core::Duration::zero() || config.calls > 0,
                "a bound: duration_s or calls",
                "neither");
  std::set<std::string> groups;
  double peak = 0;
  std::uint64_t functions = 0;
  for (std::size_t number = 0; number < config.groups.size(); ++number) {
    const SyntheticGroup& group = config.groups[number];
    const std::string place = "workload.groups[" + std::to_string(number) + "]";
    check.enter(place);
    check.name("name", group.name);
    check.unique(groups, "name", group.name);
    check.require(
        "functions", !group.families.empty(), "at least one [[workload.groups.functions]]", "none");
    check.require("name", group.name != "total", "another name than that of the sum", "'total'");
    std::set<std::string> ids;
    for (std::size_t index = 0; index < group.families.size(); ++index) {
      const FunctionFamily& family = group.families[index];
      check.enter(place + ".functions[" + std::to_string(index) + "]");
      peak += check_family(check, family);
      functions += family.count;
      check.within("count", static_cast<double>(functions), 1, static_cast<double>(kMostFunctions));
      if (check.failed()) {
        return check.status();
      }
      for (std::uint32_t one = 0; one < family.count; ++one) {
        check.unique(ids, "name", function_id(family, one));
      }
      check.within("rate_per_s, summed over the workload", peak, 0, kMostPerS);
    }
  }
  return check.status();
}

}  // namespace fn::sim
