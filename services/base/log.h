// SPDX-License-Identifier: Apache-2.0
//
// Log: lines of text about what happens, for people and for machines. Any thread may write; a line
// is put into words on the calling thread (below 2 us) and handed to a writer thread through a
// buffer of limited size. When that is full, lines are dropped, counted, and the next line that
// fits is followed by one that says how many. A level that is off costs one load and no formatting.
//
// Names of fields are ours: lower case with underscores, the unit last.

#pragma once

#include <array>
#include <atomic>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <memory>
#include <string>
#include <string_view>
#include <variant>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/log_options.h"

namespace fn::services {

// A name with a value; texts are views that live until the line is written.
struct LogField {
  template <std::integral Whole>
  LogField(std::string_view field, Whole number) : name(field), value(widened(number)) {}

  LogField(std::string_view field, double number) : name(field), value(number) {}

  LogField(std::string_view field, std::string_view text) : name(field), value(text) {}

  LogField(std::string_view field, const char* text) : name(field), value(std::string_view(text)) {}

  LogField(std::string_view field, const std::string& text)
      : name(field), value(std::string_view(text)) {}

  using Value = std::variant<bool, std::int64_t, std::uint64_t, double, std::string_view>;

  std::string_view name;
  Value value;

 private:
  template <typename Whole>
  static Value widened(Whole number) {
    if constexpr (std::same_as<Whole, bool>) {
      return number;
    } else if constexpr (std::signed_integral<Whole>) {
      return static_cast<std::int64_t>(number);
    } else {
      return static_cast<std::uint64_t>(number);
    }
  }
};

using LogFields = std::initializer_list<LogField>;

class Log {
 public:
  // Takes whole lines, each with its '\n'. Called from the writer thread only. What it cannot
  // write is lost; it says how many lines that were.
  using Sink = std::function<std::uint64_t(std::string_view lines)>;

  // How a line is laid out.
  enum class Layout : std::uint8_t { kLogfmt, kTerminal, kJson };

  // All that is not in the line itself.
  struct Writing {
    LogLevel level = LogLevel::kInfo;
    Layout layout = Layout::kLogfmt;
    std::string prefix;
    // Begins a line of each level: the head of a syslog message up to its time, and after it.
    std::array<std::string, 4> before_time;
    std::string after_time;
    std::size_t buffer_bytes = std::size_t{4} << 20;
  };

  // The log as configured. The error names what is wrong with the destination.
  static core::Result<std::unique_ptr<Log>> open(const LogOptions& options);

  Log(Writing writing, Sink sink);
  // Writes what is still there.
  ~Log();
  Log(const Log&) = delete;
  Log& operator=(const Log&) = delete;

  [[nodiscard]] bool on(LogLevel level) const {
    return level >= level_.load(std::memory_order_relaxed);
  }

  void set_level(LogLevel level) { level_.store(level, std::memory_order_relaxed); }

  void debug(std::string_view message, LogFields fields = {}) {
    write(LogLevel::kDebug, message, fields);
  }

  void info(std::string_view message, LogFields fields = {}) {
    write(LogLevel::kInfo, message, fields);
  }

  void warn(std::string_view message, LogFields fields = {}) {
    write(LogLevel::kWarn, message, fields);
  }

  void error(std::string_view message, LogFields fields = {}) {
    write(LogLevel::kError, message, fields);
  }

  // Waits until all that was written before has reached its destination, at most this long. False:
  // it has not.
  bool flush(core::Duration limit);

  // Lines that were dropped or lost so far.
  [[nodiscard]] std::uint64_t dropped() const;

 private:
  void write(LogLevel level, std::string_view message, LogFields fields) {
    if (on(level)) {
      write_line(level, message, fields);
    }
  }

  void write_line(LogLevel level, std::string_view message, LogFields fields);

  struct State;
  std::atomic<LogLevel> level_;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
