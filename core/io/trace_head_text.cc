// SPDX-License-Identifier: Apache-2.0

#include "core/io/trace_head_text.h"

#include <array>
#include <charconv>
#include <cstdint>
#include <system_error>

namespace fn::core {

namespace {

struct TimeKey {
  std::string_view key;
  std::int64_t TraceHead::*time;
};

constexpr std::array kTimes = {TimeKey{"origin_unix_ns", &TraceHead::origin_unix_ns},
                               TimeKey{"begin_ns", &TraceHead::begin_ns},
                               TimeKey{"end_ns", &TraceHead::end_ns}};

struct TrustKey {
  std::string_view key;
  std::uint64_t TraceTrust::*count;
};

constexpr std::array kTrust = {
    TrustKey{"rows_skipped", &TraceTrust::rows_skipped},
    TrustKey{"duplicates", &TraceTrust::duplicates},
    TrustKey{"zero_durations", &TraceTrust::zero_durations},
    TrustKey{"lost_functions", &TraceTrust::lost_functions},
    TrustKey{"lost_calls", &TraceTrust::lost_calls},
    TrustKey{"end_before_start", &TraceTrust::end_before_start},
    TrustKey{"out_of_order", &TraceTrust::out_of_order},
    TrustKey{"defaulted_durations", &TraceTrust::defaulted_durations},
    TrustKey{"defaulted_memory", &TraceTrust::defaulted_memory},
};

void put_line(std::string& out, std::string_view key, std::string_view value) {
  out += key;
  out += ' ';
  out += value;
  out += '\n';
}

template <typename T>
bool parse(std::string_view text, T& value) {
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stop == end;
}

bool parse_line(std::string_view key, std::string_view value, TraceHead& head) {
  for (const TimeKey& time : kTimes) {
    if (time.key == key) {
      constexpr std::int64_t kLatest = std::int64_t{1} << 62;
      std::int64_t& nanoseconds = head.*(time.time);
      return parse(value, nanoseconds) && nanoseconds >= 0 && nanoseconds <= kLatest;
    }
  }
  for (const TrustKey& trust : kTrust) {
    if (trust.key == key) {
      return parse(value, head.trust.*(trust.count));
    }
  }
  if (key == "sha256") {
    head.sha256 = value;
  } else if (key == "note") {
    head.notes.emplace_back(value);
  }
  return true;
}

}  // namespace

std::string head_text(const TraceHead& head) {
  std::string text;
  for (const TimeKey& time : kTimes) {
    put_line(text, time.key, std::to_string(head.*(time.time)));
  }
  put_line(text, "sha256", head.sha256);
  for (const TrustKey& trust : kTrust) {
    put_line(text, trust.key, std::to_string(head.trust.*(trust.count)));
  }
  for (const std::string& note : head.notes) {
    put_line(text, "note", note);
  }
  return text;
}

bool parse_head(std::string_view text, TraceHead& head) {
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    const std::size_t blank = line.find(' ');
    if (end == std::string_view::npos || blank == std::string_view::npos ||
        !parse_line(line.substr(0, blank), line.substr(blank + 1), head)) {
      return false;
    }
    text.remove_prefix(end + 1);
  }
  return head.begin_ns <= head.end_ns;
}

}  // namespace fn::core
