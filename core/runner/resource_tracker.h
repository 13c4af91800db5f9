// SPDX-License-Identifier: Apache-2.0
//
// What a runner has, and what its containers hold of it. A container holds its memory and CPU from
// its start until it is gone, idle or not. A runner whose CPU is zero does not count CPU.

#pragma once

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/units.h"

namespace fn::core {

class ResourceTracker {
 public:
  ResourceTracker(MemoryMib memory, MilliCpu cpu) : memory_(memory), cpu_(cpu) {}

  // Whether an empty runner could hold it.
  [[nodiscard]] bool could_fit(MemoryMib memory, MilliCpu cpu) const {
    return memory <= memory_ && (cpu_.value == 0 || cpu <= cpu_);
  }

  [[nodiscard]] bool fits(MemoryMib memory, MilliCpu cpu) const {
    return memory <= free_memory() && (cpu_.value == 0 || cpu <= free_cpu());
  }

  // Whether it fits once every idle container is gone.
  [[nodiscard]] bool fits_without_idle(MemoryMib memory, MilliCpu cpu) const {
    return memory <= free_memory() + idle_memory_ &&
           (cpu_.value == 0 || cpu <= free_cpu() + idle_cpu_);
  }

  // REQUIRES: fits(memory, cpu).
  void reserve(MemoryMib memory, MilliCpu cpu) {
    used_memory_ += memory;
    used_cpu_ += cpu;
    FN_ASSERT(used_memory_ <= memory_);
  }

  // A busy container's share comes back. REQUIRES: it was reserved and is not marked idle.
  void release(MemoryMib memory, MilliCpu cpu) {
    used_memory_ -= memory;
    used_cpu_ -= cpu;
    FN_ASSERT(used_memory_ >= idle_memory_);
  }

  void mark_idle(MemoryMib memory, MilliCpu cpu) {
    idle_memory_ += memory;
    idle_cpu_ += cpu;
  }

  void mark_busy(MemoryMib memory, MilliCpu cpu) {
    idle_memory_ -= memory;
    idle_cpu_ -= cpu;
    FN_ASSERT(idle_memory_.value >= 0);
  }

  [[nodiscard]] MemoryMib used_memory() const { return used_memory_; }

  [[nodiscard]] MemoryMib idle_memory() const { return idle_memory_; }

  // What the containers hold, the idle ones' share of it included.
  struct Held {
    MemoryMib memory;
    MilliCpu cpu;
    MemoryMib idle_memory;
    MilliCpu idle_cpu;

    friend bool operator==(const Held&, const Held&) = default;
  };

  // Whether a loaded state is the one of containers that hold so much.
  [[nodiscard]] bool agrees(const Held& held) const {
    return held == Held{used_memory_, used_cpu_, idle_memory_, idle_cpu_} &&
           used_memory_ <= memory_;
  }

  // How much is missing even without idle containers; zero: nothing.
  [[nodiscard]] MemoryMib missing_memory(MemoryMib memory) const {
    const MemoryMib missing = memory - (free_memory() + idle_memory_);
    return missing.value > 0 ? missing : MemoryMib{0};
  }

  [[nodiscard]] MilliCpu missing_cpu(MilliCpu cpu) const {
    const MilliCpu missing = cpu - (free_cpu() + idle_cpu_);
    return cpu_.value > 0 && missing.value > 0 ? missing : MilliCpu{0};
  }

  void save(Writer& out) const {
    out.pod(used_memory_);
    out.pod(used_cpu_);
    out.pod(idle_memory_);
    out.pod(idle_cpu_);
  }

  void load(Reader& in) {
    in.pod(used_memory_);
    in.pod(used_cpu_);
    in.pod(idle_memory_);
    in.pod(idle_cpu_);
  }

 private:
  [[nodiscard]] MemoryMib free_memory() const { return memory_ - used_memory_; }

  [[nodiscard]] MilliCpu free_cpu() const { return cpu_ - used_cpu_; }

  MemoryMib memory_;
  MilliCpu cpu_;
  MemoryMib used_memory_{};
  MilliCpu used_cpu_{};
  MemoryMib idle_memory_{};
  MilliCpu idle_cpu_{};
};

}  // namespace fn::core
