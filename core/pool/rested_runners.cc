// SPDX-License-Identifier: Apache-2.0

#include "core/pool/rested_runners.h"

namespace fn::core {

void RestedRunners::report(LbHandle lb, RunnerHandle runner, bool rested) {
  auto place = std::lower_bound(
      runners_.begin(), runners_.end(), runner, [](const Rested& entry, RunnerHandle handle) {
        return entry.runner < handle;
      });
  if (place == runners_.end() || place->runner != runner) {
    if (!rested) {
      return;
    }
    place = runners_.insert(place, Rested{runner, {}, kNever});
  }
  const auto found = std::find(place->lbs.begin(), place->lbs.end(), lb);
  if (rested && found == place->lbs.end()) {
    place->lbs.push_back(lb);
  } else if (!rested && found != place->lbs.end()) {
    place->lbs.erase(found);
  }
  if (place->lbs.empty()) {
    runners_.erase(place);
  }
  rearm();
}

void RestedRunners::forget(RunnerHandle runner) {
  runners_.erase(std::remove_if(runners_.begin(),
                                runners_.end(),
                                [runner](const Rested& entry) { return entry.runner == runner; }),
                 runners_.end());
  rearm();
}

void RestedRunners::forget(LbHandle lb) {
  for (Rested& rested : runners_) {
    rested.lbs.erase(std::remove(rested.lbs.begin(), rested.lbs.end(), lb), rested.lbs.end());
  }
  runners_.erase(
      std::remove_if(
          runners_.begin(), runners_.end(), [](const Rested& entry) { return entry.lbs.empty(); }),
      runners_.end());
  rearm();
}

std::vector<RestedRunners::Rested>::iterator RestedRunners::longest_rested() {
  const auto first = std::min_element(
      runners_.begin(), runners_.end(), [](const Rested& left, const Rested& right) {
        return left.all_since < right.all_since;
      });
  return first == runners_.end() || first->all_since == kNever ? runners_.end() : first;
}

void RestedRunners::rearm() {
  const auto first = longest_rested();
  next_ =
      first == runners_.end() ? kNever : later(first->all_since, config_.rest_before_replacement);
  if (next_ != kNever && last_replaced_ != kNever) {
    next_ = std::max(next_, later(last_replaced_, config_.provision_delay));
  }
}

RunnerHandle RestedRunners::take_due(Instant now) {
  if (next_ > now) {
    return RunnerHandle{};
  }
  const auto first = longest_rested();
  const RunnerHandle runner = first->runner;
  last_replaced_ = now;
  runners_.erase(first);
  rearm();
  return runner;
}

void RestedRunners::save(Writer& out) const {
  out.pod(std::uint64_t{runners_.size()});
  for (const Rested& rested : runners_) {
    out.pod(rested.runner);
    out.list(rested.lbs);
    out.pod(to_ns(rested.all_since));
  }
  out.pod(to_ns(last_replaced_));
}

Status RestedRunners::load(Reader& in) {
  std::uint64_t size = 0;
  in.pod(size);
  runners_.clear();
  for (std::uint64_t index = 0; index < size && !in.failed(); ++index) {
    Rested rested;
    std::int64_t all_since = 0;
    in.pod(rested.runner);
    in.list(rested.lbs);
    in.pod(all_since);
    rested.all_since = Instant(Duration(all_since));
    runners_.push_back(std::move(rested));
  }
  std::int64_t last_replaced = 0;
  in.pod(last_replaced);
  last_replaced_ = Instant(Duration(last_replaced));
  if (in.failed()) {
    return fail(ErrorCode::kInvalidArgument, "saved rested runners: cut short");
  }
  rearm();
  return {};
}

}  // namespace fn::core
