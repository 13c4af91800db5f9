// SPDX-License-Identifier: Apache-2.0
//
// The process provider: starts and ends real runners on this host. A runner is in a group's list
// once it answers, and out of it while it is silent or when its process has ended; one that stays
// silent is killed. Runners outlive the node pool manager, and its next
// start finds them by their records.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/npm/npm_observer.h"
#include "services/npm/provider.h"
#include "services/npm/runner_control.h"
#include "services/npm/runner_process.h"

namespace fn::services {

struct ProcessProviderOptions {
  RunnerLaunch launch;
  core::Duration look_every = std::chrono::milliseconds(500);
  // How long the first list waits for runners of earlier starts that do not answer.
  core::Duration first_wait = std::chrono::seconds(5);
  // A runner that does not answer by then is given up.
  core::Duration start_limit = std::chrono::seconds(60);
  // So long a silent one may come back.
  core::Duration silence_limit = std::chrono::seconds(30);
  // After SIGTERM a runner may take this long, then it is killed.
  core::Duration end_limit = std::chrono::seconds(40);
};

class ProcessProvider final : public RunnerProvider {
 public:
  // REQUIRES: loop, control and observer outlive the provider.
  ProcessProvider(Loop& loop,
                  RunnerControl& control,
                  NpmObserver& observer,
                  ProcessProviderOptions options);
  ~ProcessProvider() override;
  ProcessProvider(const ProcessProvider&) = delete;
  ProcessProvider& operator=(const ProcessProvider&) = delete;

  // Finds the runners of earlier starts; `done` is called once each has answered or not.
  void begin(std::function<void(core::Status status)> done);

  // Ends all runners; `done` is called when they have ended.
  void end_all(std::function<void()> done);

  void list(const std::string& group, Listed done) override;
  void provision(const std::string& group, std::uint32_t count, Provisioned done) override;
  void remove(const std::string& group, const std::string& id, Removed done) override;
  [[nodiscard]] std::vector<std::string> groups() const override;
  [[nodiscard]] std::string description() const override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
