// SPDX-License-Identifier: Apache-2.0

#include "services/server/runner_role.h"

#include <chrono>
#include <utility>

#include "services/runner/containers/docker/docker_driver.h"
#include "services/runner/containers/process_driver.h"

namespace fn::services {
namespace {

constexpr core::Duration kLookAgain = std::chrono::milliseconds(10);

ContainerSettings settings_of(const NodeConfig& config) {
  const ContainerConfig& from = config.container;
  ContainerSettings settings;
  settings.images_path = from.images_folder;
  if (!from.socket_folder.empty()) {
    settings.iofs_path = from.socket_folder;
  }
  settings.runner_name = "runner-" + std::to_string(config.grpc_port);
  switch (from.isolation) {
    case IsolationKind::kAuto:
      settings.isolation = Isolation::kAuto;
      break;
    case IsolationKind::kBubblewrap:
      settings.isolation = Isolation::kBubblewrap;
      break;
    case IsolationKind::kNone:
      settings.isolation = Isolation::kNone;
      break;
  }
  settings.control_groups = from.limiter != LimiterKind::kWatchdog;
  settings.start_time = from.start_timeout;
  settings.response_bytes = from.response_bytes;
  settings.response_header_bytes = from.response_header_bytes;
  settings.log_bytes = from.log_bytes;
  settings.pids = from.processes_max;
  settings.open_files = from.open_files_max;
  return settings;
}

DockerDriverSettings docker_settings_of(const NodeConfig& config) {
  constexpr std::string_view kScheme = "unix://";
  const DockerSettings& from = config.docker;
  DockerDriverSettings settings;
  settings.container = settings_of(config);
  settings.socket = from.host.substr(kScheme.size());
  settings.iofs_path_of_engine = config.container.docker_socket_folder;
  settings.networks = from.networks;
  settings.auth = from.auth;
  settings.load_file = from.load_file;
  settings.label = from.label;
  settings.pull_time = config.container.pull_timeout;
  settings.read_only_root = from.read_only_root;
  settings.unprivileged = from.unprivileged;
  settings.locked_bytes = config.container.locked_bytes_max;
  settings.pending_signals = config.container.pending_signals_max;
  settings.message_queue_bytes = config.container.message_queue_bytes_max;
  settings.tmp_inodes = config.container.tmp_inodes_max;
  return settings;
}

CertificateFiles files_of(const TlsFiles& files) {
  return {files.certificate, files.key, files.authority};
}

}  // namespace

RunnerRole::RunnerRole(const NodeConfig& config,
                       Log& log,
                       Metrics& metrics,
                       std::unique_ptr<Launcher> launcher)
    : config_(config),
      log_(log),
      metrics_(metrics),
      http_metrics_(metrics, "runner"),
      launcher_(std::move(launcher)),
      report_(metrics, log, "default") {
  pages_.waits_for = [this] {
    return std::string(node_->draining() ? "its end" : "");
  };
  pages_.metrics = [this] {
    return metrics_.text();
  };
}

RunnerRole::~RunnerRole() {
  stop();
}

core::Status RunnerRole::make_driver() {
  if (config_.container.driver == DriverKind::kNull) {
    driver_ = make_null_driver();
    return {};
  }
  auto driver = config_.container.driver == DriverKind::kDocker
                    ? make_docker_driver(loop(), docker_settings_of(config_))
                    : make_process_driver(loop(), *launcher_, settings_of(config_));
  if (!driver) {
    return core::fail(driver.error().code, driver.error().message);
  }
  driver_ = *std::move(driver);
  return {};
}

core::Status RunnerRole::start() {
  if (core::Status status = make_driver(); !status) {
    return status;
  }
  core::RunnerConfig runner = config_.runner;
  runner.group = core::GroupHandle{0};
  const CallLogLimits logs{config_.container.logged_calls, config_.container.kept_log_bytes};
  node_ = std::make_unique<RunnerNode>(loop(), runner, *driver_, report_, logs);
  loop().at_batch_end([this] { report_.holds(node_->counts()); });
  service_ = std::make_unique<EngageService>(loop(), *node_);
  timer_ = std::make_unique<LoopTimer>(loop());
  log_.info("runner is up",
            {{"memory_mib", runner.memory.value},
             {"cpu_milli", runner.cpu.value},
             {"containers", driver_->description()}});
  return listen();
}

core::Status RunnerRole::listen() {
  const bool alone = !has_lb(config_.type);
  const CertificateFiles files = files_of(config_.tls);
  const auto credentials = server_credentials(files);
  if (!credentials) {
    return core::fail(credentials.error().code, credentials.error().message);
  }
  const std::string address = config_.bind_address + ":" + std::to_string(config_.grpc_port);
  const auto grpc_port = service_->start(alone ? address : "", *credentials);
  if (!grpc_port) {
    return core::fail(grpc_port.error().code, grpc_port.error().message);
  }
  if (!alone) {
    return {};
  }
  if (!files.given()) {
    log_.warn("Running pure runner in insecure mode!",
              {{"remedy", "give FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY"}});
  }
  http_ = std::make_unique<HttpServer>(
      loop(),
      config_.http,
      [this](const HttpExchangePtr& exchange) { serve(*exchange); },
      [this](std::string_view method, unsigned status, core::Duration took) {
        http_metrics_.answered(method, status, took);
      });
  const auto http_port = http_->listen(config_.bind_address, config_.http_port);
  if (!http_port) {
    return core::fail(http_port.error().code, http_port.error().message);
  }
  log_.info("Pure Runner listening on :" + std::to_string(*grpc_port),
            {{"grpc_port", *grpc_port}, {"http_port", *http_port}});
  return {};
}

void RunnerRole::serve(HttpExchange& exchange) {
  const HttpRequestHead& head = exchange.head();
  if (path_of(head.target).starts_with("/v1/")) {
    exchange.respond(not_served_here(
        "Invoking api /v1/ requests is not supported on nodes configured as type Runner"));
    return;
  }
  auto page = pages_.page(head);
  exchange.respond(page ? *std::move(page) : no_such_path(head));
}

std::shared_ptr<grpc::Channel> RunnerRole::channel_within() {
  return service_->channel_within();
}

void RunnerRole::drain(std::function<void()> done) {
  loop().post(
      [this, done = std::move(done)] { node_->drain([this, done] { wait_for_streams(done); }); });
}

void RunnerRole::wait_for_streams(const std::function<void()>& done) {
  if (!service_->busy()) {
    done();
    return;
  }
  timer_->set_after(kLookAgain, [this, done] { wait_for_streams(done); });
}

void RunnerRole::stopped() {
  http_.reset();
  service_->close();
  node_->stop();
}

}  // namespace fn::services
