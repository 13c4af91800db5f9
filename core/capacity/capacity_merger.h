// SPDX-License-Identifier: Apache-2.0
//
// Merges what every LB says it needs for one group into one total.
//
// A snapshot replaces its LB's previous one, so merging is idempotent, and the order in which
// different LBs are heard does not matter. Of one LB the sender's sequence decides: an older
// snapshot is refused while the claim's lease runs, and taken once it has run out. An LB that falls
// silent loses its claim at the end of its lease; an explicit zero gives it up at once.
//
// The sums are kept as they change, in whole numbers: an unchanged snapshot is a renewal in O(1),
// and a total is the sum of its claims at any time, so it cannot underflow.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capacity/requirement.h"

namespace fn::core {

struct CapacityMergerConfig {
  // How long a claim stands after its LB was last heard.
  Duration lease = std::chrono::seconds(5);
  // Above zero: no leases but the purge of Fn 2018, every `purge_period` forgetting the LBs that
  // were last heard before the previous purge, so after a silence of one to two periods.
  Duration purge_period{0};
  // Snapshots count in the order in which they arrive, as in Fn 2018; sequences are not looked at.
  bool receive_order = false;
  // How many LBs may be heard; the handle of every LB lies below this.
  std::uint32_t max_lbs = 1024;
};

class CapacityMerger {
 public:
  enum class Outcome : std::uint8_t {
    kRenewed,  // the total is as before
    kChanged,
    kOldSequence,  // refused: a newer snapshot of this LB is known
    kTooManyLbs,   // refused: above the limit
  };

  struct ExpiredClaim {
    LbHandle lb;
    Requirement requirement;
  };

  explicit CapacityMerger(const CapacityMergerConfig& config) : config_(config) {}

  // `lb` needs `wanted` from `now` on. Sequence zero: the wire is unordered, the snapshot counts.
  // REQUIRES: `now` never goes back.
  Outcome merge(Instant now, LbHandle lb, std::uint32_t sequence, const Requirement& wanted);

  // Takes away one claim whose lease has run out and tells whose it was; false: there is none.
  bool expire_one(Instant now, ExpiredClaim& expired);

  // When the next lease runs out; kNever: nobody claims anything.
  [[nodiscard]] Instant next_expiry() const {
    return first_ == kNone ? kNever : claims_[first_].expires_at;
  }

  [[nodiscard]] const MergedRequirement& total() const { return total_; }

  // How many LBs hold a claim, and whether this one does.
  [[nodiscard]] std::uint32_t claims() const { return count_; }

  [[nodiscard]] bool holds_claim(LbHandle lb) const {
    return lb.value < claims_.size() && !claims_[lb.value].wanted.zero();
  }

  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  static constexpr std::uint32_t kNone = LbHandle::kNone;

  // One LB, at the index of its handle. The claims in force form a list in the order in which they
  // were last renewed, which is that of their expiry. A zero requirement is no claim; its slot only
  // remembers the sequence.
  struct Claim {
    Requirement wanted;
    std::uint32_t sequence = 0;
    Instant expires_at{};
    std::uint32_t previous = kNone;
    std::uint32_t next = kNone;
  };

  [[nodiscard]] Instant lease_end(Instant now) const;
  void link_last(std::uint32_t index);
  void unlink(std::uint32_t index);
  void replace(std::uint32_t index, const Requirement& wanted);
  void recompute_maxima();

  CapacityMergerConfig config_;
  std::vector<Claim> claims_;
  std::uint32_t first_ = kNone;
  std::uint32_t last_ = kNone;
  std::uint32_t count_ = 0;
  MergedRequirement total_;
};

}  // namespace fn::core
