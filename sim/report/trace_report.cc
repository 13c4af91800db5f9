// SPDX-License-Identifier: Apache-2.0

#include "sim/report/trace_report.h"

#include <algorithm>
#include <chrono>
#include <string_view>
#include <utility>
#include <vector>

#include "sim/report/readable.h"
#include "sim/report/text.h"
#include "sim/report/text_table.h"

namespace fn::sim {

namespace {

constexpr std::array<std::string_view, 5> kLargest = {"1", "10", "1 %", "5 %", "20 %"};
constexpr std::array<std::string_view, 7> kPercentiles = {
    "p1", "p25", "p50", "p75", "p90", "p99", "max"};

// Parts of the highest value, in eighths: blocks, or digits in ASCII; '.' for nothing.
std::string sparkline(const std::vector<std::uint64_t>& values, bool unicode) {
  constexpr std::array<std::string_view, 8> kBlocks = {"▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
  const std::uint64_t most = *std::max_element(values.begin(), values.end());
  std::string line;
  for (const std::uint64_t value : values) {
    if (value == 0) {
      line += '.';
      continue;
    }
    const auto eighth = static_cast<std::size_t>(
        std::min(7.0, 8.0 * static_cast<double>(value) / static_cast<double>(most)));
    line += unicode ? kBlocks[eighth] : std::string_view("12345678").substr(eighth, 1);
  }
  return line;
}

// A time of day (RFC 3339), cut to the second.
std::string date_text(std::int64_t unix_ns) {
  namespace chrono = std::chrono;
  const chrono::sys_seconds at{chrono::seconds(unix_ns / 1'000'000'000)};
  const auto days = chrono::floor<chrono::days>(at);
  const chrono::year_month_day date{days};
  const chrono::hh_mm_ss clock{at - days};
  const auto two = [](std::int64_t value) {
    return (value < 10 ? "0" : "") + std::to_string(value);
  };
  return std::to_string(static_cast<int>(date.year())) + "-" +
         two(static_cast<unsigned>(date.month())) + "-" + two(static_cast<unsigned>(date.day())) +
         "T" + two(clock.hours().count()) + ":" + two(clock.minutes().count()) + ":" +
         two(clock.seconds().count()) + "Z";
}

constexpr std::size_t kIndent = 11;

// The words in lines of at most 100 characters, all but the first indented.
std::string wrapped(std::string line, std::string_view words, std::size_t indent) {
  constexpr std::size_t kWidth = 100;
  std::string text;
  bool fresh = true;
  while (!words.empty()) {
    const std::size_t end = std::min(words.find(' '), words.size());
    if (!fresh && display_width(line) + 1 + display_width(words.substr(0, end)) > kWidth) {
      text += line + "\n";
      line.assign(indent, ' ');
      fresh = true;
    }
    line += fresh ? "" : " ";
    line += words.substr(0, end);
    fresh = false;
    words.remove_prefix(std::min(end + 1, words.size()));
  }
  return text + line + "\n";
}

std::string fact(std::string_view name, const std::string& value) {
  std::string line(name);
  line.resize(kIndent, ' ');
  return wrapped(std::move(line), value, kIndent);
}

std::string spread_text(const std::optional<Spread7>& spread) {
  if (!spread) {
    return "none";
  }
  std::string text;
  for (std::size_t index = 0; index < kPercentiles.size(); ++index) {
    text += index == 0 ? "" : ", ";
    text += std::string(kPercentiles[index]) + " " + readable_milliseconds(spread->ms[index]);
  }
  return text;
}

std::string overview(const core::TraceHead& head,
                     const TraceStatistics& statistics,
                     const TraceReportStyle& style) {
  std::string text;
  text += fact("calls", std::to_string(statistics.calls));
  text += fact("functions",
               std::to_string(head.functions.size()) + " of " + std::to_string(statistics.apps) +
                   " apps of " + std::to_string(statistics.tenants) + " tenants");
  const std::string begins = head.origin_unix_ns == 0
                                 ? "a zero of its own"
                                 : date_text(head.origin_unix_ns + head.begin_ns);
  text += fact("time", std::to_string(statistics.minutes) + " minutes from " + begins);
  const double mean = static_cast<double>(statistics.calls) /
                      static_cast<double>(std::max<std::uint64_t>(statistics.minutes, 1));
  text += fact("rate", sparkline(statistics.rate, style.unicode));
  text += fact("",
               readable_amount(mean) + " calls a minute on average, " +
                   std::to_string(statistics.busiest_minute) + " in the busiest");
  std::string shares;
  for (std::size_t index = 0; index < kLargest.size(); ++index) {
    shares += index == 0 ? "" : ", ";
    shares += std::string(kLargest[index]) + ": " +
              readable_share(statistics.largest_shares[index], 1) + " %";
  }
  text += fact("largest", "share of the calls, by number of functions: " + shares);
  text += fact("gaps", spread_text(statistics.gaps));
  text += fact("durations", spread_text(statistics.durations));
  std::string kinds;
  for (const auto& [kind, share] : statistics.triggers) {
    kinds += kinds.empty() ? "" : ", ";
    kinds +=
        kind + " " + std::to_string(share.functions) + " functions " +
        readable_share(static_cast<double>(share.calls), static_cast<double>(statistics.calls)) +
        " % of calls";
  }
  return text + fact("triggers", kinds);
}

std::string load_table(const TraceStatistics& statistics,
                       core::MemoryMib runner,
                       const TraceReportStyle& style) {
  TextTable table;
  table.head({"tenant", "functions", "calls", "runners mean", "runners peak"});
  const std::size_t shown = std::min(style.tenants, statistics.loads.size());
  for (std::size_t index = 0; index < shown; ++index) {
    const TenantLoad& load = statistics.loads[index];
    table.row({load.tenant,
               readable_count(load.functions),
               readable_count(load.calls),
               readable_amount(load.mean_runners),
               readable_amount(load.peak_runners)});
  }
  std::string text = "\nOffered load, in runners of " + std::to_string(runner.value) +
                     " MiB that are always full:\n" + table.text(TableStyle{});
  if (shown < statistics.loads.size()) {
    text += std::to_string(statistics.loads.size() - shown) +
            " smaller tenants are not shown; --output json has all.\n";
  }
  return text;
}

}  // namespace

std::string trace_text(const core::TraceHead& head,
                       const TraceStatistics& statistics,
                       core::MemoryMib runner,
                       const TraceReportStyle& style) {
  std::string text = overview(head, statistics, style) + load_table(statistics, runner, style);
  text += "\nWhat was assumed:\n";
  for (const std::string& note : head.notes) {
    text += wrapped("  ", note, 4);
  }
  text += "\nHow far to trust it:\n";
  const std::vector<Doubt> doubts = doubts_of(head, statistics);
  for (const Doubt& doubt : doubts) {
    text += wrapped("  ", std::to_string(doubt.count) + " " + doubt.kind + ": " + doubt.meaning, 4);
  }
  return doubts.empty() ? text + "  nothing was found against it\n" : text;
}

}  // namespace fn::sim
