// SPDX-License-Identifier: Apache-2.0
//
// A load balancer as a role: HTTP in front, the group's machine, Engage streams to runners, and the
// API server behind it for what it does not know and for `/v1` and `/v2`, which it passes on.
//
// A process may have several, its shards: each is a whole load balancer of its own, with a core
// thread, a catalogue, machines and connections; they share the port, and metrics count them
// together. Only for the log of a call, which another may have taken, one asks the others.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "services/base/http_client.h"
#include "services/base/http_server.h"
#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/base/node_config.h"
#include "services/lb/call_log_front.h"
#include "services/lb/fn_catalog.h"
#include "services/lb/invoke_front.h"
#include "services/lb/lb_pools.h"
#include "services/lb/pool_client.h"
#include "services/lb/runner_links.h"
#include "services/server/admin_pages.h"
#include "services/server/lb_report.h"
#include "services/server/role.h"

namespace fn::services {

class LbRole final : public Role {
 public:
  // What a full node has within its process; null elsewhere.
  struct Within {
    std::function<std::unique_ptr<ApiPort>(Loop&)> api;
    std::shared_ptr<grpc::Channel> runner;
  };

  // REQUIRES: config, log and metrics outlive the role.
  LbRole(const NodeConfig& config, Log& log, Metrics& metrics, Within within);
  ~LbRole() override;

  // A further shard beside `first`, which was started. All are stopped before any is destroyed.
  void join(LbRole& first);

  core::Status start() override;
  void drain(std::function<void()> done) override;

 protected:
  void stopped() override;

 private:
  core::Status connect_runners();
  void use_static_runners();
  void use_npm(const std::shared_ptr<grpc::ChannelCredentials>& credentials);
  void log_membership(const std::string& group, const GroupPool& pool);
  core::Status connect_api();
  void ask_for_api();
  void serve(const HttpExchangePtr& exchange);
  void find_log(std::uint64_t number);
  void ask_shard_for_log(std::uint64_t number);
  void log_found(std::uint64_t number, HttpResponse response);
  void forward(const HttpExchangePtr& exchange);
  void wait_for_calls(const std::function<void()>& done);

  const NodeConfig& config_;
  Log& log_;
  Metrics& metrics_;
  Within within_;
  AdminPages pages_;
  HttpMetrics http_metrics_;
  std::unique_ptr<ApiPort> api_;
  std::unique_ptr<RunnerLinks> links_;
  std::unique_ptr<BodyBudget> budget_;
  RememberedCalls calls_;
  std::unique_ptr<LbPools> pools_;
  std::unique_ptr<PoolClient> npm_;
  std::unique_ptr<FnCatalog> catalog_;
  std::unique_ptr<InvokeFront> front_;
  std::unique_ptr<CallLogFront> logs_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<LoopTimer> timer_;
  // All shards of the process, this one included.
  std::shared_ptr<std::vector<LbRole*>> shards_ = std::make_shared<std::vector<LbRole*>>();
  std::uint16_t port_ = 0;  // once it listens

  struct AskedLog {
    HttpExchangePtr exchange;
    LogRequest question;
    std::size_t asked = 0;  // shards, so far
  };

  std::map<std::uint64_t, AskedLog> asked_logs_;
  std::uint64_t log_numbers_ = 0;
  bool api_answers_ = false;
  bool draining_ = false;
};

}  // namespace fn::services
