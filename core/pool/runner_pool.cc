// SPDX-License-Identifier: Apache-2.0

#include "core/pool/runner_pool.h"

#include <algorithm>

#include "core/base/assert.h"

namespace fn::core {

namespace {

Instant instant(std::int64_t nanoseconds) {
  return Instant(Duration(nanoseconds));
}

}  // namespace

bool RunnerPool::set_members(std::span<const Member> members) {
  const auto same = [](const Member& member, const Candidate& candidate) {
    return member.runner == candidate.runner && member.memory_mib == candidate.memory_mib &&
           member.cpu_milli == candidate.cpu_milli;
  };
  if (std::equal(members.begin(), members.end(), candidates_.begin(), candidates_.end(), same)) {
    return false;
  }
  for (const std::uint32_t view : order_) {
    views_[view].position = kNone;
  }
  order_.clear();
  candidates_.clear();
  for (const Member& member : members) {
    std::uint32_t index = find(member.runner);
    if (index == kNone) {
      if (free_.empty()) {
        index = static_cast<std::uint32_t>(views_.size());
        views_.emplace_back();
      } else {
        index = free_.back();
        free_.pop_back();
      }
      views_[index] = View{.runner = member.runner, .known = 1};
      forget_too_large(index);
    }
    View& view = views_[index];
    if (view.position != kNone) {
      continue;  // listed twice
    }
    view.position = static_cast<std::uint32_t>(order_.size());
    order_.push_back(index);
    Candidate candidate{.runner = member.runner,
                        .usable = view.rested == 0 ? 1U : 0U,
                        .memory_mib = member.memory_mib,
                        .cpu_milli = member.cpu_milli,
                        .load_mib = view.load_mib,
                        .load_milli = view.load_milli,
                        .load_calls = view.calls};
    if (refuse_when_full_ && member.memory_mib > 0) {
      candidate.limit_mib = member.memory_mib;
    }
    if (refuse_when_full_ && member.cpu_milli > 0) {
      candidate.limit_milli = member.cpu_milli;
    }
    candidates_.push_back(candidate);
  }
  for (std::uint32_t index = 0; index < views_.size(); ++index) {
    forget_if_unused(index);
  }
  rebuild_view();
  wake_surplus();
  return true;
}

// Members that left may leave more than half of the rest resting: the first in order rest no more.
void RunnerPool::wake_surplus() {
  std::uint32_t resting = rested_members_;
  for (const std::uint32_t index : order_) {
    if (std::size_t{2} * resting <= order_.size()) {
      return;
    }
    if (views_[index].rested != 0) {
      views_[index].rest_until_ns = 0;
      due_ = Instant{};
      --resting;
    }
  }
}

void RunnerPool::rebuild_view() {
  pool_ = PoolView{.candidates = candidates_};
  rested_members_ = 0;
  for (const Candidate& candidate : candidates_) {
    pool_.load_mib += candidate.load_mib;
    pool_.memory_mib += candidate.memory_mib;
    rested_members_ += candidate.usable == 0 ? 1 : 0;
  }
}

std::uint32_t RunnerPool::find(RunnerHandle runner) const {
  for (std::uint32_t index = 0; index < views_.size(); ++index) {
    if (views_[index].known != 0 && views_[index].runner == runner) {
      return index;
    }
  }
  return kNone;
}

void RunnerPool::forget_if_unused(std::uint32_t view_index) {
  View& view = views_[view_index];
  if (view.known != 0 && view.position == kNone && view.calls == 0) {
    view.known = 0;
    free_.push_back(view_index);
  }
}

void RunnerPool::forget_too_large(std::uint32_t view_index) {
  if (view_index < too_large_.size()) {
    too_large_[view_index] = TooLarge{};
  }
}

void RunnerPool::note_too_large(std::uint32_t view_index, const FunctionSpec& spec, Instant now) {
  if (view_index >= too_large_.size()) {
    too_large_.resize(views_.size());
  }
  too_large_until_ = later(now, kBelieved);
  too_large_[view_index] = {to_ns(too_large_until_),
                            static_cast<std::uint32_t>(spec.memory.value),
                            static_cast<std::uint32_t>(spec.cpu.value)};
}

bool RunnerPool::too_large(std::uint32_t view_index, const FunctionSpec& spec, Instant now) const {
  if (view_index >= too_large_.size()) {
    return false;
  }
  const TooLarge& refused = too_large_[view_index];
  return to_ns(now) < refused.until_ns && spec.memory.value >= refused.memory_mib &&
         spec.cpu.value >= refused.cpu_milli;
}

Duration RunnerPool::broke(std::uint32_t view_index, Instant now) {
  forget_too_large(view_index);  // whatever comes back may be another
  return rest(views_[view_index], now);
}

// Rests the runner unless it already rests, has left, or half of the members would rest.
Duration RunnerPool::rest(View& view, Instant now) {
  if (!health_.enabled || view.rested != 0 || view.position == kNone ||
      std::size_t{2} * (rested_members_ + 1) > candidates_.size()) {
    return Duration::zero();
  }
  Duration pause = health_.rest_first;
  for (std::uint32_t count = 0; count < view.rests && pause < health_.rest_max; ++count) {
    pause *= 2;
  }
  pause = std::min(pause, health_.rest_max);
  ++view.rests;
  view.rested = 1;
  view.reported = 1;
  view.asked = 0;
  view.rest_until_ns = to_ns(now + pause);
  candidates_[view.position].usable = 0;
  ++rested_members_;
  due_ = std::min(due_, now + pause);
  return pause;
}

std::span<const RunnerPool::Found> RunnerPool::look(Instant now) {
  found_.clear();
  Instant due = kNever;
  for (std::uint32_t index = 0; index < views_.size(); ++index) {
    if (views_[index].known != 0) {
      due = std::min(due, examine(index, now));
    }
  }
  due_ = due;
  return found_;
}

// Judges one runner and says when it must be looked at again.
Instant RunnerPool::examine(std::uint32_t view_index, Instant now) {
  View& view = views_[view_index];
  if (view.rested != 0) {
    if (instant(view.rest_until_ns) > now) {
      return instant(view.rest_until_ns);
    }
    view.rested = 0;
    view.heard_ns = to_ns(now);
    if (view.position != kNone) {
      candidates_[view.position].usable = 1;
      --rested_members_;
    }
    found_.push_back(Found{view_index, Finding::kUseAgain});
  }
  if (view.calls == 0 || !health_.enabled) {
    return kNever;
  }
  if (view.asked == 0) {
    const Instant ask_at = later(instant(view.heard_ns), health_.silence);
    if (ask_at > now) {
      return ask_at;
    }
    view.asked = 1;
    view.asked_ns = to_ns(now);
    view.asked_last_ns = to_ns(now);
    found_.push_back(Found{view_index, Finding::kAsk});
  }
  const Instant give_up = later(instant(view.asked_ns), health_.answer_timeout);
  const bool ask = later(instant(view.asked_last_ns), health_.silence) <= now;
  if (give_up <= now) {
    const Duration pause = rest(view, now);
    if (pause > Duration::zero() || ask) {
      found_.push_back(Found{view_index, Finding::kRest, pause});
    }
    if (pause > Duration::zero()) {
      return now + pause;
    }
  }
  if (ask) {
    view.asked_last_ns = to_ns(now);
    found_.push_back(Found{view_index, Finding::kAsk});
  }
  const Instant ask_again = later(instant(view.asked_last_ns), health_.silence);
  return give_up > now ? std::min(give_up, ask_again) : ask_again;
}

void RunnerPool::save(Writer& out) const {
  out.list(views_);
  out.list(free_);
  out.list(order_);
  out.list(candidates_);
  out.list(too_large_);
  out.pod(to_ns(due_));
  out.pod(to_ns(too_large_until_));
}

Status RunnerPool::load(Reader& in) {
  in.list(views_);
  in.list(free_);
  in.list(order_);
  in.list(candidates_);
  in.list(too_large_);
  std::int64_t due = 0;
  in.pod(due);
  due_ = instant(due);
  std::int64_t believed = 0;
  in.pod(believed);
  too_large_until_ = instant(believed);
  if (in.failed() || too_large_.size() > views_.size() || !agrees()) {
    return fail(ErrorCode::kInvalidArgument,
                "saved view of the runners: cut short or of two minds");
  }
  rebuild_view();
  return {};
}

// Whether each view is either free or known, members and positions point at each other, and a
// runner that has left is only kept for its calls.
bool RunnerPool::agrees() const {
  std::size_t unknown = 0;
  std::size_t members = 0;
  for (const View& view : views_) {
    unknown += view.known == 0 ? 1U : 0U;
    members += view.known != 0 && view.position != kNone ? 1U : 0U;
    if (view.known != 0 && (view.heard_ns < 0 || view.asked_ns < 0 || view.asked_last_ns < 0 ||
                            (view.position == kNone && view.calls == 0))) {
      return false;
    }
  }
  std::vector<bool> is_free(views_.size(), false);
  for (const std::uint32_t index : free_) {
    if (index >= views_.size() || views_[index].known != 0 || is_free[index]) {
      return false;
    }
    is_free[index] = true;
  }
  if (free_.size() != unknown || order_.size() != members || candidates_.size() != members) {
    return false;
  }
  for (std::size_t position = 0; position < members; ++position) {
    if (order_[position] >= views_.size()) {
      return false;
    }
    const View& view = views_[order_[position]];
    const Candidate& candidate = candidates_[position];
    if (view.known == 0 || view.position != position || candidate.runner != view.runner ||
        candidate.usable != (view.rested == 0 ? 1U : 0U) || candidate.load_calls != view.calls ||
        candidate.load_mib != view.load_mib || candidate.load_milli != view.load_milli) {
      return false;
    }
  }
  return true;
}

bool RunnerPool::agrees(std::span<const Load> loads) const {
  const auto same = [](const Load& load, const View& view) {
    return load == (view.known == 0 ? Load{} : Load{view.calls, view.load_mib, view.load_milli});
  };
  return std::equal(loads.begin(), loads.end(), views_.begin(), views_.end(), same);
}

}  // namespace fn::core
