// SPDX-License-Identifier: Apache-2.0
//
// What the operations on traces share: they stand behind another reader and pass on what they do
// not change.

#pragma once

#include <utility>

#include "core/base/hash.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

class TraceFilter : public TraceReader {
 public:
  explicit TraceFilter(TraceReaderPtr inner) : inner_reader(std::move(inner)) { follow(); }

  [[nodiscard]] bool whole_head() const override { return inner_reader->whole_head(); }

  void skip_to(std::int64_t minute) override { inner_reader->skip_to(minute); }

 protected:
  // Takes over everything of the head but the functions.
  void follow() {
    const core::TraceHead& head = inner_reader->head();
    known_head.origin_unix_ns = head.origin_unix_ns;
    known_head.begin_ns = head.begin_ns;
    known_head.end_ns = head.end_ns;
    known_head.sha256 = head.sha256;
    known_head.notes = head.notes;
    known_head.trust = head.trust;
    known_warnings = inner_reader->warnings();
    known_paths = inner_reader->paths();
  }

  // Takes over functions that have come since, without their calls.
  void follow_functions() {
    const auto& functions = inner_reader->head().functions;
    for (std::size_t number = known_head.functions.size(); number < functions.size(); ++number) {
      known_head.functions.push_back(functions[number]);
      known_head.functions.back().calls = 0;
    }
    for (std::size_t number = 0; number < functions.size() && !inner_reader->whole_head();
         ++number) {
      known_head.functions[number].memory_mib = functions[number].memory_mib;
      known_head.functions[number].durations = functions[number].durations;
    }
  }

  // NOLINTNEXTLINE(cppcoreguidelines-non-private-member-variables-in-classes)
  TraceReaderPtr inner_reader;
};

// A stream of draws for each function, whatever its number in the trace.
inline std::uint64_t stream_of(const core::TraceFunction& function, std::uint64_t seed) {
  return core::siphash24(seed, 0, function.tenant + "\n" + function.app + "\n" + function.name);
}

}  // namespace fn::sim
