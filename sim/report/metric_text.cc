// SPDX-License-Identifier: Apache-2.0

#include "sim/report/metric_text.h"

#include <array>
#include <cstdint>
#include <utility>

#include "core/base/assert.h"
#include "core/facts/fact_names.h"
#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr std::uint64_t kBytesPerMib = 1U << 20U;
constexpr std::size_t kPiece = std::size_t{1} << 16;

// A family of counters or gauges: one series per group, or one per group and value of `label`.
struct Family {
  std::string_view name;  // a counter's without "_total"
  std::string_view type;
  std::string_view unit;  // empty: none
  std::string_view help;
  std::string_view label = {};  // beside lb_group; empty: none
  std::size_t values = 1;       // of the label
  std::string_view (*value_name)(std::size_t value) = nullptr;
  std::uint64_t (*read)(const MetricSample& sample, std::size_t value) = nullptr;
  // Series that stayed at zero to the end are left out.
  bool sparse = false;
};

template <auto Member>
std::uint64_t plain(const MetricSample& sample, std::size_t /*value*/) {
  return sample.*Member;
}

template <auto Member>
std::uint64_t in_bytes(const MetricSample& sample, std::size_t /*value*/) {
  return sample.*Member * kBytesPerMib;
}

template <auto Member>
std::uint64_t of_many(const MetricSample& sample, std::size_t value) {
  return (sample.*Member)[value];
}

std::string_view outcome_name(std::size_t value) {
  return core::name_of(static_cast<core::CallOutcome>(value));
}

std::string_view reason_name(std::size_t value) {
  return core::name_of(static_cast<core::RefusalReason>(value));
}

constexpr std::array<std::pair<std::string_view, std::uint32_t RunnerCounts::*>, 4> kStates = {{
    {"requested", &RunnerCounts::requested},
    {"booting", &RunnerCounts::booting},
    {"active", &RunnerCounts::active},
    {"draining", &RunnerCounts::draining},
}};

using S = MetricSample;

constexpr Family counter(std::string_view name,
                         std::string_view help,
                         std::uint64_t (*read)(const S&, std::size_t)) {
  return Family{.name = name, .type = "counter", .unit = "", .help = help, .read = read};
}

constexpr Family gauge(std::string_view name,
                       std::string_view unit,
                       std::string_view help,
                       std::uint64_t (*read)(const S&, std::size_t)) {
  return Family{.name = name, .type = "gauge", .unit = unit, .help = help, .read = read};
}

constexpr std::array kFamilies = {
    counter("fn_calls_arrived", "Calls that arrived at the load balancers.", plain<&S::arrived>),
    Family{.name = "fn_calls",
           .type = "counter",
           .unit = "",
           .help = "Calls that ended, by outcome.",
           .label = "outcome",
           .values = kCallOutcomes,
           .value_name = outcome_name,
           .read = of_many<&S::outcomes>},
    Family{.name = "fn_calls_lost",
           .type = "counter",
           .unit = "",
           .help = "Calls that were not completed, by reason.",
           .label = "reason",
           .values = kRefusalReasons,
           .value_name = reason_name,
           .read = of_many<&S::reasons>,
           .sparse = true},
    counter(
        "fn_cold_starts", "Functions that started in a fresh container.", plain<&S::cold_starts>),
    counter("fn_lb_retries", "Efforts for a call beyond the first.", plain<&S::retries>),
    counter("fn_lb_overtakes",
            "Calls that went past a refused head of the queue.",
            plain<&S::overtakes>),
    gauge("fn_lb_waiting_calls", "", "Calls that wait for a runner.", plain<&S::waiting>),
    gauge("fn_npm_demand_bytes",
          "bytes",
          "Memory that waiting and running calls need.",
          in_bytes<&S::demand_mib>),
    gauge("fn_npm_capacity_bytes",
          "bytes",
          "Memory of the active runners.",
          in_bytes<&S::capacity_mib>),
    Family{.name = "fn_npm_runners",
           .type = "gauge",
           .unit = "",
           .help = "Runners, by state.",
           .label = "state",
           .values = kStates.size(),
           .value_name = [](std::size_t value) { return kStates[value].first; },
           .read = [](const S& sample, std::size_t value) -> std::uint64_t {
             return sample.runners.*kStates[value].second;
           }},
    counter("fn_npm_scale_ups", "Runners asked for.", plain<&S::scale_ups>),
    counter("fn_npm_scale_downs",
            "Runners given up: drained, or their order cancelled.",
            plain<&S::scale_downs>),
    counter("fn_npm_direction_changes",
            "Changes between growing and shrinking.",
            plain<&S::direction_changes>),
    counter("fn_npm_drains_cut",
            "Calls cut off when a drain reached its deadline.",
            plain<&S::drains_cut>),
    gauge("fn_runner_containers",
          "",
          "Containers that exist, starting ones included.",
          plain<&S::containers>),
    gauge("fn_runner_container_memory_bytes",
          "bytes",
          "Memory that containers hold, idle ones included.",
          in_bytes<&S::held_mib>),
    gauge("fn_runner_idle_memory_bytes",
          "bytes",
          "Memory of containers that are up and run no call.",
          in_bytes<&S::idle_mib>),
};

struct HistogramFamily {
  std::string_view name;
  std::string_view help;
  MetricHistogram MetricSample::*member = nullptr;
};

constexpr std::array kHistograms = {
    HistogramFamily{"fn_call_wait_seconds",
                    "Arrival until the function starts, of every function that started.",
                    &S::wait},
    HistogramFamily{
        "fn_call_duration_seconds", "Arrival until the answer, of completed calls.", &S::duration},
};

constexpr std::array<std::string_view, MetricHistogram::kBounds.size() + 1> kBoundTexts = {
    "0.001", "0.01", "0.05", "0.1", "0.25", "0.5", "1.0", "10.0", "60.0", "120.0", "+Inf"};

std::string escaped(std::string_view text) {
  std::string out;
  for (const char byte : text) {
    if (byte == '\n') {
      out += "\\n";
      continue;
    }
    out += byte == '\\' || byte == '"' ? "\\" : "";
    out += byte;
  }
  return out;
}

// Text on its way out; the first failure stays.
class Pieces {
 public:
  Pieces(const MetricSeries& series, const std::function<core::Status(std::string_view)>& write)
      : series_(series), write_(write) {
    for (const std::string& group : series.groups) {
      labels_.push_back("{lb_group=\"" + escaped(group) + "\"");
    }
  }

  void add(const Family& family) {
    head(family.name, family.type, family.unit, family.help);
    for (std::size_t group = 0; group < labels_.size(); ++group) {
      for (std::size_t value = 0; value < family.values; ++value) {
        add_series(family, group, value);
      }
    }
  }

  void add(const HistogramFamily& family) {
    head(family.name, "histogram", "seconds", family.help);
    for (std::size_t group = 0; group < labels_.size(); ++group) {
      for (std::size_t minute = 0; minute < minutes(); ++minute) {
        add_point(family, group, minute);
      }
    }
  }

  core::Status end() {
    text_ += "# EOF\n";
    flush();
    return status_;
  }

 private:
  [[nodiscard]] std::size_t minutes() const {
    return labels_.empty() ? 0 : series_.samples.size() / labels_.size();
  }

  [[nodiscard]] const MetricSample& at(std::size_t group, std::size_t minute) const {
    return series_.samples[minute * labels_.size() + group];
  }

  void head(std::string_view name,
            std::string_view type,
            std::string_view unit,
            std::string_view help) {
    for (const auto& [word, said] : {std::pair{"TYPE", type}, {"UNIT", unit}, {"HELP", help}}) {
      if (!said.empty()) {
        text_ +=
            "# " + std::string(word) + " " + std::string(name) + " " + std::string(said) + "\n";
      }
    }
  }

  void add_series(const Family& family, std::size_t group, std::size_t value) {
    if (family.sparse && minutes() > 0 && family.read(at(group, minutes() - 1), value) == 0) {
      return;
    }
    std::string name(family.name);
    name += family.type == "counter" ? "_total" : "";
    name += labels_[group];
    if (!family.label.empty()) {
      name +=
          "," + std::string(family.label) + "=\"" + std::string(family.value_name(value)) + "\"";
    }
    name += "} ";
    for (std::size_t minute = 0; minute < minutes(); ++minute) {
      text_ += name;
      append_integer(text_, family.read(at(group, minute), value));
      stamp(minute);
    }
  }

  void add_point(const HistogramFamily& family, std::size_t group, std::size_t minute) {
    const MetricHistogram& histogram = at(group, minute).*family.member;
    const std::string& labels = labels_[group];
    std::uint64_t below = 0;
    for (std::size_t bucket = 0; bucket < kBoundTexts.size(); ++bucket) {
      below += histogram.buckets[bucket];
      ((text_ += family.name) += "_bucket") += labels;
      ((text_ += ",le=\"") += kBoundTexts[bucket]) += "\"} ";
      append_integer(text_, below);
      stamp(minute);
    }
    (((text_ += family.name) += "_count") += labels) += "} ";
    append_integer(text_, below);
    stamp(minute);
    (((text_ += family.name) += "_sum") += labels) += "} ";
    constexpr double kNanosecondsPerSecond = 1e9;
    append_fixed(text_, static_cast<double>(histogram.sum_ns) / kNanosecondsPerSecond, 6);
    stamp(minute);
  }

  void stamp(std::size_t minute) {
    text_ += ' ';
    append_integer(text_, (minute + 1) * std::uint64_t{60});
    text_ += '\n';
    if (text_.size() >= kPiece) {
      flush();
    }
  }

  void flush() {
    if (status_) {
      status_ = write_(text_);
    }
    text_.clear();
  }

  const MetricSeries& series_;
  const std::function<core::Status(std::string_view)>& write_;
  std::vector<std::string> labels_;  // by group, still open
  std::string text_;
  core::Status status_;
};

}  // namespace

core::Status write_metrics(const MetricSeries& series,
                           const std::function<core::Status(std::string_view)>& write) {
  FN_ASSERT(series.groups.empty() || series.samples.size() % series.groups.size() == 0);
  Pieces pieces(series, write);
  for (const Family& family : kFamilies) {
    pieces.add(family);
  }
  for (const HistogramFamily& family : kHistograms) {
    pieces.add(family);
  }
  return pieces.end();
}

}  // namespace fn::sim
