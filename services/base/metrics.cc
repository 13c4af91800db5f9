// SPDX-License-Identifier: Apache-2.0

#include "services/base/metrics.h"

#include <charconv>
#include <cmath>
#include <deque>
#include <map>
#include <mutex>
#include <variant>

#include "core/base/assert.h"

namespace fn::services {
namespace {

using core::MetricFamily;
using core::MetricType;
namespace metric = core::metric;

struct Series {
  std::string labels;  // `a="1",b="2"`
  std::variant<Counter, Gauge, Histogram, std::function<double()>> value;

  template <typename Kind>
  Series(std::string text, std::in_place_type_t<Kind> kind)
      : labels(std::move(text)), value(kind) {}
};

struct Family {
  explicit Family(const MetricFamily& what) : about(what) {}

  MetricFamily about;
  // Series do not move.
  std::deque<Series> series;
  std::map<std::string, Series*> index;
};

void append_escaped(std::string& out, std::string_view text) {
  for (const char byte : text) {
    if (byte == '\n') {
      out += "\\n";
      continue;
    }
    out += byte == '\\' || byte == '"' ? "\\" : "";
    out += byte;
  }
}

std::string labels_text(const Labels& labels, bool other) {
  constexpr std::string_view kOther = "other";
  std::string text;
  for (std::size_t place = 0; place < labels.size(); ++place) {
    ((text += place == 0 ? "" : ",") += labels[place].first) += "=\"";
    append_escaped(text, other && place == 0 ? kOther : std::string_view(labels[place].second));
    text += '"';
  }
  return text;
}

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_name(std::string& out, const Family& family, std::string_view ending) {
  (out += family.about.name) += family.about.type == MetricType::kCounter ? "_total" : ending;
}

template <typename Number>
void append_sample(std::string& out, const Family& family, const Series& series, Number number) {
  append_name(out, family, "");
  if (!series.labels.empty()) {
    ((out += '{') += series.labels) += '}';
  }
  out += ' ';
  append_number(out, number);
  out += '\n';
}

void append_histogram(std::string& out, const Family& family, const Series& series) {
  const auto& histogram = std::get<Histogram>(series.value);
  std::uint64_t below = 0;
  for (std::size_t bucket = 0; bucket < metric::kBoundTexts.size(); ++bucket) {
    below += histogram.bucket(bucket);
    append_name(out, family, "_bucket");
    ((out += '{') += series.labels) += series.labels.empty() ? "le=\"" : ",le=\"";
    (out += metric::kBoundTexts[bucket]) += "\"} ";
    append_number(out, below);
    out += '\n';
  }
  const std::string labels = series.labels.empty() ? " " : "{" + series.labels + "} ";
  append_name(out, family, "_sum");
  out += labels;
  append_number(out, std::chrono::duration<double>(histogram.sum()).count());
  out += '\n';
  append_name(out, family, "_count");
  out += labels;
  append_number(out, below);
  out += '\n';
}

void append_series(std::string& out, const Family& family, const Series& series) {
  if (const auto* counter = std::get_if<Counter>(&series.value)) {
    append_sample(out, family, series, counter->value());
  } else if (const auto* gauge = std::get_if<Gauge>(&series.value)) {
    append_sample(out, family, series, gauge->value());
  } else if (const auto* asked = std::get_if<std::function<double()>>(&series.value)) {
    append_sample(out, family, series, (*asked)());
  } else {
    append_histogram(out, family, series);
  }
}

}  // namespace

struct Metrics::State {
  Family& family(const MetricFamily& about) {
    for (Family& known : families) {
      if (known.about.name == about.name) {
        FN_ASSERT(known.about.type == about.type);
        return known;
      }
    }
    return families.emplace_back(about);
  }

  template <typename Kind>
  Kind& series(const MetricFamily& about, const Labels& labels) {
    const std::lock_guard lock(mutex);
    Family& of = family(about);
    std::string text = labels_text(labels, false);
    auto found = of.index.find(text);
    if (found == of.index.end() && of.series.size() >= kSeriesMax) {
      text = labels_text(labels, true);
      found = of.index.find(text);
    }
    if (found == of.index.end()) {
      Series& fresh = of.series.emplace_back(text, std::in_place_type<Kind>);
      found = of.index.emplace(std::move(text), &fresh).first;
    }
    Kind* kind = std::get_if<Kind>(&found->second->value);
    FN_ASSERT(kind != nullptr);
    return *kind;
  }

  mutable std::mutex mutex;
  std::deque<Family> families;
};

Metrics::Metrics() : state_(std::make_unique<State>()) {}

Metrics::~Metrics() = default;

Counter& Metrics::counter(const MetricFamily& family, const Labels& labels) {
  FN_ASSERT(family.type == MetricType::kCounter);
  return state_->series<Counter>(family, labels);
}

Gauge& Metrics::gauge(const MetricFamily& family, const Labels& labels) {
  FN_ASSERT(family.type == MetricType::kGauge);
  return state_->series<Gauge>(family, labels);
}

Histogram& Metrics::histogram(const MetricFamily& family, const Labels& labels) {
  FN_ASSERT(family.type == MetricType::kHistogram);
  return state_->series<Histogram>(family, labels);
}

void Metrics::ask(const MetricFamily& family, const Labels& labels, std::function<double()> value) {
  auto& asked = state_->series<std::function<double()>>(family, labels);
  const std::lock_guard lock(state_->mutex);
  asked = std::move(value);
}

std::string Metrics::text() const {
  const std::lock_guard lock(state_->mutex);
  std::string out;
  for (const Family& family : state_->families) {
    out += "# HELP ";
    append_name(out, family, "");
    ((out += ' ') += family.about.help) += "\n# TYPE ";
    append_name(out, family, "");
    ((out += ' ') += core::name_of(family.about.type)) += '\n';
    for (const Series& series : family.series) {
      append_series(out, family, series);
    }
  }
  return out;
}

}  // namespace fn::services
