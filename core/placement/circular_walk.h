// SPDX-License-Identifier: Apache-2.0
//
// The walk that most placers share: from a start position on in membership order, around the end,
// each candidate at most once. The session remembers where it stands; a membership that has shrunk
// or grown in between yields valid positions, though a runner may then be met again.

#pragma once

#include <cstdint>
#include <span>

#include "core/placement/placer.h"

namespace fn::core {

// What a placer without load information asks: is the runner not rested by this LB?
inline bool in_use(const Candidate& candidate) {
  return candidate.usable != 0;
}

// The position after the session's that `accepts(candidate)`, or kNone at the end of the round.
template <typename Accepts>
std::uint32_t walk_on(std::span<const Candidate> candidates,
                      PlacementSession& session,
                      Accepts accepts) {
  const auto size = static_cast<std::uint32_t>(candidates.size());
  if (size == 0) {
    return Placer::kNone;
  }
  const std::uint32_t start = session.start % size;
  while (session.step + 1 < size) {
    ++session.step;
    const std::uint32_t ahead = size - start;
    const std::uint32_t position =
        session.step < ahead ? start + session.step : session.step - ahead;
    if (accepts(candidates[position])) {
      return position;
    }
  }
  return Placer::kNone;
}

// Begins a session at `start`: that position or the first after it that `accepts(candidate)`.
// REQUIRES: start < candidates.size().
template <typename Accepts>
std::uint32_t walk_from(std::span<const Candidate> candidates,
                        std::uint32_t start,
                        PlacementSession& session,
                        Accepts accepts) {
  session = PlacementSession{start, 0};
  return accepts(candidates[start]) ? start : walk_on(candidates, session, accepts);
}

}  // namespace fn::core
