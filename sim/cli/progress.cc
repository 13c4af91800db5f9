// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/progress.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace fn::sim {

namespace {

constexpr double kBarPause = 0.1;
constexpr double kLinePause = 10;
constexpr std::string_view kClearLine = "\r\x1b[K";

// The share of the run that is done, from 0 to 1; 0 while the end is not known.
double share_done(const Progress& progress) {
  const std::int64_t end = core::to_ns(progress.end);
  if (end <= 0 || progress.end == core::kNever) {
    return 0;
  }
  const double share =
      static_cast<double>(core::to_ns(progress.simulated)) / static_cast<double>(end);
  return std::clamp(share, 0.0, 1.0);
}

std::string rate_text(double per_second) {
  constexpr double kMillion = 1e6;
  constexpr double kThousand = 1e3;
  std::array<char, 48> text{};
  if (per_second >= kMillion) {
    std::snprintf(text.data(), text.size(), "%.2f M calls/s", per_second / kMillion);
  } else {
    std::snprintf(text.data(), text.size(), "%.0f k calls/s", per_second / kThousand);
  }
  return text.data();
}

std::string bar(double share) {
  constexpr std::size_t kWidth = 24;
  const auto full = static_cast<std::size_t>(share * static_cast<double>(kWidth));
  return "[" + std::string(full, '#') + std::string(kWidth - full, '.') + "] ";
}

std::string left_text(double share, double elapsed) {
  constexpr double kWorthSaying = 0.01;
  if (share < kWorthSaying) {
    return "";
  }
  const double left = elapsed * (1 - share) / share;
  return ", " + std::to_string(static_cast<std::int64_t>(left + 1)) + " s left";
}

}  // namespace

std::string clock_text(core::Duration duration) {
  constexpr std::int64_t kMinute = 60;
  const std::int64_t seconds = duration / std::chrono::seconds(1);
  std::array<char, 48> text{};
  std::snprintf(text.data(),
                text.size(),
                "%02lld:%02lld:%02lld",
                static_cast<long long>(seconds / kMinute / kMinute),
                static_cast<long long>(seconds / kMinute % kMinute),
                static_cast<long long>(seconds % kMinute));
  return text.data();
}

ProgressPrinter::ProgressPrinter(const Console& console, bool quiet, Clock clock)
    : console_(console),
      quiet_(quiet),
      clock_(std::move(clock)),
      started_(clock_()),
      shown_(started_) {}

ProgressPrinter::~ProgressPrinter() {
  if (bar_stands_) {
    console_.err << kClearLine << std::flush;
  }
}

void ProgressPrinter::update(const Progress& progress) {
  if (quiet_) {
    return;
  }
  const double now = clock_();
  if (now - shown_ < (console_.animated ? kBarPause : kLinePause)) {
    return;
  }
  shown_ = now;
  const std::string text = line(progress, now - started_);
  if (console_.animated) {
    console_.err << kClearLine << bar(share_done(progress)) << text << std::flush;
    bar_stands_ = true;
  } else {
    say(console_, text);
  }
}

std::string ProgressPrinter::line(const Progress& progress, double elapsed) const {
  const double share = share_done(progress);
  std::string text = "simulated " + clock_text(progress.simulated.time_since_epoch());
  if (share > 0) {
    text += " of " + clock_text(progress.end.time_since_epoch());
  }
  text += ", " + grouped(progress.calls) + " calls";
  text += ", " + rate_text(elapsed > 0 ? static_cast<double>(progress.calls) / elapsed : 0);
  return text + left_text(share, elapsed);
}

ProgressPrinter::Clock steady_seconds() {
  return [] {
    const auto now = std::chrono::steady_clock::now().time_since_epoch();
    return std::chrono::duration<double>(now).count();
  };
}

}  // namespace fn::sim
