// SPDX-License-Identifier: Apache-2.0
//
// NpmGroup: the driver of core::NodePoolManager for one group. It turns names of runners into the
// machine's handles, carries out what the machine asks for at the provider's desk and at the
// runners, and keeps what followers of the group are to be told.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/npm/node_pool_manager.h"
#include "services/base/loop.h"
#include "services/npm/group_settings.h"
#include "services/npm/npm_observer.h"
#include "services/npm/provider_desk.h"
#include "services/npm/runner_control.h"
#include "services/wire/membership_wire.h"

namespace fn::services {

class NpmGroup {
 public:
  struct Parts {
    Loop& loop;
    ProviderDesk& desk;
    RunnerControl& control;
    NpmObserver& observer;
    // The group was told something: arm() it at the end of the batch.
    std::function<void(NpmGroup&)> touched;
    // What followers are told has changed.
    std::function<void(NpmGroup&)> published;
  };

  struct Identity {
    std::string name;
    std::uint32_t number = 0;  // among all groups
    std::uint32_t incarnation = 0;
  };

  NpmGroup(Parts parts, const Identity& identity, const GroupSettings& settings);
  ~NpmGroup();
  NpmGroup(const NpmGroup&) = delete;
  NpmGroup& operator=(const NpmGroup&) = delete;

  // Asks the provider what there is.
  void begin();

  void advertise(core::LbHandle lb, std::uint32_t sequence, const core::Requirement& wanted);
  // A runner that is not the group's is passed over.
  void report(core::LbHandle lb, const std::string& address, bool rested);

  // New settings; the runners and claims stay. An error leaves the group as it is.
  core::Status reconfigure(const GroupSettings& settings);

  // Sets the machine's timer; at the end of each batch in which it was told something.
  void arm();

  [[nodiscard]] const std::string& name() const;
  [[nodiscard]] std::uint32_t number() const;
  [[nodiscard]] std::uint64_t generation() const;
  // The members as they were last published, and the last runners that were lost: others that are
  // members no more were drained.
  [[nodiscard]] std::span<const RosterEntry> roster() const;
  [[nodiscard]] std::span<const core::RunnerHandle> lost() const;
  // Why the provider does not give what is wanted; empty: it does.
  [[nodiscard]] const std::string& shortage() const;
  [[nodiscard]] const std::vector<std::string>& apps() const;
  [[nodiscard]] const core::NodePoolManager& machine() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
