// SPDX-License-Identifier: Apache-2.0
//
// PoolClient: a load balancer's end of the node pool manager's protocol (proto/pool.proto,
// services/npm/README.md): one stream of claims, one of memberships. Both are begun again each
// second while they are broken; what was known stays known.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "services/base/loop.h"
#include "services/lb/pool_port.h"
#include "services/wire/credentials.h"

namespace fn::services {

class PoolClient final : public PoolPort {
 public:
  struct Sink {
    Changed changed;
    // The streams run again, or broke: why, in one line.
    std::function<void(bool connected, const std::string& why)> connection;
  };

  // `lb_id` is of this load balancer alone, also after a restart. REQUIRES: loop outlives this.
  PoolClient(Loop& loop,
             const std::shared_ptr<grpc::ChannelCredentials>& credentials,
             const std::string& address,
             std::string lb_id,
             Sink sink);
  ~PoolClient() override;
  PoolClient(const PoolClient&) = delete;
  PoolClient& operator=(const PoolClient&) = delete;

  void follow(const std::string& group) override;
  void claim(const std::string& group, const core::Requirement& wanted) override;
  void rested(const std::string& group, const std::string& address, bool is_rested) override;

  // Breaks the streams and stops the thread. Once the loop has ended.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
