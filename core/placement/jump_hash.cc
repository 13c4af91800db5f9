// SPDX-License-Identifier: Apache-2.0

#include "core/placement/jump_hash.h"

#include <algorithm>

#include "core/base/hash.h"

namespace fn::core {

namespace {

constexpr std::uint64_t next_key(std::uint64_t key) {
  return key * 2862933555777941757ULL + 1;
}

}  // namespace

std::uint64_t placement_key(std::string_view function_id) {
  return siphash24(0, 0x4c617279426f6174ULL, function_id);
}

std::uint32_t jump_hash(std::uint64_t key, std::uint32_t n) {
  constexpr double kTwoTo31 = 2147483648.0;
  std::int64_t home = -1;
  for (std::int64_t jump = 0; jump < std::int64_t{n};) {
    home = jump;
    key = next_key(key);
    const double factor = kTwoTo31 / static_cast<double>((key >> 33) + 1);
    jump = static_cast<std::int64_t>(static_cast<double>(home + 1) * factor);
  }
  return static_cast<std::uint32_t>(home);
}

std::uint32_t fn_jump_hash(std::uint64_t key, std::uint32_t n) {
  constexpr std::uint64_t kTwoTo31 = 1ULL << 31;
  std::int64_t home = -1;
  for (std::int64_t jump = 0; jump < std::int64_t{n};) {
    home = jump;
    key = next_key(key);
    const std::uint64_t factor = kTwoTo31 / std::max<std::uint64_t>(key >> 33, 1) + 1;
    jump = (home + 1) * static_cast<std::int64_t>(factor);
  }
  return static_cast<std::uint32_t>(home);
}

}  // namespace fn::core
