// SPDX-License-Identifier: Apache-2.0

#include "core/placement/chbl_placer.h"

#include <algorithm>

#include "core/base/assert.h"

namespace fn::core {

void ChblPlacer::members_changed(const PoolView& pool) {
  std::vector<Member> members;
  members.reserve(pool.candidates.size());
  std::uint64_t memory_mib = 0;
  weighted_ = true;
  for (const Candidate& candidate : pool.candidates) {
    members.push_back(Member{candidate.runner, candidate.memory_mib, candidate.cpu_milli});
    memory_mib += candidate.memory_mib;
    weighted_ = weighted_ && candidate.memory_mib != 0;
  }
  weights_x100_ = 100 * (weighted_ ? memory_mib : members.size());
  members_ = static_cast<std::uint32_t>(members.size());
  ring_.update(members);
  homes_.clear();
}

std::uint32_t ChblPlacer::first(const PoolView& pool,
                                FunctionHandle function,
                                const FunctionSpec& spec,
                                PlacementSession& session) {
  FN_ASSERT(pool.candidates.size() == members_);
  if (members_ == 0) {
    return kNone;
  }
  const std::uint32_t home = homes_.home(function, [&] { return ring_.locate(spec.key); });
  const std::uint32_t position = ring_[home].position;
  const Bound bound = bound_of(pool, spec);
  if (below(pool.candidates[position], bound) && pool.candidates[position].can_take(spec)) {
    session = PlacementSession{home, 0};
    return position;
  }
  return walk(pool, spec, home, bound, session);
}

std::uint32_t ChblPlacer::walk(const PoolView& pool,
                               const FunctionSpec& spec,
                               std::uint32_t home,
                               Bound bound,
                               PlacementSession& session) const {
  const auto fits = [&](const Candidate& candidate) {
    return candidate.can_take(spec);
  };
  // A full pool is common under overload, and the ring is longer than the list of candidates.
  if (std::none_of(pool.candidates.begin(), pool.candidates.end(), fits)) {
    return kNone;
  }
  std::uint32_t fallback = kNone;
  std::uint64_t fallback_load = 0;
  std::uint64_t fallback_weight = 0;
  for (std::uint32_t offset = 0; offset < ring_.reach(); ++offset) {
    const std::uint32_t index = ring_.after(home, offset);
    // The runner's last point lies behind home: this is where the walk meets it first.
    if (ring_[index].gap <= offset) {
      continue;
    }
    const Candidate& candidate = pool.candidates[ring_[index].position];
    if (!fits(candidate)) {
      continue;
    }
    if (below(candidate, bound)) {
      session = PlacementSession{index, 0};
      return ring_[index].position;
    }
    const std::uint64_t weight = weight_of(candidate);
    if (fallback == kNone || candidate.load_mib * fallback_weight < fallback_load * weight) {
      fallback = index;
      fallback_load = candidate.load_mib;
      fallback_weight = weight;
    }
  }
  FN_ASSERT(fallback != kNone);
  session = PlacementSession{fallback, 0};
  return ring_[fallback].position;
}

std::uint32_t ChblPlacer::next(const PoolView& pool,
                               const FunctionSpec& spec,
                               PlacementSession& session) {
  FN_ASSERT(pool.candidates.size() == members_);
  if (members_ == 0) {
    return kNone;
  }
  const std::uint32_t start = session.start % ring_.size();
  while (session.step + 1 < ring_.reach()) {
    ++session.step;
    const HashRing::Point& point = ring_[ring_.after(start, session.step)];
    if (point.gap > session.step && pool.candidates[point.position].can_take(spec)) {
      return point.position;
    }
  }
  return kNone;
}

ChblPlacer::Bound ChblPlacer::bound_of(const PoolView& pool, const FunctionSpec& spec) const {
  const std::uint64_t total = pool.load_mib + static_cast<std::uint64_t>(spec.memory.value);
  return Bound{WideInt{total} * load_bound_percent_};
}

bool ChblPlacer::below(const Candidate& candidate, Bound bound) const {
  // A whole number is below ceil(q) just when it is below q, so nothing is divided.
  return WideInt{candidate.load_mib} * weights_x100_ < bound.share * weight_of(candidate);
}

}  // namespace fn::core
