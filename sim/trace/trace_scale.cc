// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"
#include "sim/trace/trace_filter.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

// A probability as a threshold for 64 random bits. REQUIRES: 0 <= share < 1.
std::uint64_t threshold(double share) {
  return static_cast<std::uint64_t>(share * 0x1.0p53) << 11;
}

class ScaleReader final : public TraceFilter {
 public:
  ScaleReader(TraceReaderPtr inner, double factor, std::uint64_t seed)
      : TraceFilter(std::move(inner)),
        factor_(factor),
        whole_(static_cast<std::uint64_t>(factor)),
        rest_(threshold(factor - static_cast<double>(whole_))),
        seed_(seed) {}

  [[nodiscard]] bool whole_head() const override { return false; }

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  // Draws of one function in one minute.
  class Draws {
   public:
    Draws(std::uint64_t stream, std::int64_t minute)
        : key_(core::mix64(stream ^ core::mix64(static_cast<std::uint64_t>(minute)))) {}

    std::uint64_t next() { return core::mix64(key_ + ++drawn_ * 0x9e3779b97f4a7c15ULL); }

   private:
    std::uint64_t key_;
    std::uint64_t drawn_ = 0;
  };

  void scale_counts(core::TraceMinute& minute);
  void scale_calls(core::TraceMinute& minute);

  std::uint64_t copies(Draws& draws) const { return whole_ + (draws.next() < rest_ ? 1U : 0U); }

  double factor_;
  std::uint64_t whole_;
  std::uint64_t rest_;
  std::uint64_t seed_;
  std::vector<std::uint64_t> streams_;  // by function
  std::vector<core::TraceCall> calls_;
};

void ScaleReader::scale_counts(core::TraceMinute& minute) {
  for (core::TraceCount& count : minute.counts) {
    Draws draws(streams_[count.function], minute.number);
    std::uint64_t calls = 0;
    for (std::uint32_t call = 0; call < count.calls; ++call) {
      calls += copies(draws);
    }
    constexpr std::uint64_t kMost = 0xffffffffU;
    count.calls = static_cast<std::uint32_t>(std::min(calls, kMost));
  }
  const auto none = [](const core::TraceCount& count) {
    return count.calls == 0;
  };
  minute.counts.erase(std::remove_if(minute.counts.begin(), minute.counts.end(), none),
                      minute.counts.end());
}

// Function after function, so that each has its draws to itself.
void ScaleReader::scale_calls(core::TraceMinute& minute) {
  const auto by_function = [](const core::TraceCall& left, const core::TraceCall& right) {
    return left.function < right.function;
  };
  std::stable_sort(minute.calls.begin(), minute.calls.end(), by_function);
  calls_.clear();
  const std::int64_t begin = minute.number * core::kTraceMinuteNs;
  std::uint32_t function = 0;
  Draws draws(0, 0);
  for (const core::TraceCall& call : minute.calls) {
    if (&call == minute.calls.data() || call.function != function) {
      function = call.function;
      draws = Draws(streams_[function], minute.number);
    }
    const std::uint64_t count = copies(draws);
    for (std::uint64_t copy = 0; copy < count; ++copy) {
      core::TraceCall& added = calls_.emplace_back(call);
      if (copy > 0) {
        __extension__ using Wide = unsigned __int128;
        const auto length = static_cast<Wide>(core::kTraceMinuteNs);
        added.start_ns = begin + static_cast<std::int64_t>((draws.next() * length) >> 64);
      }
    }
  }
  const auto by_start = [](const core::TraceCall& left, const core::TraceCall& right) {
    return left.start_ns < right.start_ns;
  };
  std::stable_sort(calls_.begin(), calls_.end(), by_start);
  minute.calls.swap(calls_);
}

core::Result<bool> ScaleReader::next(core::TraceMinute& minute) {
  while (true) {
    core::Result<bool> more = inner_reader->next(minute);
    if (!more) {
      return more;
    }
    follow_functions();
    for (std::size_t number = streams_.size(); number < known_head.functions.size(); ++number) {
      streams_.push_back(stream_of(known_head.functions[number], seed_));
    }
    if (!*more) {
      follow();
      std::string factor = std::to_string(factor_);
      factor.erase(factor.find_last_not_of('0') + 1);
      factor.erase(factor.find_last_not_of('.') + 1);
      known_head.notes.push_back("scaled: every function's calls times " + factor + ", seed " +
                                 std::to_string(seed_));
      return false;
    }
    scale_counts(minute);
    if (!minute.calls.empty()) {
      scale_calls(minute);
    }
    if (!minute.counts.empty() || !minute.calls.empty()) {
      return true;
    }
  }
}

}  // namespace

TraceReaderPtr scale(TraceReaderPtr reader, double factor, std::uint64_t seed) {
  FN_ASSERT(factor > 0 && factor <= 1'000);
  return std::make_unique<ScaleReader>(std::move(reader), factor, seed);
}

}  // namespace fn::sim
