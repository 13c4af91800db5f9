// SPDX-License-Identifier: Apache-2.0

#include "core/capacity/capacity_merger.h"

#include <algorithm>

namespace fn::core {

Instant CapacityMerger::lease_end(Instant now) const {
  if (config_.purge_period <= Duration::zero()) {
    return later(now, config_.lease);
  }
  // A purge forgets who was last heard before the previous one: the second purge after `now`.
  const Duration period = config_.purge_period;
  return Instant((now.time_since_epoch() / period + 2) * period);
}

CapacityMerger::Outcome CapacityMerger::merge(Instant now,
                                              LbHandle lb,
                                              std::uint32_t sequence,
                                              const Requirement& wanted) {
  if (lb.value >= claims_.size()) {
    if (lb.value >= config_.max_lbs) {
      return Outcome::kTooManyLbs;
    }
    claims_.resize(std::size_t{lb.value} + 1);
  }
  Claim& claim = claims_[lb.value];
  if (sequence != 0 && !config_.receive_order) {
    if (sequence <= claim.sequence && now < claim.expires_at) {
      return Outcome::kOldSequence;
    }
    claim.sequence = sequence;
  }
  claim.expires_at = lease_end(now);
  if (claim.wanted.zero()) {
    if (wanted.zero()) {
      return Outcome::kRenewed;
    }
    link_last(lb.value);
  } else if (last_ != lb.value) {
    unlink(lb.value);
    link_last(lb.value);
  }
  if (claim.wanted == wanted) {
    return Outcome::kRenewed;
  }
  if (wanted.zero()) {
    unlink(lb.value);
    replace(lb.value, Requirement{});
  } else {
    replace(lb.value, wanted);
  }
  return Outcome::kChanged;
}

bool CapacityMerger::expire_one(Instant now, ExpiredClaim& expired) {
  if (next_expiry() > now) {
    return false;
  }
  const std::uint32_t index = first_;
  expired = ExpiredClaim{LbHandle{index}, claims_[index].wanted};
  unlink(index);
  replace(index, Requirement{});
  return true;
}

void CapacityMerger::link_last(std::uint32_t index) {
  Claim& claim = claims_[index];
  claim.previous = last_;
  claim.next = kNone;
  (last_ == kNone ? first_ : claims_[last_].next) = index;
  last_ = index;
  ++count_;
}

void CapacityMerger::unlink(std::uint32_t index) {
  Claim& claim = claims_[index];
  (claim.previous == kNone ? first_ : claims_[claim.previous].next) = claim.next;
  (claim.next == kNone ? last_ : claims_[claim.next].previous) = claim.previous;
  claim.previous = kNone;
  claim.next = kNone;
  --count_;
}

void CapacityMerger::replace(std::uint32_t index, const Requirement& wanted) {
  Requirement& held = claims_[index].wanted;
  total_.memory_mib += std::int64_t{wanted.memory_mib} - std::int64_t{held.memory_mib};
  total_.cpu_milli += std::int64_t{wanted.cpu_milli} - std::int64_t{held.cpu_milli};
  total_.waiting_calls += std::int64_t{wanted.waiting_calls} - std::int64_t{held.waiting_calls};
  // A maximum only has to be looked for again when its holder goes below it.
  const bool look_again = (held.oldest_wait_ms == total_.oldest_wait_ms &&
                           wanted.oldest_wait_ms < held.oldest_wait_ms) ||
                          (held.largest_waiting_mib == total_.largest_waiting_mib &&
                           wanted.largest_waiting_mib < held.largest_waiting_mib);
  held = wanted;
  if (look_again) {
    recompute_maxima();
    return;
  }
  total_.oldest_wait_ms = std::max(total_.oldest_wait_ms, wanted.oldest_wait_ms);
  total_.largest_waiting_mib = std::max(total_.largest_waiting_mib, wanted.largest_waiting_mib);
}

void CapacityMerger::recompute_maxima() {
  total_.oldest_wait_ms = 0;
  total_.largest_waiting_mib = 0;
  for (std::uint32_t index = first_; index != kNone; index = claims_[index].next) {
    const Requirement& wanted = claims_[index].wanted;
    total_.oldest_wait_ms = std::max(total_.oldest_wait_ms, wanted.oldest_wait_ms);
    total_.largest_waiting_mib = std::max(total_.largest_waiting_mib, wanted.largest_waiting_mib);
  }
}

void CapacityMerger::save(Writer& out) const {
  out.pod(std::uint64_t{claims_.size()});
  for (const Claim& claim : claims_) {
    out.pod(claim.wanted);
    out.pod(claim.sequence);
    out.pod(to_ns(claim.expires_at));
  }
  out.pod(count_);
  for (std::uint32_t index = first_; index != kNone; index = claims_[index].next) {
    out.pod(index);
  }
}

Status CapacityMerger::load(Reader& in) {
  *this = CapacityMerger(config_);
  std::uint64_t size = 0;
  in.pod(size);
  if (size > config_.max_lbs) {
    return fail(ErrorCode::kInvalidArgument,
                "saved claims: more LBs than the configuration allows");
  }
  std::uint32_t claiming = 0;
  std::vector<Requirement> wanted(size);
  claims_.resize(size);
  for (std::size_t index = 0; index < size && !in.failed(); ++index) {
    std::int64_t expires_at = 0;
    in.pod(wanted[index]);
    in.pod(claims_[index].sequence);
    in.pod(expires_at);
    claims_[index].expires_at = Instant(Duration(expires_at));
    claiming += wanted[index].zero() ? 0U : 1U;
  }
  std::uint32_t count = 0;
  in.pod(count);
  if (in.failed() || count != claiming) {
    return fail(ErrorCode::kInvalidArgument, "saved claims: cut short or of two minds");
  }
  Instant previous = Instant::min();
  for (std::uint32_t place = 0; place < count; ++place) {
    std::uint32_t index = 0;
    in.pod(index);
    if (in.failed() || index >= size || wanted[index].zero() || !claims_[index].wanted.zero() ||
        claims_[index].expires_at < previous) {
      return fail(ErrorCode::kInvalidArgument, "saved claims: not in the order of their leases");
    }
    previous = claims_[index].expires_at;
    link_last(index);
    replace(index, wanted[index]);
  }
  return {};
}

}  // namespace fn::core
