// SPDX-License-Identifier: Apache-2.0
//
// NpmNode: all groups of a node pool manager, and the load balancers that speak of them. A group is
// made when it is first mentioned, by whichever message; those that the settings do not name are
// limited in number. It knows no transport and lives on one core thread.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/handle.h"
#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/npm/group_settings.h"
#include "services/npm/npm_group.h"

namespace fn::services {

// A load balancer, and which of those that had its handle.
struct LbTicket {
  core::LbHandle lb;
  std::uint64_t number = 0;

  friend bool operator==(const LbTicket&, const LbTicket&) = default;
};

class NpmNode {
 public:
  // No more load balancers are known at a time; the core's limit per group.
  static constexpr std::uint32_t kLbsMax = 1'024;

  // REQUIRES: all outlive the node. `incarnation` grows with every start.
  NpmNode(Loop& loop,
          RunnerProvider& provider,
          RunnerControl& control,
          NpmObserver& observer,
          AllGroupSettings settings,
          std::uint32_t incarnation);
  ~NpmNode();
  NpmNode(const NpmNode&) = delete;
  NpmNode& operator=(const NpmNode&) = delete;

  // Once the provider knows what exists: makes the groups that are declared or have runners from
  // before. Before this no group looks at runners or asks for any.
  void begin();

  // The group, made if need be; an error says why it is not served.
  core::Result<NpmGroup*> group(const std::string& name);

  // New settings for all groups, as far as each can take them; the error is of the first that
  // cannot.
  core::Status reconfigure(AllGroupSettings settings);

  // The load balancer of that id, which has just been heard; an error: there are too many.
  core::Result<LbTicket> lb(const std::string& id);

  // What it needs is noted, and told to the groups by settle(), those claims too that stand on.
  void set_claim(core::LbHandle lb, const NpmGroup& group, const core::Requirement& wanted);
  void give_up_all(core::LbHandle lb);
  // `sequence`: of the message; zero: there is none.
  void settle(core::LbHandle lb, std::uint32_t sequence);

  // Calls the listener at the end of a batch in which the group's roster, apps or shortage changed.
  // Until the answer is destroyed.
  using Listener = std::function<void(NpmGroup& group)>;
  std::shared_ptr<void> follow(NpmGroup& group, Listener listener);

  [[nodiscard]] NpmObserver& observer();
  [[nodiscard]] Loop& loop();

  // For pages: each group once, by name.
  void each_group(const std::function<void(const NpmGroup& group)>& look) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
