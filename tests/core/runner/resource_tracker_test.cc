// SPDX-License-Identifier: Apache-2.0
//
// Goal: what fits, what would fit without idle containers, and what is missing are sums over the
// containers, at every step; CPU counts unless the runner has none to count.

#include "core/runner/resource_tracker.h"

#include <algorithm>
#include <rapidcheck.h>
#include <vector>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

struct Item {
  std::int64_t memory = 0;
  std::int64_t cpu = 0;
  bool idle = false;
};

std::int64_t sum(const std::vector<Item>& items, std::int64_t Item::*amount, bool with_idle) {
  std::int64_t total = 0;
  for (const Item& item : items) {
    total += with_idle || !item.idle ? item.*amount : 0;
  }
  return total;
}

void expect_same(const ResourceTracker& real,
                 const std::vector<Item>& items,
                 std::int64_t memory,
                 std::int64_t cpu) {
  const MemoryMib wanted_memory{*rc::gen::inRange<std::int64_t>(0, 1200)};
  const MilliCpu wanted_cpu{*rc::gen::inRange<std::int64_t>(0, 1200)};
  const auto fits = [&](bool with_idle) {
    return sum(items, &Item::memory, with_idle) + wanted_memory.value <= memory &&
           (cpu == 0 || sum(items, &Item::cpu, with_idle) + wanted_cpu.value <= cpu);
  };
  RC_ASSERT(real.fits(wanted_memory, wanted_cpu) == fits(true));
  RC_ASSERT(real.fits_without_idle(wanted_memory, wanted_cpu) == fits(false));
  RC_ASSERT(real.could_fit(wanted_memory, wanted_cpu) ==
            (wanted_memory.value <= memory && (cpu == 0 || wanted_cpu.value <= cpu)));
  const std::int64_t short_memory = sum(items, &Item::memory, false) + wanted_memory.value - memory;
  const std::int64_t short_cpu = sum(items, &Item::cpu, false) + wanted_cpu.value - cpu;
  RC_ASSERT(real.missing_memory(wanted_memory).value == std::max<std::int64_t>(0, short_memory));
  RC_ASSERT(real.missing_cpu(wanted_cpu).value ==
            (cpu == 0 ? 0 : std::max<std::int64_t>(0, short_cpu)));
  RC_ASSERT(real.used_memory().value == sum(items, &Item::memory, true));
  RC_ASSERT(real.idle_memory().value ==
            sum(items, &Item::memory, true) - sum(items, &Item::memory, false));
}

// A container comes, falls idle, wakes or goes.
void change(ResourceTracker& real, std::vector<Item>& items) {
  const Item item{*rc::gen::inRange<std::int64_t>(0, 400), *rc::gen::inRange<std::int64_t>(0, 400)};
  if (*rc::gen::inRange(0, 2) == 0) {
    if (real.fits(MemoryMib{item.memory}, MilliCpu{item.cpu})) {
      real.reserve(MemoryMib{item.memory}, MilliCpu{item.cpu});
      items.push_back(item);
    }
  } else if (!items.empty()) {
    const auto index = *rc::gen::inRange<std::size_t>(0, items.size());
    Item& chosen = items[index];
    const MemoryMib held{chosen.memory};
    const MilliCpu held_cpu{chosen.cpu};
    if (*rc::gen::inRange(0, 3) != 0) {
      chosen.idle ? real.mark_busy(held, held_cpu) : real.mark_idle(held, held_cpu);
      chosen.idle = !chosen.idle;
    } else if (!chosen.idle) {
      real.release(held, held_cpu);
      items.erase(items.begin() + static_cast<std::ptrdiff_t>(index));
    }
  }
}

TEST(ResourceTracker, AgreesWithSumsOverTheContainers) {
  EXPECT_TRUE(rc::check("resource tracker", [] {
    const std::int64_t memory = 1000;
    const std::int64_t cpu = *rc::gen::element<std::int64_t>(0, 1000);
    ResourceTracker real(MemoryMib{memory}, MilliCpu{cpu});
    std::vector<Item> items;
    const int steps = *rc::gen::inRange(0, 100);
    for (int step = 0; step < steps; ++step) {
      change(real, items);
      expect_same(real, items, memory, cpu);
    }
  }));
}

}  // namespace
}  // namespace fn::core
