// SPDX-License-Identifier: Apache-2.0
//
// A node pool manager as a role: the provider, the groups, both gRPC protocols, and a small HTTP
// page.

#pragma once

#include <memory>
#include <string>

#include "services/base/http_server.h"
#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/base/node_config.h"
#include "services/npm/npm_node.h"
#include "services/npm/pool_service.h"
#include "services/npm/runner_control.h"
#include "services/server/admin_pages.h"
#include "services/server/npm_report.h"
#include "services/server/role.h"

namespace fn::services {

class NpmRole final : public Role {
 public:
  // REQUIRES: config, log and metrics outlive the role.
  NpmRole(const NodeConfig& config, Log& log, Metrics& metrics);
  ~NpmRole() override;

  core::Status start() override;
  void drain(std::function<void()> done) override;

  // Reads the groups' settings again; a file that is not as it should be changes nothing. From any
  // thread.
  void reload();

 protected:
  void stopped() override;

 private:
  core::Status make_provider();
  void make_static_provider();
  void make_process_provider();
  void make_exec_provider();
  core::Status listen();
  void take_settings();

  const NodeConfig& config_;
  Log& log_;
  Metrics& metrics_;
  AdminPages pages_;
  HttpMetrics http_metrics_;
  NpmReport report_;
  AllGroupSettings settings_;
  std::unique_ptr<RunnerControl> control_;
  std::unique_ptr<RunnerProvider> provider_;
  // Finds out what exists.
  std::function<void(std::function<void(core::Status status)> done)> begin_provider_;
  // Before the end; empty: there is nothing to do.
  std::function<void(std::function<void()> done)> end_provider_;
  std::unique_ptr<NpmNode> node_;
  std::unique_ptr<PoolService> service_;
  std::unique_ptr<HttpServer> http_;
  bool ready_ = false;
  bool draining_ = false;
};

}  // namespace fn::services
