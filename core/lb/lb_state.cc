// SPDX-License-Identifier: Apache-2.0
//
// The load balancer's state as bytes, and what must hold of bytes that claim to be one: whatever
// would later index out of range or break a belief is refused when it is loaded.

#include "core/lb/load_balancer.h"

namespace fn::core {

namespace {

constexpr std::uint64_t kSavedForm = 0x32'62'6c'6e'66ULL;  // "fnlb2"

}  // namespace

void LoadBalancer::save(Writer& out) const {
  out.pod(kSavedForm);
  out.pod(to_ns(now_));
  rng_.save(out);
  placer_->save(out);
  pool_.save(out);
  advertiser_.save(out);
  waiting_.save(out);
  retry_after_.save(out);
  passes_.save(out);
  out.list(calls_);
  out.pod(membership_generation_);
  out.pod(memberships_);
  out.pod(arrivals_);
  out.pod(attempts_);
  out.pod(first_of_);
  out.pod(probing_);
  out.pod(away_);
  out.pod(to_ns(probe_at_));
  out.pod(to_ns(pass_at_));
}

Status LoadBalancer::load(Reader& in) {
  std::uint64_t form = 0;
  std::int64_t now = 0;
  in.pod(form);
  in.pod(now);
  if (form != kSavedForm || now < 0) {
    return fail(ErrorCode::kInvalidArgument, "saved load balancer: not one, or of another version");
  }
  now_ = Instant(Duration(now));
  rng_.load(in);
  placer_->load(in);
  Status status = pool_.load(in);
  advertiser_.load(in);
  if (status) {
    status = waiting_.load(in);
  }
  if (status) {
    status = retry_after_.load(in, now_);
  }
  if (!status) {
    return status;
  }
  passes_.load(in);
  in.list(calls_);
  in.pod(membership_generation_);
  in.pod(memberships_);
  in.pod(arrivals_);
  in.pod(attempts_);
  in.pod(first_of_);
  in.pod(probing_);
  in.pod(away_);
  std::int64_t probe = 0;
  std::int64_t pass = 0;
  in.pod(probe);
  in.pod(pass);
  probe_at_ = Instant(Duration(probe));
  pass_at_ = Instant(Duration(pass));
  if (in.failed() || !calls_agree() || !queue_agrees()) {
    return fail(ErrorCode::kInvalidArgument, "saved load balancer: cut short or of two minds");
  }
  placer_->members_changed(pool_.view());
  return {};
}

// Whether the calls name what exists, and the runners and the advertiser count what they hold.
bool LoadBalancer::calls_agree() const {
  std::vector<RunnerPool::Load> loads(pool_.views());
  std::uint64_t open = 0;
  std::uint32_t away = 0;
  MemoryMib memory;
  MilliCpu cpu;
  for (const Call& call : calls_) {
    if (call.state == State::kEnded) {
      continue;
    }
    if (call.state > State::kRunning || call.turn > Turn::kOvertaking || call.detached > 1 ||
        call.queued > 1 || call.function.value >= functions_.size() || call.arrived_ns < 0 ||
        call.arrived_ns > to_ns(now_) || call.probe_at_ns < 0 ||
        comes_before(arrivals_, call.number) ||
        (call.turn == Turn::kOvertaking && call.head.value >= calls_.size())) {
      return false;
    }
    const FunctionSpec& spec = functions_[call.function];
    ++open;
    away += call.state == State::kOffered ? call.queued : 0U;
    memory += spec.memory;
    cpu += spec.cpu;
    if (call.state == State::kWaiting) {
      continue;
    }
    if (call.view >= loads.size()) {
      return false;
    }
    RunnerPool::Load& load = loads[call.view];
    ++load.calls;
    load.memory_mib += static_cast<std::uint64_t>(spec.memory.value);
    load.cpu_milli += static_cast<std::uint64_t>(spec.cpu.value);
  }
  return away == away_ && advertiser_.calls() == open && advertiser_.memory() == memory &&
         advertiser_.cpu() == cpu && pool_.agrees(loads);
}

// Whether exactly the waiting calls stand in the queue, and those who wait for a time are known.
bool LoadBalancer::queue_agrees() const {
  std::uint32_t waiting = 0;
  std::array<CallHandle, 2> first_of;
  for (std::uint32_t index = 0; index < calls_.size(); ++index) {
    const bool holds = waiting_.holds(CallHandle{index});
    if (holds != (calls_[index].state == State::kWaiting) ||
        (holds && waiting_.number(CallHandle{index}) != calls_[index].number)) {
      return false;
    }
    waiting += holds ? 1U : 0U;
  }
  if (waiting != waiting_.count()) {
    return false;
  }
  for (CallHandle call = waiting_.first(); call.valid(); call = waiting_.after(call)) {
    CallHandle& first = first_of[calls_[call.value].detached];
    first = first.valid() ? first : call;
  }
  const bool polls = placer_->every_call_polls();
  const bool probes = probe_at_ != kNever;
  const bool away = probing_.valid();
  return first_of == first_of_ && probes == (!polls && !away && waiting > 0) &&
         (!away ||
          (probing_.value < calls_.size() && calls_[probing_.value].state == State::kOffered)) &&
         passes_.agrees(later(now_, config_.pass_pause),
                        polls ? waiting : 0,
                        [this](const TimerLane::Timer& timer) { return polls_at(timer); });
}

}  // namespace fn::core
