// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/ibm2026.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstdint>
#include <deque>
#include <memory>
#include <utility>

#include "sim/trace/call_runs.h"
#include "sim/trace/call_time.h"
#include "sim/trace/ibm_memory.h"
#include "sim/trace/ibm_tables.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMillisecond = 1'000'000;
constexpr std::int64_t kDay = 86'400 * kSecond;
// Ten years, and the longest duration that is believed.
constexpr std::int64_t kLatest = 3653 * kDay;
constexpr std::int64_t kLongest = 365 * kDay;

enum Place : std::size_t { kNamespace, kApp, kEvents, kTimes, kRuns };

constexpr std::array<std::string_view, 5> kCallColumns = {
    "NamespaceHash", "AppHash", "NumEvents", "InvocationTimes", "AppExecTimes"};

// A number as Python and NumPy write it: "2", "2.5", "2.", "1e-05", "np.float64(2.5)".
bool parse_number(std::string_view text,
                  std::int64_t unit_ns,
                  std::int64_t limit_ns,
                  std::int64_t& nanoseconds) {
  if (text.starts_with("np.") && text.ends_with(')')) {
    text.remove_suffix(1);
    text.remove_prefix(std::min(text.find('('), text.size() - 1) + 1);
  }
  if (parse_ns(text, unit_ns, limit_ns, nanoseconds)) {
    return true;
  }
  double number = 0;
  const auto unit = static_cast<double>(unit_ns);
  if (!parse_decimal(text, static_cast<double>(limit_ns) / unit, number)) {
    return false;
  }
  nanoseconds = std::llround(number * unit);
  return true;
}

// One element of a list, "InvocationTimes[3]".
std::string element_name(std::string_view column, std::size_t index) {
  return std::string(column) + "[" + std::to_string(index) + "]";
}

// The rows of a week, one app each.
class IbmApps {
 public:
  IbmApps(const core::ByteSource& source, const TraceOptions& options, core::TraceHead& head)
      : source_(source),
        options_(options),
        table_(source, options, &digest_),
        head_(head),
        runs_(source.name()) {}

  // Reads everything.
  core::Status read(const IbmMemory& memory);

  core::Result<TraceReaderPtr> calls() { return runs_.finish(head_.functions); }

  [[nodiscard]] const IbmTable& table() const { return table_; }

  [[nodiscard]] std::string sha256() const { return digest_.hex(); }

  [[nodiscard]] bool any() const { return any_; }

 private:
  struct Call {
    std::int64_t start_ns = 0;
    std::int64_t run_ns = 0;
  };

  Fault read_cell(std::size_t place, CellReader& cells);
  Fault read_list(std::size_t place, CellReader& cells);
  [[nodiscard]] Fault check() const;
  core::Status take(const IbmMemory& memory);

  Call& call(std::size_t index) {
    if (index == calls_.size()) {
      calls_.emplace_back();
    }
    return calls_[index];
  }

  const core::ByteSource& source_;
  const TraceOptions& options_;
  Sha256 digest_;
  IbmTable table_;
  core::TraceHead& head_;
  CallRuns runs_;
  std::array<std::string, 2> names_;
  std::uint64_t events_ = 0;
  std::deque<Call> calls_;
  std::size_t times_ = 0;
  std::size_t execs_ = 0;
  NameTable apps_;
  std::vector<std::uint64_t> lines_;  // by app
  bool any_ = false;
};

Fault IbmApps::read_cell(std::size_t place, CellReader& cells) {
  if (place >= kTimes) {
    return read_list(place, cells);
  }
  std::string events;
  std::string& text = place == kEvents ? events : names_[place];
  const std::uint64_t most = options_.limits.field_bytes;
  const char* wrong = cells.text(most, text);
  if (wrong == nullptr && place == kEvents) {
    wrong = parse_whole(text, kAppCalls, events_) ? nullptr : "a whole number up to 64000000";
  } else if (wrong == nullptr) {
    wrong = name_fault(text, most);
  }
  return wrong == nullptr ? std::nullopt : Fault(fault(kCallColumns[place], wrong, text));
}

Fault IbmApps::read_list(std::size_t place, CellReader& cells) {
  std::size_t& count = place == kTimes ? times_ : execs_;
  count = 0;
  const char* wrong = cells.list([&](std::string_view text) -> const char* {
    std::int64_t nanoseconds = 0;
    if (count == kAppCalls) {
      return "at most 64000000 calls of one app";
    }
    if (place == kTimes) {
      if (!parse_number(text, kSecond, kLatest, nanoseconds)) {
        return text == "..." ? "all times; NumPy left some out: write lists by tolist()"
                             : "seconds since the trace's zero, up to ten years";
      }
      call(count).start_ns = nanoseconds;
    } else {
      if (!parse_number(text, kMillisecond, kLongest, nanoseconds)) {
        return text == "..." ? "all times; NumPy left some out: write lists by tolist()"
                             : "milliseconds from 0 to a year";
      }
      call(count).run_ns = nanoseconds;
    }
    ++count;
    return nullptr;
  });
  if (wrong == nullptr) {
    return std::nullopt;
  }
  return fault(element_name(kCallColumns[place], count), wrong, cells.found());
}

Fault IbmApps::check() const {
  for (const auto& [place, count] : {std::pair(kTimes, times_), std::pair(kRuns, execs_)}) {
    if (count != events_) {
      return RowFault{std::string(kCallColumns[place]),
                      "as many as NumEvents says, which is " + std::to_string(events_),
                      std::to_string(count),
                      true};
    }
  }
  if (head_.functions.size() >= options_.limits.functions) {
    return too_many("", "at most " + std::to_string(options_.limits.functions) + " apps");
  }
  const std::uint32_t number = apps_.find(ibm_key(names_[kNamespace], names_[kApp]));
  if (number != NameTable::kUnknown) {
    return fault(kCallColumns[kApp],
                 "each app once (line " + std::to_string(lines_[number]) +
                     " has this one; join the files of several weeks by \" + \")",
                 names_[kApp]);
  }
  return std::nullopt;
}

core::Status IbmApps::take(const IbmMemory& memory) {
  const std::string key = ibm_key(names_[kNamespace], names_[kApp]);
  const std::uint32_t number = apps_.intern(key).number;
  const std::int64_t memory_mib = memory.mib(key);
  lines_.push_back(table_.line());
  core::TraceFunction& function = head_.functions.emplace_back();
  function.tenant = names_[kNamespace];
  function.app = names_[kApp];
  function.name = names_[kApp];
  function.trigger = "http";
  function.memory_mib = memory_mib > 0 ? memory_mib : options_.default_memory.value;
  function.calls = events_;
  head_.trust.defaulted_memory += memory_mib > 0 ? 0U : 1U;
  any_ = any_ || events_ > 0;
  core::Status stored;
  // Behind these may stand calls of a row that was skipped.
  for (std::size_t index = 0; index < events_; ++index) {
    const Call& call = calls_[index];
    head_.trust.zero_durations += call.run_ns == 0 ? 1U : 0U;
    stored = runs_.add({call.start_ns, call.run_ns, number}, head_.functions);
    if (!stored) {
      break;
    }
  }
  calls_.clear();
  return stored;
}

core::Status IbmApps::read(const IbmMemory& memory) {
  if (core::Status opened = table_.open(kCallColumns); !opened) {
    return opened;
  }
  const auto cell = [this](std::size_t place, CellReader& cells) {
    return read_cell(place, cells);
  };
  const auto is_good = [this] {
    return check();
  };
  while (true) {
    const core::Result<bool> more = table_.next(cell, is_good);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return {};
    }
    if (core::Status taken = take(memory); !taken) {
      return taken;
    }
  }
}

class Ibm2026Reader final : public TraceReader {
 public:
  core::Status read(const core::ByteSource& source,
                    const core::ByteSource* configs,
                    const TraceOptions& options);

  core::Result<bool> next(core::TraceMinute& minute) override { return calls_->next(minute); }

  void skip_to(std::int64_t minute) override { calls_->skip_to(minute); }

 private:
  TraceReaderPtr calls_;
};

core::Status Ibm2026Reader::read(const core::ByteSource& source,
                                 const core::ByteSource* configs,
                                 const TraceOptions& options) {
  known_paths = {source.name()};
  Sha256 configs_digest;
  IbmMemory memory;
  if (configs != nullptr) {
    if (core::Status done = memory.read(*configs, options, configs_digest); !done) {
      return done;
    }
    known_head.trust.rows_skipped += memory.skipped();
    if (memory.skipped() > 0) {
      warn(memory.skipped_text());
    }
  }
  IbmApps apps(source, options, known_head);
  if (core::Status done = apps.read(memory); !done) {
    return done;
  }
  if (apps.table().skipped() > 0) {
    known_head.trust.rows_skipped += apps.table().skipped();
    warn(apps.table().skipped_text());
  }
  if (!apps.any()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      source.name() + ":2: expected at least one call, found none");
  }
  core::Result<TraceReaderPtr> calls = apps.calls();
  if (!calls) {
    return tl::unexpected(calls.error());
  }
  calls_ = std::move(*calls);
  known_head.begin_ns = calls_->head().begin_ns;
  known_head.end_ns = calls_->head().end_ns;
  known_head.sha256 = apps.sha256();
  if (configs != nullptr) {
    Sha256 both;
    both.update(known_head.sha256);
    both.update(configs_digest.hex());
    known_head.sha256 = both.hex();
  }
  known_head.notes = {"a call runs its app's execution time; the namespace is the tenant",
                      configs != nullptr
                          ? "a container has the largest memory request that " + configs->name() +
                                " has for its app"
                          : "every container has " + std::to_string(options.default_memory.value) +
                                " MiB, for lack of app_configs.csv"};
  return {};
}

}  // namespace

bool is_ibm2026(const std::vector<std::string>& names) {
  const auto holds = [&names](std::string_view wanted) {
    return std::any_of(names.begin(), names.end(), [wanted](const std::string& name) {
      return without_suffix(name) == wanted;
    });
  };
  return holds("AppHash") && holds("InvocationTimes") && holds("AppExecTimes");
}

core::Result<TraceReaderPtr> read_ibm2026(const core::ByteSource& source,
                                          const core::ByteSource* configs,
                                          const TraceOptions& options) {
  auto reader = std::make_unique<Ibm2026Reader>();
  if (core::Status read = reader->read(source, configs, options); !read) {
    return tl::unexpected(read.error());
  }
  return TraceReaderPtr(std::move(reader));
}

}  // namespace fn::sim
