// SPDX-License-Identifier: Apache-2.0
//
// The API server as a role: SQLite behind HTTP, or, in a full node, behind the LB's HTTP.

#pragma once

#include <memory>
#include <optional>
#include <string>

#include "services/api/api_server.h"
#include "services/base/http_server.h"
#include "services/base/log.h"
#include "services/base/metric_sets.h"
#include "services/base/node_config.h"
#include "services/lb/api_port.h"
#include "services/server/admin_pages.h"
#include "services/server/role.h"

namespace fn::services {

class ApiRole final : public Role {
 public:
  // REQUIRES: config, log and metrics outlive the role.
  ApiRole(const NodeConfig& config, Log& log, Metrics& metrics);
  ~ApiRole() override;

  core::Status start() override;
  void drain(std::function<void()> done) override;

  // Asks this API server from another role's loop.
  [[nodiscard]] std::unique_ptr<ApiPort> port_for(Loop& other);

 protected:
  void stopped() override;

 private:
  void serve(const HttpExchangePtr& exchange);
  void wait_for_answers(const std::function<void()>& done);

  const NodeConfig& config_;
  Log& log_;
  Metrics& metrics_;
  AdminPages pages_;
  HttpMetrics http_metrics_;
  std::unique_ptr<ApiServer> server_;
  std::unique_ptr<HttpServer> http_;
  std::unique_ptr<LoopTimer> timer_;
};

}  // namespace fn::services
