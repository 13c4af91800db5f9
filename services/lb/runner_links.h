// SPDX-License-Identifier: Apache-2.0
//
// RunnerLinks: the connections of one shard to its runners, one gRPC channel each. Runners are
// known by the handles that they were added under.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/base/loop.h"
#include "services/lb/log_port.h"
#include "services/lb/runner_port.h"
#include "services/wire/credentials.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace fn::services {

class RunnerLinks final : public RunnerPort, public RunnerDirectory, public LogPort {
 public:
  // REQUIRES: loop outlives the links.
  RunnerLinks(Loop& loop, std::shared_ptr<grpc::ChannelCredentials> credentials);
  ~RunnerLinks() override;
  RunnerLinks(const RunnerLinks&) = delete;
  RunnerLinks& operator=(const RunnerLinks&) = delete;

  core::RunnerHandle add(const std::string& address) override;
  // A runner behind a channel that is there already.
  core::RunnerHandle add(const std::string& name, const std::shared_ptr<grpc::Channel>& channel);

  void remove(core::RunnerHandle runner) override;

  [[nodiscard]] const std::string& address(core::RunnerHandle runner) const override;

  std::unique_ptr<Attempt> offer(core::RunnerHandle runner,
                                 const EngageRequest& request,
                                 AttemptSink sink) override;
  void check(core::RunnerHandle runner, std::function<void()> alive) override;

  void ask_log(core::RunnerHandle runner,
               const std::string& call_id,
               std::function<void(LogAnswer answer)> handler) override;

  // Breaks what is under way and stops the thread. REQUIRES: attempts have been destroyed.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
