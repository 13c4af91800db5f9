// SPDX-License-Identifier: Apache-2.0
//
// NodePoolManager: the part of the node pool manager that serves one group, as a step machine. It
// merges what the LBs need, lets a scaler decide how many runners that makes, and leads the runners
// through their lives. It is told of everything by events and answers with actions and facts; the
// simulator and the service drive this same class.
//
// Contract: deliver one event, carry out all actions in order, ask next_deadline(), wait. At the
// start deliver RunnersListed, empty or not, so that runners that exist are adopted and a minimum
// is ordered; without it the first decision waits for `first_list_wait`. An advertisement that
// changes nothing costs a renewal and no decision; a group at rest has no deadline.

#pragma once

#include <cstdint>
#include <memory>
#include <span>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/capacity/capacity_merger.h"
#include "core/npm/messages.h"
#include "core/npm/npm_config.h"
#include "core/pool/lb_group.h"
#include "core/pool/rested_runners.h"
#include "core/scaling/group_scaler.h"

namespace fn::core {

class NodePoolManager {
 public:
  // `incarnation` grows with every restart without a saved state, so that the LBs take the new
  // lists for newer than the old ones. REQUIRES: check(config) is ok.
  explicit NodePoolManager(const NpmConfig& config, std::uint32_t incarnation = 0);

  // Each handles one event and appends what must be done and what was decided to `out`.
  // REQUIRES: `now` never goes back.
  void step(Instant now, const CapacityAdvertised& event, NpmOut& out);
  void step(Instant now, const RunnerReported& event, NpmOut& out);
  void step(Instant now, const RunnersListed& event, NpmOut& out);
  void step(Instant now, const ProvisionAnswered& event, NpmOut& out);
  void step(Instant now, const RunnerIdle& event, NpmOut& out);
  void step(Instant now, const NpmDeadlineReached& event, NpmOut& out);

  // The storage form.
  void step(Instant now, const NpmEvent& event, NpmOut& out);

  // When to send NpmDeadlineReached, if nothing else happens first; kNever: nothing is waited for.
  [[nodiscard]] Instant next_deadline() const;

  // The active runners, longest active first: what PublishMembership is about.
  [[nodiscard]] std::span<const Member> members() const { return group_.members(); }

  [[nodiscard]] const MergedRequirement& demand() const { return merger_.total(); }

  // Runners by state.
  struct Counts {
    std::uint32_t requested = 0;  // ordered, not granted yet, or waiting to be ordered again
    std::uint32_t booting = 0;    // granted, not there yet
    std::uint32_t active = 0;
    std::uint32_t draining = 0;
  };

  [[nodiscard]] Counts counts() const;

  // The whole state. load() wants a machine built from the same configuration; after an error the
  // machine is of no use.
  void save(Writer& out) const;
  Status load(Reader& in);

 private:
  void begin(Instant now);
  void ignore(IgnoredNpmEvent what, std::uint32_t subject, NpmOut& out);
  void expire_claims(Instant now, bool& expired, NpmOut& out);
  void reassess_rested(Instant now);
  void replace_rested(Instant now, NpmOut& out);
  [[nodiscard]] GroupView view(Instant now, DecideCause cause) const;
  void decide(Instant now, DecideCause cause, NpmOut& out);
  void carry_out(Instant now, const GroupDecision& decision, NpmOut& out);
  // Turns the pool's changes so far into actions and facts.
  void tell(NpmOut& out);
  void tell(const PoolChange& change, NpmOut& out);
  void publish(NpmOut& out);

  std::unique_ptr<GroupScaler> scaler_;
  CapacityMerger merger_;
  LbGroup group_;
  RestedRunners rested_;
  LbGroup::Changes changes_;  // scratch, empty between two steps
  std::uint64_t scaler_key_;  // a saved state is of one scaler
  bool seed_rules_;
  Duration first_list_wait_;
  std::uint64_t first_generation_;
  std::uint64_t published_ = 0;  // of the group's own count
  std::uint64_t refused_ = 0;    // runners cut by the limit
  Instant now_ = Instant::min();
  Instant last_call_ = Instant::min();
  Instant reconsider_at_ = kNever;
  // Until the provider's first list, or so long, nothing is decided; kNever: nothing has happened.
  Instant start_at_ = kNever;
  std::uint32_t started_ = 0;
  std::uint32_t listed_ = 0;
};

}  // namespace fn::core
