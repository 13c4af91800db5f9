// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/call_columns.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <span>

#include "core/config/suggest.h"
#include "sim/trace/csv.h"

namespace fn::sim {

namespace {

constexpr std::int64_t kMicrosecond = 1'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kKib = 1'024;
constexpr std::int64_t kMib = 1'048'576;
constexpr std::int64_t kGib = 1'073'741'824;

struct Unit {
  std::string_view word;
  std::int64_t amount;
};

constexpr std::array kTimeUnits = {Unit{"ns", 1},
                                   Unit{"us", kMicrosecond},
                                   Unit{"ms", kMillisecond},
                                   Unit{"s", kSecond},
                                   Unit{"seconds", kSecond},
                                   Unit{"sec", kSecond}};
constexpr std::array kMemoryUnits = {Unit{"b", 1},
                                     Unit{"bytes", 1},
                                     Unit{"kb", kKib},
                                     Unit{"kib", kKib},
                                     Unit{"mb", kMib},
                                     Unit{"mib", kMib},
                                     Unit{"gb", kGib},
                                     Unit{"gib", kGib}};

// What a field of a call is called in --columns, its usual column names, and its units.
struct FieldName {
  std::string_view word;
  CallColumn CallColumns::*column;
  std::array<std::string_view, 12> usual;
  std::span<const Unit> units;
  std::int64_t otherwise;  // its unit where nothing tells it
};

constexpr std::array kFields = {
    FieldName{"start",
              &CallColumns::start,
              {"start",
               "start_time",
               "ts",
               "timestamp",
               "time",
               "start_ns",
               "start_s",
               "start_ms",
               "start_us",
               "arrival",
               "invoked_at",
               "@timestamp"},
              kTimeUnits,
              0},
    FieldName{"end",
              &CallColumns::end,
              {"end", "end_time", "end_timestamp", "end_ns", "finished_at"},
              kTimeUnits,
              0},
    FieldName{"tenant",
              &CallColumns::tenant,
              {"tenant", "owner", "team", "namespace", "customer", "hashowner"},
              {},
              0},
    FieldName{"app", &CallColumns::app, {"app", "application", "app_name", "hashapp"}, {}, 0},
    FieldName{"fn",
              &CallColumns::function,
              {"fn", "func", "function", "name", "function_name", "fn_id", "hashfunction"},
              {},
              0},
    FieldName{"duration",
              &CallColumns::duration,
              {"duration",
               "duration_ms",
               "duration_s",
               "duration_us",
               "duration_ns",
               "ms",
               "took",
               "elapsed",
               "latency",
               "latency_ms",
               "runtime"},
              kTimeUnits,
              kMillisecond},
    FieldName{
        "memory",
        &CallColumns::memory,
        {"memory", "memory_mb", "memory_mib", "mem", "mb", "mem_mb", "memory_bytes", "memory_gb"},
        kMemoryUnits,
        kMib},
    FieldName{"count",
              &CallColumns::count,
              {"count", "calls", "invocations", "requests", "concurrency"},
              {},
              0},
};

std::string lower(std::string_view text) {
  std::string small(text);
  std::transform(small.begin(), small.end(), small.begin(), [](char byte) {
    return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte - 'A' + 'a') : byte;
  });
  return small;
}

std::int64_t unit_of(std::string_view word, std::span<const Unit> units) {
  for (const Unit& unit : units) {
    if (unit.word == word) {
      return unit.amount;
    }
  }
  return 0;
}

// The unit that the end of a column's name tells: all of it, or what follows its last underscore.
// Times of day keep theirs open, for their size tells it better.
std::int64_t unit_in_name(std::string_view column, const FieldName& field) {
  const std::string name = lower(column);
  const std::size_t under = name.rfind('_');
  const std::string_view last = under == std::string::npos
                                    ? std::string_view(name)
                                    : std::string_view(name).substr(under + 1);
  const std::int64_t unit = unit_of(last, field.units);
  return unit != 0 ? unit : field.otherwise;
}

core::Status wrong(const std::string& expected, std::string_view found) {
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "columns: expected " + expected + ", found " + quoted(found));
}

std::vector<std::string_view> field_words() {
  std::vector<std::string_view> words;
  words.reserve(kFields.size());
  for (const FieldName& field : kFields) {
    words.push_back(field.word);
  }
  return words;
}

// "duration=took:us".
core::Status set_column(std::string_view text, CallColumns& columns) {
  const std::size_t equals = text.find('=');
  if (equals == std::string_view::npos || equals + 1 == text.size()) {
    return wrong("FIELD=COLUMN, such as start=ts", text);
  }
  const std::string_view word = text.substr(0, equals);
  const auto* const field = std::find_if(
      kFields.begin(), kFields.end(), [word](const FieldName& one) { return one.word == word; });
  if (field == kFields.end()) {
    const std::vector<std::string_view> words = field_words();
    return wrong("one of " + core::word_list(words) + core::did_you_mean(word, words), word);
  }
  CallColumn& column = columns.*(field->column);
  if (!column.name.empty()) {
    return wrong("each field once", word);
  }
  std::string_view name = text.substr(equals + 1);
  const std::size_t colon = field->units.empty() ? std::string_view::npos : name.rfind(':');
  if (colon == std::string_view::npos) {
    column = {std::string(name), unit_in_name(name, *field)};
    return {};
  }
  column = {std::string(name.substr(0, colon)), unit_of(name.substr(colon + 1), field->units)};
  if (column.unit == 0 || column.name.empty()) {
    return wrong("a unit such as s, ms, us, ns or mib behind the colon", text);
  }
  return {};
}

bool tells_start(const CallColumns& columns) {
  return !columns.start.name.empty() ||
         (!columns.end.name.empty() && !columns.duration.name.empty());
}

}  // namespace

core::Result<CallColumns> parse_call_columns(std::string_view text) {
  CallColumns columns;
  for (std::string_view rest = text; !rest.empty();) {
    const std::size_t comma = rest.find(',');
    if (core::Status status = set_column(rest.substr(0, comma), columns); !status) {
      return tl::unexpected(status.error());
    }
    rest.remove_prefix(comma == std::string_view::npos ? rest.size() : comma + 1);
  }
  if (!tells_start(columns)) {
    return tl::unexpected(wrong("start=COLUMN, or both end and duration", text).error());
  }
  return columns;
}

core::Result<CallColumns> guess_call_columns(const std::string& file,
                                             const std::vector<std::string>& header) {
  CallColumns columns;
  for (const FieldName& field : kFields) {
    for (const std::string& name : header) {
      const bool usual =
          std::find(field.usual.begin(), field.usual.end(), lower(name)) != field.usual.end();
      if (usual && !name.empty() && (columns.*(field.column)).name.empty()) {
        columns.*(field.column) = {name, unit_in_name(name, field)};
      }
    }
  }
  if (!tells_start(columns)) {
    std::string found;
    for (std::size_t index = 0; index < header.size() && index < 6; ++index) {
      found += (index > 0 ? "," : "") + header[index];
    }
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        describe(
            file, 1, {"", "a column of start times; name it with --columns start=COLUMN", found}));
  }
  return columns;
}

CallColumns azure2021_columns() {
  CallColumns columns;
  columns.end = {"end_timestamp", kSecond};
  columns.duration = {"duration", kSecond};
  columns.app = {"app", 0};
  columns.function = {"func", 0};
  return columns;
}

bool is_azure2021(const std::vector<std::string>& header) {
  const auto holds = [&header](std::string_view name) {
    return std::find(header.begin(), header.end(), name) != header.end();
  };
  return holds("app") && holds("func") && holds("end_timestamp") && holds("duration");
}

}  // namespace fn::sim
