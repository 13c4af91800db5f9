// SPDX-License-Identifier: Apache-2.0
//
// A runner as a role: the container driver, the machine, Engage over gRPC, and a small HTTP page.

#pragma once

#include <memory>
#include <string>

#include "services/base/http_server.h"
#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/base/node_config.h"
#include "services/runner/containers/launcher.h"
#include "services/runner/engage_service.h"
#include "services/runner/runner_node.h"
#include "services/server/admin_pages.h"
#include "services/server/role.h"
#include "services/server/runner_report.h"

namespace fn::services {

class RunnerRole final : public Role {
 public:
  // `launcher`: of the process driver, else null. REQUIRES: config and log outlive the role.
  RunnerRole(const NodeConfig& config,
             Log& log,
             Metrics& metrics,
             std::unique_ptr<Launcher> launcher);
  ~RunnerRole() override;

  core::Status start() override;
  void drain(std::function<void()> done) override;

  // To this runner within the process. REQUIRES: started.
  [[nodiscard]] std::shared_ptr<grpc::Channel> channel_within();

 protected:
  void stopped() override;

 private:
  core::Status make_driver();
  core::Status listen();
  void serve(HttpExchange& exchange);
  void wait_for_streams(const std::function<void()>& done);

  const NodeConfig& config_;
  Log& log_;
  Metrics& metrics_;
  AdminPages pages_;
  HttpMetrics http_metrics_;
  std::unique_ptr<Launcher> launcher_;
  std::unique_ptr<ContainerDriver> driver_;
  RunnerReport report_;
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<EngageService> service_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<LoopTimer> timer_;
};

}  // namespace fn::services
