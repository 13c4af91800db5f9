// SPDX-License-Identifier: Apache-2.0
//
// The load balancer's health decisions: asking silent runners, resting those that fail.

#include "core/lb/lb_call_path.h"
#include "core/lb/load_balancer.h"

namespace fn::core {

void LoadBalancer::step(Instant now, const RunnerBroke& event, LbOut& out) {
  advance(now);
  const std::uint32_t view = pool_.find(event.runner);
  if (view == RunnerPool::kNone) {
    out.note(LbEventIgnored{.what = IgnoredLbEvent::kUnknownRunner, .subject = event.runner.value});
    return;
  }
  const Duration pause = pool_.broke(view, now);
  if (pause > Duration::zero()) {
    note_rest(view, false, pause, out);
  }
  // Calls that it had accepted are lost; those only offered look on.
  for (std::uint32_t index = 0; index < calls_.size(); ++index) {
    Call& call = calls_[index];
    if (call.state == State::kRunning && call.view == view) {
      pool_.release(view, functions_[call.function]);
      end(CallHandle{index}, CallOutcome::kFailed, RefusalReason::kRunnerBroken, out);
    }
  }
  abandon_offers(view, false, out);
}

void LoadBalancer::step(Instant now, const RunnerAnswered& event, LbOut& out) {
  advance(now);
  const std::uint32_t view = pool_.find(event.runner);
  if (view == RunnerPool::kNone) {
    out.note(LbEventIgnored{.what = IgnoredLbEvent::kUnknownRunner, .subject = event.runner.value});
    return;
  }
  pool_.heard(view, now, false);
}

void LoadBalancer::look_at_runners(LbOut& out) {
  for (const RunnerPool::Found& found : pool_.look(now_)) {
    switch (found.finding) {
      case RunnerPool::Finding::kAsk:
        out.act(CheckRunner{pool_.runner(found.view)});
        break;
      case RunnerPool::Finding::kRest:
        if (found.pause > Duration::zero()) {
          note_rest(found.view, true, found.pause, out);
        }
        // Where no other runner may be better, only those go whose time is over.
        abandon_offers(found.view, pool_.in_use() <= 1 && found.pause == Duration::zero(), out);
        break;
      case RunnerPool::Finding::kUseAgain:
        out.note(RunnerUsedAgain{pool_.runner(found.view)});
        offer_waiting(found.view, out);
        break;
    }
  }
}

// Offers that the runner has not answered go elsewhere, all of them or those that are overdue.
void LoadBalancer::abandon_offers(std::uint32_t view, bool overdue, LbOut& out) {
  const std::uint32_t last = attempts_;  // what is offered from here on is meant to stay
  for (std::uint32_t index = 0; index < calls_.size(); ++index) {
    const Call& call = calls_[index];
    const bool goes = !overdue || timeout_of(call) <= now_;
    if (call.state == State::kOffered && call.view == view && goes &&
        !comes_before(last, call.attempt)) {
      out.act(CancelCall{CallHandle{index}, call.function, pool_.runner(view), call.attempt});
      refused(CallHandle{index}, RefusalReason::kRunnerBroken, out);
    }
  }
}

void LoadBalancer::note_rest(std::uint32_t view, bool silent, Duration pause, LbOut& out) {
  out.note(RunnerRested{.runner = pool_.runner(view), .silent = silent ? 1U : 0U, .pause = pause});
  out.act(ReportRunner{.runner = pool_.runner(view), .rested = 1});
}

}  // namespace fn::core
