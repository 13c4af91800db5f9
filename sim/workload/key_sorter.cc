// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/key_sorter.h"

#include <algorithm>
#include <bit>
#include <cstddef>

namespace fn::sim {

namespace {

constexpr std::size_t kFewKeys = 64;
constexpr std::size_t kFewInBucket = 24;

void insertion_sort(std::uint64_t* begin, const std::uint64_t* end) {
  for (std::uint64_t* next = begin; next < end; ++next) {
    const std::uint64_t key = *next;
    std::uint64_t* place = next;
    for (; place > begin && place[-1] > key; --place) {
      *place = place[-1];
    }
    *place = key;
  }
}

}  // namespace

void KeySorter::sort(std::vector<std::uint64_t>& keys) {
  if (keys.size() < kFewKeys || std::is_sorted(keys.begin(), keys.end())) {
    std::sort(keys.begin(), keys.end());
    return;
  }
  const int bits = static_cast<int>(std::bit_width(keys.size()));
  const int shift = 64 - bits;
  ends_.assign((std::size_t{1} << bits) + 1, 0);
  for (const std::uint64_t key : keys) {
    ++ends_[(key >> shift) + 1];
  }
  for (std::size_t bucket = 1; bucket < ends_.size(); ++bucket) {
    ends_[bucket] += ends_[bucket - 1];
  }
  // While dealing, ends_[b] grows from the bucket's begin to its end.
  sorted_.resize(keys.size());
  for (const std::uint64_t key : keys) {
    sorted_[ends_[key >> shift]++] = key;
  }
  std::size_t begin = 0;
  for (std::size_t bucket = 0; bucket + 1 < ends_.size(); ++bucket) {
    const std::size_t end = ends_[bucket];
    if (end - begin > kFewInBucket) {
      std::sort(sorted_.data() + begin, sorted_.data() + end);
    } else if (end - begin > 1) {
      insertion_sort(sorted_.data() + begin, sorted_.data() + end);
    }
    begin = end;
  }
  keys.swap(sorted_);
}

}  // namespace fn::sim
