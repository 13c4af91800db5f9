// SPDX-License-Identifier: Apache-2.0
//
// The runner's gRPC server: Engage streams become offers to a RunnerNode, Status and the standard
// health check answer beside them. StreamLogs, ConfigureRunner and Status2 answer UNIMPLEMENTED.

#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/runner_node.h"
#include "services/wire/credentials.h"

namespace grpc {
class Channel;
}  // namespace grpc

namespace fn::services {

class EngageService {
 public:
  // REQUIRES: loop and node outlive the service.
  EngageService(Loop& loop, RunnerNode& node);
  ~EngageService();
  EngageService(const EngageService&) = delete;
  EngageService& operator=(const EngageService&) = delete;

  // Listens on `address` (host:port; port 0 takes a free one; empty: on no socket, only within the
  // process). Answers with the port.
  core::Result<int> start(const std::string& address,
                          const std::shared_ptr<grpc::ServerCredentials>& credentials);

  // A channel within the process. REQUIRES: started.
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel_within();

  // Whether a stream is under way: the machine is done with a call before all of its answer has
  // left.
  [[nodiscard]] bool busy() const;

  // Breaks what still runs, stops the server and its threads. On the core thread or after it ended.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
