// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/fn2018_scaler.h"

#include <algorithm>

namespace fn::core {

namespace {

std::int64_t size_of(const Member& member) {
  return member.memory_mib > 0 ? member.memory_mib : Fn2018Scaler::kCapacityPerRunner;
}

std::int64_t units_for(std::int64_t memory_mib) {
  constexpr std::int64_t kUnit = Fn2018Scaler::kCapacityPerRunner;
  return memory_mib <= 0 ? 0 : (memory_mib + kUnit - 1) / kUnit;
}

}  // namespace

void Fn2018Scaler::keep_books(const GroupView& view) {
  // A new runner counts as current only, on the theory that it was counted as target when it was
  // asked for.
  current_mib_ += view.listed_mib - listed_mib_;
  listed_mib_ = view.listed_mib;
  target_mib_ -= static_cast<std::int64_t>(view.refused - refused_) * kCapacityPerRunner;
  refused_ = view.refused;
}

void Fn2018Scaler::decide(const GroupView& view, GroupDecision& decision) {
  decision = GroupDecision{};
  keep_books(view);
  const std::int64_t required = view.demand.memory_mib;
  decision.wish = clamp_to_u32(units_for(required));
  if (view.cause == DecideCause::kAdvertised || view.cause == DecideCause::kExpired) {
    if (required > target_mib_) {
      grow(view, required, decision);
    } else if (required <= current_mib_ - kCapacityPerRunner) {
      shrink(view, required, decision);
    }
  }
  decision.target = static_cast<std::uint32_t>(view.active.size()) + view.ordered +
                    decision.provision + decision.revive - decision.drain;
}

void Fn2018Scaler::grow(const GroupView& view, std::int64_t required, GroupDecision& decision) {
  for (auto member = view.draining.rbegin();
       member != view.draining.rend() && required > target_mib_;
       ++member) {
    current_mib_ += size_of(*member);
    target_mib_ += size_of(*member);
    ++decision.revive;
  }
  if (required > target_mib_) {
    const std::int64_t wanted = std::min(units_for(required - target_mib_), kLargestRequest);
    target_mib_ += wanted * kCapacityPerRunner;
    decision.provision = clamp_to_u32(wanted);
  }
}

void Fn2018Scaler::shrink(const GroupView& view, std::int64_t required, GroupDecision& decision) {
  for (auto member = view.active.rbegin();
       member != view.active.rend() && required <= current_mib_ - kCapacityPerRunner;
       ++member) {
    current_mib_ -= size_of(*member);
    target_mib_ -= size_of(*member);
    ++decision.drain;
  }
}

void Fn2018Scaler::save(Writer& out) const {
  out.pod(current_mib_);
  out.pod(target_mib_);
  out.pod(listed_mib_);
  out.pod(refused_);
}

Status Fn2018Scaler::load(Reader& in) {
  in.pod(current_mib_);
  in.pod(target_mib_);
  in.pod(listed_mib_);
  in.pod(refused_);
  if (in.failed()) {
    return fail(ErrorCode::kInvalidArgument, "saved books of fn-2018: cut short");
  }
  return {};
}

}  // namespace fn::core
