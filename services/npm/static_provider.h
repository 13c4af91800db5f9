// SPDX-License-Identifier: Apache-2.0
//
// The static provider: a stock of the runners at given addresses, each leased to one group at a
// time and returned after its drain, its containers removed first. Each is looked at twice a
// second: one that does not answer is in no list until it does, and is given to no group; a lease
// ends with the runner's silence. A runner remembers its lease, so that after a restart of the NPM
// it is still the same group's.

#pragma once

#include <memory>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/npm/npm_observer.h"
#include "services/npm/provider.h"
#include "services/npm/runner_control.h"

namespace fn::services {

struct StaticProviderOptions {
  std::vector<std::string> addresses;
  core::Duration look_every = std::chrono::milliseconds(500);
  // How long a runner that is not up is kept for the group that it was granted to.
  core::Duration promise = std::chrono::minutes(5);
};

class StaticProvider final : public RunnerProvider {
 public:
  // REQUIRES: loop, control and observer outlive the provider.
  StaticProvider(Loop& loop,
                 RunnerControl& control,
                 NpmObserver& observer,
                 StaticProviderOptions options);
  ~StaticProvider() override;
  StaticProvider(const StaticProvider&) = delete;
  StaticProvider& operator=(const StaticProvider&) = delete;

  // Calls `done` once each runner has answered or not: what exists is known then.
  void begin(std::function<void()> done);

  void list(const std::string& group, Listed done) override;
  void provision(const std::string& group, std::uint32_t count, Provisioned done) override;
  void remove(const std::string& group, const std::string& id, Removed done) override;
  [[nodiscard]] std::vector<std::string> groups() const override;
  [[nodiscard]] std::string description() const override;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
