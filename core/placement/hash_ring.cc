// SPDX-License-Identifier: Apache-2.0

#include "core/placement/hash_ring.h"

#include <algorithm>
#include <utility>

#include "core/base/assert.h"
#include "core/base/hash.h"

namespace fn::core {

namespace {

constexpr std::uint32_t kGone = 0xffffffffU;

bool by_hash(const HashRing::Point& left, const HashRing::Point& right) {
  return left.hash < right.hash;
}

}  // namespace

std::uint32_t HashRing::points_of(std::uint32_t memory_mib) {
  constexpr std::uint32_t kMibPerPoint = 64;
  constexpr std::uint32_t kFewest = 32;  // below this, shares differ too much
  constexpr std::uint32_t kMost = 256;   // above this, the ring outgrows the caches
  constexpr std::uint32_t kUnknown = 64;
  return memory_mib == 0 ? kUnknown : std::clamp(memory_mib / kMibPerPoint, kFewest, kMost);
}

std::uint64_t HashRing::hash_of(RunnerHandle runner, std::uint32_t number) {
  // mix64 maps no two words to one, so points never tie.
  return mix64(((std::uint64_t{runner.value} << 32) | number) + 0x9e3779b97f4a7c15ULL);
}

void HashRing::update(std::span<const Member> members) {
  std::vector<bool> known(members.size());
  drop_and_renumber(members, known);
  add_new(members, known);
  members_.assign(members.begin(), members.end());
  link();
}

std::uint32_t HashRing::locate(std::uint64_t key) const {
  FN_ASSERT(!points_.empty());
  const Point wanted{mix64(key), 0, 0};
  const auto found = std::lower_bound(points_.begin(), points_.end(), wanted, by_hash);
  return found == points_.end() ? 0 : static_cast<std::uint32_t>(found - points_.begin());
}

// Keeps the points of runners that stay, with their new positions, and marks these as known.
void HashRing::drop_and_renumber(std::span<const Member> members, std::vector<bool>& known) {
  std::vector<std::pair<RunnerHandle, std::uint32_t>> by_runner;
  by_runner.reserve(members.size());
  for (const Member& member : members) {
    by_runner.emplace_back(member.runner, static_cast<std::uint32_t>(by_runner.size()));
  }
  std::sort(by_runner.begin(), by_runner.end());
  std::vector<std::uint32_t> moved_to(members_.size(), kGone);
  for (std::size_t old = 0; old < members_.size(); ++old) {
    const auto found = std::lower_bound(
        by_runner.begin(), by_runner.end(), std::pair{members_[old].runner, std::uint32_t{0}});
    // A runner that reports another size than before gets its points anew.
    if (found != by_runner.end() && found->first == members_[old].runner &&
        points_of(members[found->second].memory_mib) == points_of(members_[old].memory_mib)) {
      moved_to[old] = found->second;
      known[found->second] = true;
    }
  }
  for (Point& point : points_) {
    point.position = moved_to[point.position];
  }
  std::erase_if(points_, [](const Point& point) { return point.position == kGone; });
}

void HashRing::add_new(std::span<const Member> members, const std::vector<bool>& known) {
  const auto kept = static_cast<std::ptrdiff_t>(points_.size());
  for (std::uint32_t position = 0; position < members.size(); ++position) {
    const std::uint32_t count = known[position] ? 0 : points_of(members[position].memory_mib);
    for (std::uint32_t number = 0; number < count; ++number) {
      points_.push_back(Point{hash_of(members[position].runner, number), position, 0});
    }
  }
  std::sort(points_.begin() + kept, points_.end(), by_hash);
  std::inplace_merge(points_.begin(), points_.begin() + kept, points_.end(), by_hash);
}

void HashRing::link() {
  // Two rounds: the first finds where each runner's last point lies, the second measures.
  std::vector<std::uint32_t> last(members_.size(), 0);
  for (std::uint32_t index = 0; index < size(); ++index) {
    last[points_[index].position] = index;
  }
  reach_ = 0;
  for (std::uint32_t index = 0; index < size(); ++index) {
    Point& point = points_[index];
    std::uint32_t& before = last[point.position];
    point.gap = before < index ? index - before : index + size() - before;
    reach_ = std::max(reach_, point.gap);
    before = index;
  }
}

}  // namespace fn::core
