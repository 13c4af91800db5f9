// SPDX-License-Identifier: Apache-2.0
//
// A trace in the format of Azure Functions 2019, small enough to run many times and busy enough
// that a group's pool grows and shrinks: owners with several functions each, drawn from a seed, and
// written with the rows of any owners in any order.

#pragma once

#include <cstddef>
#include <cstdint>
#include <fstream>
#include <numeric>
#include <string>
#include <utility>
#include <vector>

#include "core/base/rng.h"

namespace fn::tests {

class SmallTrace {
 public:
  static constexpr int kOwners = 4;
  static constexpr int kFunctionsPerOwner = 5;
  static constexpr int kMinutes = 30;
  static constexpr int kAllOwners = -1;

  // Whether all owners call until the last minute, or each a few minutes less than the one before.
  enum class Ends : std::uint8_t { kTogether, kApart };

  SmallTrace(std::uint64_t seed, Ends ends) {
    core::Rng rng(seed);
    for (int owner = 0; owner < kOwners; ++owner) {
      for (int function = 0; function < kFunctionsPerOwner; ++function) {
        rows_.push_back(draw(owner, function, ends, rng));
      }
    }
    order_.resize(rows_.size());
    std::iota(order_.begin(), order_.end(), std::size_t{0});
  }

  static std::string owner(int number) { return "owner" + std::to_string(number); }

  // Puts the rows of the invocation file into another order.
  void shuffle(std::uint64_t seed) {
    core::Rng rng(seed);
    for (std::size_t left = order_.size(); left > 1; --left) {
      std::swap(order_[left - 1], order_[rng.below(left)]);
    }
  }

  // Writes the three files, with all owners' rows or with those of one; returns what --trace takes.
  [[nodiscard]] std::string write(const std::string& folder, int only_owner = kAllOwners) const {
    std::ofstream inv(folder + "/inv.csv");
    std::ofstream run(folder + "/run.csv");
    std::ofstream mem(folder + "/mem.csv");
    inv << "HashOwner,HashApp,HashFunction,Trigger";
    for (int minute = 1; minute <= kMinutes; ++minute) {
      inv << ',' << minute;
    }
    inv << '\n';
    run << "HashOwner,HashApp,HashFunction,Average,Count,Minimum,Maximum,percentile_Average_0,"
           "percentile_Average_1,percentile_Average_25,percentile_Average_50,"
           "percentile_Average_75,percentile_Average_99,percentile_Average_100\n";
    mem << "HashOwner,HashApp,HashFunction,AverageAllocatedMb\n";
    for (const std::size_t index : order_) {
      const Row& row = rows_[index];
      if (only_owner == kAllOwners || row.owner == only_owner) {
        inv << row.id << ",http" << row.counts << '\n';
        run << row.id << row.durations << '\n';
        mem << row.id << ',' << row.memory_mib << '\n';
      }
    }
    return folder + "/inv.csv";
  }

 private:
  struct Row {
    int owner = 0;
    std::string id;
    std::string counts;
    std::string durations;
    std::uint64_t memory_mib = 0;
  };

  static Row draw(int owner, int function, Ends ends, core::Rng& rng) {
    Row row;
    row.owner = owner;
    const std::string name = SmallTrace::owner(owner);
    row.id = name + "," + name + "-app," + name + "-fn" + std::to_string(function);
    const std::uint64_t busiest = 20 + rng.below(400);
    for (int minute = 0; minute < kMinutes; ++minute) {
      const int last = kMinutes - 1 - (ends == Ends::kApart ? 6 * owner : 0);
      const bool rests = minute > last || (minute < last && rng.below(4) == 0);
      row.counts += "," + std::to_string(rests ? 0 : 1 + rng.below(busiest));
    }
    const std::uint64_t mean = 50 + rng.below(5'000);
    const auto part = [mean](std::uint64_t tenths) {
      return "," + std::to_string(mean * tenths / 10);
    };
    row.durations = part(10) + ",100" + part(2) + part(40);
    for (const std::uint64_t tenths : {2U, 3U, 6U, 9U, 12U, 30U, 40U}) {
      row.durations += part(tenths);
    }
    row.memory_mib = 100 + rng.below(900);
    return row;
  }

  std::vector<Row> rows_;
  std::vector<std::size_t> order_;
};

}  // namespace fn::tests
