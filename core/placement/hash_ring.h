// SPDX-License-Identifier: Apache-2.0
//
// HashRing: runners at fixed points of a circle of 64-bit hashes, so that a runner that comes or
// goes anywhere in the membership moves only the keys next to its own points. A runner has one
// point per 64 MiB within limits: its share of the keys follows its size. The points depend on the
// runner's handle and size alone, so every LB of a group has the same ring, whatever it has seen.
//
// update() costs one pass over the points and a sort of the new runners' points; all else is free
// of allocation.

#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/handle.h"
#include "core/pool/membership.h"

namespace fn::core {

class HashRing {
 public:
  struct Point {
    std::uint64_t hash = 0;
    std::uint32_t position = 0;  // in the membership
    // Points back to the same runner's last one; size() when it has no other.
    std::uint32_t gap = 0;
  };

  // How many points a runner of `memory_mib` (zero: unknown) has.
  static std::uint32_t points_of(std::uint32_t memory_mib);

  // The hash of the runner's point `number`. No two (runner, number) share one.
  static std::uint64_t hash_of(RunnerHandle runner, std::uint32_t number);

  // Takes over a membership. REQUIRES: every runner appears once.
  void update(std::span<const Member> members);

  // Index of the first point at or after the key's hash. REQUIRES: size() > 0.
  [[nodiscard]] std::uint32_t locate(std::uint64_t key) const;

  [[nodiscard]] std::uint32_t size() const { return static_cast<std::uint32_t>(points_.size()); }

  // Any `reach()` points in a row contain every runner.
  [[nodiscard]] std::uint32_t reach() const { return reach_; }

  [[nodiscard]] const Point& operator[](std::uint32_t index) const { return points_[index]; }

  // The index `offset` points after `start`. REQUIRES: start < size(), offset < size().
  [[nodiscard]] std::uint32_t after(std::uint32_t start, std::uint32_t offset) const {
    const std::uint32_t ahead = size() - start;
    return offset < ahead ? start + offset : offset - ahead;
  }

 private:
  void drop_and_renumber(std::span<const Member> members, std::vector<bool>& known);
  void add_new(std::span<const Member> members, const std::vector<bool>& known);
  void link();

  std::vector<Member> members_;
  std::vector<Point> points_;  // by hash
  std::uint32_t reach_ = 0;
};

}  // namespace fn::core
