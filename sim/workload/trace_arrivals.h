// SPDX-License-Identifier: Apache-2.0
//
// The second pass over a trace: the arrivals of one group, minute by minute. Each function has a
// cursor into the invocation file with a small buffer of its own, so memory grows with functions
// and with the calls of one minute. Every draw depends on the seed, the function's id and the
// number of the call only: neither other functions nor the order of rows move it.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sim/workload/arrival.h"
#include "sim/workload/byte_source.h"
#include "sim/workload/key_sorter.h"
#include "sim/workload/quantiles.h"
#include "sim/workload/trace_options.h"

namespace fn::sim {

// One function of the group; its handle is its place in the list.
struct TraceStream {
  std::uint64_t counts_offset = 0;  // of the first minute's count
  std::uint64_t calls = 0;
  std::uint64_t spread_key = 0;    // stream of the places inside the minute
  std::uint64_t duration_key = 0;  // stream of the durations
  FunctionDurations durations;
};

class TraceArrivals final : public ArrivalSource {
 public:
  TraceArrivals(ByteSourcePtr counts,
                std::uint32_t minutes,
                const TraceOptions& options,
                const std::vector<TraceStream>& streams);

  void fill(core::Instant until, std::vector<Arrival>& out) override;
  [[nodiscard]] bool exhausted() const override;
  [[nodiscard]] core::Status status() const override;

 private:
  // Reads one count after the other from a row.
  struct Cursor {
    std::uint64_t offset = 0;  // behind the buffer
    std::uint16_t begin = 0;
    std::uint16_t end = 0;
    std::array<char, 244> buffer{};
  };

  // A function that still has calls to come.
  struct Active {
    std::uint32_t function = 0;
    std::uint32_t calls_left = 0;
    Cursor cursor;
  };

  struct Function {
    std::uint64_t spread_key = 0;
    std::uint64_t duration_key = 0;
    std::uint32_t next_index = 0;
    FunctionDurations durations;
  };

  bool next_count(Active& active, std::uint64_t& count);
  bool refill(Cursor& cursor);
  void fail(std::string message);
  void read_minute();
  void place(std::uint32_t function, std::uint64_t count);
  void emit(std::vector<Arrival>& out);
  void hand_out_rest(core::Instant until, std::vector<Arrival>& out);

  ByteSourcePtr counts_;
  std::uint32_t minutes_;
  Spread spread_;
  DurationSource duration_source_;
  std::vector<Function> functions_;
  std::vector<Active> active_;
  std::uint32_t minute_ = 0;
  // One number per call of the current minute: nanosecond inside it, then function.
  std::vector<std::uint64_t> keys_;
  KeySorter sorter_;
  // What was placed already, but lies behind the last `until`.
  std::vector<Arrival> rest_;
  std::size_t rest_begin_ = 0;
  std::string failure_;
};

}  // namespace fn::sim
