// SPDX-License-Identifier: Apache-2.0
//
// Sorts numbers whose upper bits are spread about evenly, such as times inside a minute, in linear
// time: one pass deals them to as many buckets as there are numbers, then each bucket is sorted.

#pragma once

#include <cstdint>
#include <vector>

namespace fn::sim {

class KeySorter {
 public:
  // Ascending. Keeps its scratch memory between calls.
  void sort(std::vector<std::uint64_t>& keys);

 private:
  std::vector<std::uint64_t> sorted_;
  std::vector<std::uint32_t> ends_;
};

}  // namespace fn::sim
