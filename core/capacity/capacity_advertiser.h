// SPDX-License-Identifier: Apache-2.0
//
// What one LB needs for one group, counted on the way of every call and told to the NPM each
// period: absolute amounts, an explicit zero once when the last call has ended, then silence.
//
// assign() and release() are a few additions each. A release without its assign is an error of the
// caller and stops the program: an amount never underflows.

#pragma once

#include <cstdint>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/capacity/requirement.h"

namespace fn::core {

struct CapacityAdvertiserConfig {
  // Time between two advertisements. Above zero.
  Duration period = std::chrono::seconds(1);
  // Advertisements leave at whole multiples of the period plus this, so that LBs do not all speak
  // at once. Below the period.
  Duration phase{0};
};

class CapacityAdvertiser {
 public:
  explicit CapacityAdvertiser(const CapacityAdvertiserConfig& config) : config_(config) {
    FN_ASSERT(config.period > Duration::zero());
  }

  // A call begins to wait or to run.
  void assign(Instant now, MemoryMib memory, MilliCpu cpu) {
    ++calls_;
    memory_ += memory;
    cpu_ += cpu;
    if (due_ == kNever) {
      due_ = next_after(now);
    }
  }

  // It has ended, with the amounts it was assigned.
  void release(MemoryMib memory, MilliCpu cpu) {
    FN_ASSERT(calls_ > 0 && memory_ >= memory && cpu_ >= cpu);
    --calls_;
    memory_ -= memory;
    cpu_ -= cpu;
  }

  // When to take the next advertisement; kNever: there is nothing to say.
  [[nodiscard]] Instant due() const { return due_; }

  // What to tell the NPM now, given what waits: how many calls, the oldest one's wait, the memory
  // of the largest. REQUIRES: due() has come.
  Requirement take(Instant now,
                   std::uint32_t waiting_calls,
                   Duration oldest_wait,
                   MemoryMib largest_waiting) {
    FN_ASSERT(now >= due_);
    ++sequence_;
    if (calls_ == 0) {
      due_ = kNever;
      return Requirement{};
    }
    due_ = next_after(now);
    constexpr Duration kMillisecond = std::chrono::milliseconds(1);
    return Requirement{clamp_to_u32(memory_.value),
                       clamp_to_u32(cpu_.value),
                       waiting_calls,
                       clamp_to_u32(oldest_wait / kMillisecond),
                       clamp_to_u32(largest_waiting.value)};
  }

  // The number of the last advertisement taken, from 1 on.
  [[nodiscard]] std::uint32_t sequence() const { return sequence_; }

  [[nodiscard]] std::uint64_t calls() const { return calls_; }

  [[nodiscard]] MemoryMib memory() const { return memory_; }

  [[nodiscard]] MilliCpu cpu() const { return cpu_; }

  void save(Writer& out) const {
    out.pod(calls_);
    out.pod(memory_.value);
    out.pod(cpu_.value);
    out.pod(to_ns(due_));
    out.pod(sequence_);
  }

  void load(Reader& in) {
    std::int64_t due = 0;
    in.pod(calls_);
    in.pod(memory_.value);
    in.pod(cpu_.value);
    in.pod(due);
    in.pod(sequence_);
    due_ = Instant(Duration(due));
  }

 private:
  [[nodiscard]] Instant next_after(Instant now) const {
    const Duration since = now.time_since_epoch() - config_.phase;
    // Before the first phase the division would round up.
    const std::int64_t whole = since < Duration::zero() ? -1 : since / config_.period;
    return Instant((whole + 1) * config_.period + config_.phase);
  }

  CapacityAdvertiserConfig config_;
  std::uint64_t calls_ = 0;
  MemoryMib memory_;
  MilliCpu cpu_;
  Instant due_ = kNever;
  std::uint32_t sequence_ = 0;
};

}  // namespace fn::core
