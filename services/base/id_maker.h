// SPDX-License-Identifier: Apache-2.0
//
// Ids in Fn's form: 48 bits of milliseconds, 48 of a machine, 32 of a counter, most significant
// first, as 26 characters of base 32. Ids of one maker sort in the order of their making while the
// clock does not go back. Two makers with different machine numbers never make the same id.

#pragma once

#include <cstdint>
#include <string>

namespace fn::services {

class IdMaker {
 public:
  // Of `machine`, the lower 48 bits count.
  explicit IdMaker(std::uint64_t machine, std::uint32_t counter = 0)
      : machine_(machine), counter_(counter) {}

  // A maker with a random machine number.
  static IdMaker random();

  // `wall_ms`: milliseconds since 1970.
  std::string next(std::int64_t wall_ms);

 private:
  std::uint64_t machine_;
  std::uint32_t counter_;
};

}  // namespace fn::services
