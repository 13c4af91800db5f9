// SPDX-License-Identifier: Apache-2.0

#include "sim/report/metric_text.h"

#include <array>
#include <cstdint>
#include <utility>

#include "core/base/assert.h"
#include "core/facts/fact_names.h"
#include "core/facts/metric_names.h"
#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr std::uint64_t kBytesPerMib = 1U << 20U;
constexpr std::size_t kPiece = std::size_t{1} << 16;

// A family of counters or gauges: one series per group, or one per group and value of its label.
struct Family {
  core::MetricFamily about;
  std::uint64_t (*read)(const MetricSample& sample, std::size_t value) = nullptr;
  std::size_t values = 1;  // of the label
  std::string_view (*value_name)(std::size_t value) = nullptr;
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

std::string_view state_name(std::size_t value) {
  return core::metric::kRunnerStates[value];
}

// In the order of their names.
constexpr std::array kStates = {&RunnerCounts::requested,
                                &RunnerCounts::booting,
                                &RunnerCounts::active,
                                &RunnerCounts::draining};

std::uint64_t of_state(const MetricSample& sample, std::size_t value) {
  return sample.runners.*kStates[value];
}

using S = MetricSample;
namespace metric = core::metric;

constexpr std::array kFamilies = {
    Family{metric::kCallsArrived, plain<&S::arrived>},
    Family{metric::kCalls, of_many<&S::outcomes>, kCallOutcomes, outcome_name},
    Family{metric::kCallsLost, of_many<&S::reasons>, kRefusalReasons, reason_name, true},
    Family{metric::kColdStarts, plain<&S::cold_starts>},
    Family{metric::kLbRetries, plain<&S::retries>},
    Family{metric::kLbOvertakes, plain<&S::overtakes>},
    Family{metric::kLbWaitingCalls, plain<&S::waiting>},
    Family{metric::kNpmDemandBytes, in_bytes<&S::demand_mib>},
    Family{metric::kNpmCapacityBytes, in_bytes<&S::capacity_mib>},
    Family{metric::kNpmRunners, of_state, kStates.size(), state_name},
    Family{metric::kNpmScaleUps, plain<&S::scale_ups>},
    Family{metric::kNpmScaleDowns, plain<&S::scale_downs>},
    Family{metric::kNpmDirectionChanges, plain<&S::direction_changes>},
    Family{metric::kNpmDrainsCut, plain<&S::drains_cut>},
    Family{metric::kRunnerContainers, plain<&S::containers>},
    Family{metric::kRunnerContainerMemory, in_bytes<&S::held_mib>},
    Family{metric::kRunnerIdleMemory, in_bytes<&S::idle_mib>},
};

struct HistogramFamily {
  core::MetricFamily about;
  MetricHistogram MetricSample::*member = nullptr;
};

constexpr std::array kHistograms = {
    HistogramFamily{metric::kCallWait, &S::wait},
    HistogramFamily{metric::kCallDuration, &S::duration},
};

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
      labels_.push_back("{" + std::string(core::kGroupLabel) + "=\"" + escaped(group) + "\"");
    }
  }

  void add(const Family& family) {
    head(family.about);
    for (std::size_t group = 0; group < labels_.size(); ++group) {
      for (std::size_t value = 0; value < family.values; ++value) {
        add_series(family, group, value);
      }
    }
  }

  void add(const HistogramFamily& family) {
    head(family.about);
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

  void head(const core::MetricFamily& family) {
    const std::string_view type = core::name_of(family.type);
    for (const auto& [word, said] :
         {std::pair{"TYPE", type}, {"UNIT", family.unit}, {"HELP", family.help}}) {
      if (!said.empty()) {
        text_ += "# " + std::string(word) + " " + std::string(family.name) + " " +
                 std::string(said) + "\n";
      }
    }
  }

  void add_series(const Family& family, std::size_t group, std::size_t value) {
    if (family.sparse && minutes() > 0 && family.read(at(group, minutes() - 1), value) == 0) {
      return;
    }
    std::string name(family.about.name);
    name += family.about.type == core::MetricType::kCounter ? "_total" : "";
    name += labels_[group];
    if (!family.about.label.empty()) {
      name += "," + std::string(family.about.label) + "=\"" +
              std::string(family.value_name(value)) + "\"";
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
    for (std::size_t bucket = 0; bucket < metric::kBoundTexts.size(); ++bucket) {
      below += histogram.buckets[bucket];
      ((text_ += family.about.name) += "_bucket") += labels;
      ((text_ += ",le=\"") += metric::kBoundTexts[bucket]) += "\"} ";
      append_integer(text_, below);
      stamp(minute);
    }
    (((text_ += family.about.name) += "_count") += labels) += "} ";
    append_integer(text_, below);
    stamp(minute);
    (((text_ += family.about.name) += "_sum") += labels) += "} ";
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
