// SPDX-License-Identifier: Apache-2.0
//
// A trace as it is read, whatever its format: what is known of it, and minute by minute its calls.
// Readers of files, the operations of --from, --scale and the like, merging and generators are all
// of this kind and stand behind each other, so nothing here holds more than a minute of calls.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "core/io/trace_model.h"

namespace fn::sim {

class TraceReader {
 public:
  TraceReader() = default;
  TraceReader(const TraceReader&) = delete;
  TraceReader& operator=(const TraceReader&) = delete;
  virtual ~TraceReader() = default;

  // The functions whose calls were handed out so far at least; everything once next() has returned
  // false, and from the beginning where whole_head().
  [[nodiscard]] const core::TraceHead& head() const { return known_head; }

  [[nodiscard]] virtual bool whole_head() const { return true; }

  // The next minute that has calls, later than the one before; false after the last one. An error
  // is one line that names file, place, what was expected and what was found.
  virtual core::Result<bool> next(core::TraceMinute& minute) = 0;

  // What lies before this minute is not wanted: it may be left out.
  // REQUIRES: comes before next().
  virtual void skip_to([[maybe_unused]] std::int64_t minute) {}

  // What the user should know about the input, one line each.
  [[nodiscard]] const std::vector<std::string>& warnings() const { return known_warnings; }

  // Adds a line to them.
  void warn(std::string line) { known_warnings.push_back(std::move(line)); }

  // The files, as the user gave them.
  [[nodiscard]] const std::vector<std::string>& paths() const { return known_paths; }

 protected:
  core::TraceHead known_head;
  std::vector<std::string> known_warnings;
  std::vector<std::string> known_paths;
};

using TraceReaderPtr = std::unique_ptr<TraceReader>;

// What each function is called where one word must do: its name, or tenant/app/name where another
// function has the same name.
std::vector<std::string> function_ids(const std::vector<core::TraceFunction>& functions);

}  // namespace fn::sim
