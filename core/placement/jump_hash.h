// SPDX-License-Identifier: Apache-2.0
//
// From a function's id to the position of its home among n runners: Fn's placement key, the
// published jump consistent hash, and Fn's version of it, whose homes are skewed.
//
// Both hashes need positions: only the last runner may leave without moving other homes. With n = 0
// both give kNoHome (Fn's -1). The values are part of results and never change.

#pragma once

#include <cstdint>
#include <string_view>

namespace fn::core {

inline constexpr std::uint32_t kNoHome = 0xffffffffU;

// SipHash-2-4 of `function_id` under Fn's fixed key: the same on every LB.
std::uint64_t placement_key(std::string_view function_id);

// Lamping and Veach, "A Fast, Minimal Memory, Consistent Hash Algorithm" (2014), in IEEE double as
// in the paper: every position is the home of the same share of keys, and from n to n + 1 runners
// only 1 / (n + 1) of them move. REQUIRES: n < 2^31.
std::uint32_t jump_hash(std::uint64_t key, std::uint32_t n);

// Fn's version divides whole numbers and adds its one after the division, so that a jump is at
// least twofold: position 1 is nobody's home and others get up to five times their share. Where
// Fn's would divide by zero (one key in 2^31 per step), this divides by one. REQUIRES: n < 2^31.
std::uint32_t fn_jump_hash(std::uint64_t key, std::uint32_t n);

}  // namespace fn::core
