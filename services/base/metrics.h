// SPDX-License-Identifier: Apache-2.0
//
// Metrics: counters, gauges and histograms that any thread counts into without a lock, and their
// text for Prometheus. A series is asked for once, by its family and the values of its labels, and
// then kept by who counts; asking takes a lock.
//
// A family has at most kSeriesMax series. Further ones are counted together, in a series whose
// first label, the one without bound, is "other".

#pragma once

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/time.h"
#include "core/facts/metric_names.h"

namespace fn::services {

class Counter {
 public:
  void add(std::uint64_t count = 1) { value_.fetch_add(count, std::memory_order_relaxed); }

  [[nodiscard]] std::uint64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::uint64_t> value_{0};
};

class Gauge {
 public:
  void set(std::int64_t value) { value_.store(value, std::memory_order_relaxed); }

  void add(std::int64_t change) { value_.fetch_add(change, std::memory_order_relaxed); }

  [[nodiscard]] std::int64_t value() const { return value_.load(std::memory_order_relaxed); }

 private:
  std::atomic<std::int64_t> value_{0};
};

// Of times, in the buckets of core::metric::kBounds.
class Histogram {
 public:
  void add(core::Duration value) {
    buckets_[core::metric::bucket_of(value)].fetch_add(1, std::memory_order_relaxed);
    sum_ns_.fetch_add(value.count(), std::memory_order_relaxed);
  }

  // Values in this bucket only, not those below.
  [[nodiscard]] std::uint64_t bucket(std::size_t index) const {
    return buckets_[index].load(std::memory_order_relaxed);
  }

  [[nodiscard]] core::Duration sum() const {
    return core::Duration(sum_ns_.load(std::memory_order_relaxed));
  }

 private:
  std::array<std::atomic<std::uint64_t>, core::metric::kBoundTexts.size()> buckets_{};
  std::atomic<std::int64_t> sum_ns_{0};
};

// Name and value of each label.
using Labels = std::vector<std::pair<std::string_view, std::string>>;

class Metrics {
 public:
  static constexpr std::size_t kSeriesMax = 1'000;

  Metrics();
  ~Metrics();
  Metrics(const Metrics&) = delete;
  Metrics& operator=(const Metrics&) = delete;

  // The series, new or known; it lives as long as this. From any thread. REQUIRES: the family has
  // that type, and the same label names each time.
  Counter& counter(const core::MetricFamily& family, const Labels& labels);
  Gauge& gauge(const core::MetricFamily& family, const Labels& labels);
  Histogram& histogram(const core::MetricFamily& family, const Labels& labels);

  // A counter or gauge whose value is asked for with each text, on the thread that asks for it.
  void ask(const core::MetricFamily& family, const Labels& labels, std::function<double()> value);

  // All of it, in the order in which families came: the answer to /metrics. From any thread.
  [[nodiscard]] std::string text() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// Of the text.
inline constexpr std::string_view kMetricsContentType = "text/plain; version=0.0.4; charset=utf-8";

}  // namespace fn::services
