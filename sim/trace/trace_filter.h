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
  explicit TraceFilter(TraceReaderPtr inner) : inner_(std::move(inner)) { follow(); }

  [[nodiscard]] bool whole_head() const override { return inner_->whole_head(); }

  void skip_to(std::int64_t minute) override { inner_->skip_to(minute); }

 protected:
  // Takes over everything of the head but the functions.
  void follow() {
    const core::TraceHead& head = inner_->head();
    head_.origin_unix_ns = head.origin_unix_ns;
    head_.begin_ns = head.begin_ns;
    head_.end_ns = head.end_ns;
    head_.sha256 = head.sha256;
    head_.notes = head.notes;
    head_.trust = head.trust;
    warnings_ = inner_->warnings();
    paths_ = inner_->paths();
  }

  // Takes over functions that have come since, without their calls.
  void follow_functions() {
    const auto& functions = inner_->head().functions;
    for (std::size_t number = head_.functions.size(); number < functions.size(); ++number) {
      head_.functions.push_back(functions[number]);
      head_.functions.back().calls = 0;
    }
    for (std::size_t number = 0; number < functions.size() && !inner_->whole_head(); ++number) {
      head_.functions[number].memory_mib = functions[number].memory_mib;
      head_.functions[number].durations = functions[number].durations;
    }
  }

  // NOLINTNEXTLINE(cppcoreguidelines-non-private-member-variables-in-classes)
  TraceReaderPtr inner_;
};

// A stream of draws for each function, whatever its number in the trace.
inline std::uint64_t stream_of(const core::TraceFunction& function, std::uint64_t seed) {
  return core::siphash24(seed, 0, function.tenant + "\n" + function.app + "\n" + function.name);
}

}  // namespace fn::sim
