// SPDX-License-Identifier: Apache-2.0
//
// The node pool manager's gRPC server: Fn's protocol of 2018, our own, and the standard health
// check, all through gRPC's generic service on one completion queue.

#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/npm/npm_node.h"
#include "services/wire/credentials.h"

namespace fn::services {

class PoolService {
 public:
  // REQUIRES: loop and node outlive the service.
  PoolService(Loop& loop, NpmNode& node);
  ~PoolService();
  PoolService(const PoolService&) = delete;
  PoolService& operator=(const PoolService&) = delete;

  // Listens on `address` (host:port; port 0 takes a free one). Answers with the port.
  core::Result<int> start(const std::string& address,
                          const std::shared_ptr<grpc::ServerCredentials>& credentials);

  // Ends all streams, so that load balancers look for another node pool manager or wait for the
  // next start. On the core thread.
  void drain();

  // Stops the server and its thread. On the core thread or after it ended.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
