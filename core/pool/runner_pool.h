// SPDX-License-Identifier: Apache-2.0
//
// RunnerPool: a load balancer's view of its group's runners: the membership in the NPM's order,
// this LB's own outstanding calls on each, and how healthy each looks from here.
//
// A runner that left the membership is kept until this LB's calls on it have ended. Runners are
// addressed by view, a slot that is recycled once the runner is forgotten.
//
// Health: any answer counts as a sign of life. A runner that holds calls of this LB and stays
// silent is asked; one that does not answer, or whose stream breaks, is rested for growing pauses,
// never more than half of the members at once. A rested runner is reported until it serves again.
//
// Size: where the membership does not say what runners hold, a refusal as too large is remembered,
// for a while, since a runner may come back larger under its old name.

#pragma once

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/assert.h"
#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/pool/candidate.h"
#include "core/pool/health_config.h"
#include "core/pool/membership.h"

namespace fn::core {

class RunnerPool {
 public:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  RunnerPool(const HealthConfig& health, bool refuse_when_full)
      : health_(health), refuse_when_full_(refuse_when_full) {}

  // Takes over the new membership; false when it is the one already known. Where more than half of
  // the members would rest now, look() is due at once and finds those to be used again.
  bool set_members(std::span<const Member> members);

  [[nodiscard]] const PoolView& view() const { return pool_; }

  [[nodiscard]] std::uint32_t members() const {
    return static_cast<std::uint32_t>(candidates_.size());
  }

  // Members that do not rest.
  [[nodiscard]] std::uint32_t in_use() const { return members() - rested_members_; }

  // The view of the member at this position.
  [[nodiscard]] std::uint32_t view_at(std::uint32_t position) const { return order_[position]; }

  // The view of a runner this LB knows, or kNone.
  [[nodiscard]] std::uint32_t find(RunnerHandle runner) const;

  [[nodiscard]] RunnerHandle runner(std::uint32_t view) const { return views_[view].runner; }

  // The member's place among the candidates, or null when it has left.
  [[nodiscard]] const Candidate* candidate(std::uint32_t view) const {
    const std::uint32_t position = views_[view].position;
    return position == kNone ? nullptr : &candidates_[position];
  }

  // This LB sends a call to the runner, or has it back.
  void assign(std::uint32_t view, const FunctionSpec& spec, Instant now);
  void release(std::uint32_t view, const FunctionSpec& spec);

  // The runner answered something; true when this ends a reported rest.
  bool heard(std::uint32_t view, Instant now, bool served);

  // The stream broke: rests the runner. Returns the pause, or zero when it is not rested.
  Duration broke(std::uint32_t view, Instant now);

  // When look() has something to do.
  [[nodiscard]] Instant due() const { return due_; }

  enum class Finding : std::uint8_t { kAsk, kRest, kUseAgain };

  // kRest with a pause of zero: silent for so long that it should rest, but half of the members do.
  struct Found {
    std::uint32_t view = 0;
    Finding finding = Finding::kAsk;
    Duration pause{};
  };

  // What is due now, in view order; valid until the next call.
  std::span<const Found> look(Instant now);

  // One offer from the queue at a time per runner; see LoadBalancer.
  [[nodiscard]] bool offering(std::uint32_t view) const {
    return views_[view].offering != kNoOffer;
  }

  void begin_offer(std::uint32_t view) { views_[view].offering = kOffering; }

  // Room appeared on the runner while an offer is under way, whose answer may not know of it.
  void note_room(std::uint32_t view) { views_[view].offering = kRoomSince; }

  // The offer has ended; true when room appeared meanwhile.
  bool end_offer(std::uint32_t view) {
    const bool room = views_[view].offering == kRoomSince;
    views_[view].offering = kNoOffer;
    return room;
  }

  // The runner said that it could never hold this.
  void note_too_large(std::uint32_t view, const FunctionSpec& spec, Instant now);

  // Whether it said so of this demand, or of one that is nowhere larger, lately.
  [[nodiscard]] bool too_large(std::uint32_t view, const FunctionSpec& spec, Instant now) const;

  // Whether every member did.
  [[nodiscard]] bool fits_nowhere(const FunctionSpec& spec, Instant now) const;

  void save(Writer& out) const;
  // REQUIRES: built with the configuration of the saved one.
  Status load(Reader& in);

  // What this LB has outstanding on one runner.
  struct Load {
    std::uint64_t calls = 0;
    std::uint64_t memory_mib = 0;
    std::uint64_t cpu_milli = 0;

    friend bool operator==(const Load&, const Load&) = default;
  };

  // Whether a loaded state agrees with what the calls say, by view. REQUIRES: load() was ok.
  [[nodiscard]] bool agrees(std::span<const Load> loads) const;

  // Views are below this number.
  [[nodiscard]] std::uint32_t views() const { return static_cast<std::uint32_t>(views_.size()); }

 private:
  enum Offering : std::uint8_t { kNoOffer, kOffering, kRoomSince };

  struct View {
    RunnerHandle runner;
    std::uint32_t position = kNone;
    std::uint32_t calls = 0;
    std::uint32_t load_mib = 0;
    std::uint32_t load_milli = 0;
    std::uint32_t rests = 0;  // in a row, since it last served
    std::uint8_t known = 0;   // 0: the slot is free
    std::uint8_t asked = 0;
    std::uint8_t rested = 0;
    std::uint8_t reported = 0;
    Offering offering = kNoOffer;
    std::uint8_t pad[3] = {};
    std::int64_t heard_ns = 0;
    std::int64_t asked_ns = 0;
    std::int64_t asked_last_ns = 0;
    std::int64_t rest_until_ns = 0;
  };

  // How long a runner's refusal as too large is believed.
  static constexpr Duration kBelieved = std::chrono::seconds(10);

  // A demand that a runner could never hold.
  struct TooLarge {
    std::int64_t until_ns = 0;
    std::uint32_t memory_mib = 0;
    std::uint32_t cpu_milli = 0;
  };

  void forget_if_unused(std::uint32_t view);
  void forget_too_large(std::uint32_t view);
  Duration rest(View& view, Instant now);
  Instant examine(std::uint32_t view_index, Instant now);
  void rebuild_view();
  void wake_surplus();
  [[nodiscard]] bool agrees() const;

  HealthConfig health_;
  bool refuse_when_full_;
  std::vector<View> views_;
  std::vector<std::uint32_t> free_;
  std::vector<std::uint32_t> order_;  // position -> view
  std::vector<Candidate> candidates_;
  std::vector<TooLarge> too_large_;  // by view; empty until the first
  std::vector<Found> found_;
  PoolView pool_;
  std::uint32_t rested_members_ = 0;
  Instant due_ = kNever;
  Instant too_large_until_{};  // of the latest
};

// On the way of every call, so the compiler may put them in place.

inline bool RunnerPool::fits_nowhere(const FunctionSpec& spec, Instant now) const {
  return now < too_large_until_ && !order_.empty() &&
         std::all_of(order_.begin(), order_.end(), [&](std::uint32_t view) {
           return too_large(view, spec, now);
         });
}

inline void RunnerPool::assign(std::uint32_t view_index, const FunctionSpec& spec, Instant now) {
  View& view = views_[view_index];
  const auto memory = static_cast<std::uint32_t>(spec.memory.value);
  const auto cpu = static_cast<std::uint32_t>(spec.cpu.value);
  if (view.calls++ == 0) {
    // Silence counts from the first call that it holds.
    view.heard_ns = to_ns(now);
    view.asked = 0;
    if (health_.enabled) {
      due_ = std::min(due_, later(now, health_.silence));
    }
  }
  view.load_mib += memory;
  view.load_milli += cpu;
  if (view.position != kNone) {
    Candidate& candidate = candidates_[view.position];
    ++candidate.load_calls;
    candidate.load_mib += memory;
    candidate.load_milli += cpu;
    pool_.load_mib += memory;
  }
}

inline void RunnerPool::release(std::uint32_t view_index, const FunctionSpec& spec) {
  View& view = views_[view_index];
  FN_ASSERT(view.calls > 0);
  const auto memory = static_cast<std::uint32_t>(spec.memory.value);
  const auto cpu = static_cast<std::uint32_t>(spec.cpu.value);
  --view.calls;
  view.load_mib -= memory;
  view.load_milli -= cpu;
  if (view.position != kNone) {
    Candidate& candidate = candidates_[view.position];
    --candidate.load_calls;
    candidate.load_mib -= memory;
    candidate.load_milli -= cpu;
    pool_.load_mib -= memory;
  } else {
    forget_if_unused(view_index);
  }
}

inline bool RunnerPool::heard(std::uint32_t view_index, Instant now, bool served) {
  View& view = views_[view_index];
  view.heard_ns = to_ns(now);
  view.asked = 0;
  if (!served) {
    return false;
  }
  view.rests = 0;
  const bool was_reported = view.reported != 0;
  view.reported = 0;
  return was_reported;
}

}  // namespace fn::core
