// SPDX-License-Identifier: Apache-2.0

#include "services/server/npm_role.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <utility>
#include <vector>

#include "services/base/clock.h"
#include "services/base/machine_size.h"
#include "services/npm/exec_provider.h"
#include "services/npm/process_provider.h"
#include "services/npm/static_provider.h"
#include "services/server/pool_pages.h"
#include "services/wire/credentials.h"

namespace fn::services {
namespace {

// The planning unit.
constexpr std::int64_t kRunnerMib = 4096;
constexpr std::int64_t kBytesPerMib = 1 << 20;

std::string program_beside(const std::string& name) {
  std::error_code error;
  const auto self = std::filesystem::read_symlink("/proc/self/exe", error);
  return error ? name : (self.parent_path() / name).string();
}

// Grows with every start, where the clock does not go back.
std::uint32_t incarnation() {
  constexpr std::int64_t kNsPerSecond = 1'000'000'000;
  return static_cast<std::uint32_t>(wall_now_ns() / kNsPerSecond);
}

}  // namespace

NpmRole::NpmRole(const NodeConfig& config, Log& log, Metrics& metrics)
    : config_(config),
      log_(log),
      metrics_(metrics),
      http_metrics_(metrics, "npm"),
      report_(metrics, log) {
  pages_.waits_for = [this]() -> std::string {
    if (draining_) {
      return "its end";
    }
    return ready_ ? "" : "the provider's first list of runners";
  };
  pages_.metrics = [this] {
    return metrics_.text();
  };
}

NpmRole::~NpmRole() {
  stop();
}

core::Status NpmRole::start() {
  auto settings = read_group_settings(config_.npm.groups_file);
  if (!settings) {
    return tl::unexpected(settings.error());
  }
  settings_ = *std::move(settings);
  core::Status status = make_provider();
  if (!status) {
    return status;
  }
  node_ =
      std::make_unique<NpmNode>(loop(), *provider_, *control_, report_, settings_, incarnation());
  service_ = std::make_unique<PoolService>(loop(), *node_);
  log_.info("runners come from a provider", {{"provider", provider_->description()}});
  // Load balancers are heard once it is known which runners there are.
  loop().post([this] {
    begin_provider_([this](const core::Status& begun) {
      if (!begun) {
        log_.error("the provider cannot begin: " + begun.error().message);
        return;
      }
      node_->begin();
      ready_ = true;
    });
  });
  return listen();
}

core::Status NpmRole::make_provider() {
  const CertificateFiles files{config_.tls.certificate, config_.tls.key, config_.tls.authority};
  const auto credentials = channel_credentials(files);
  if (!credentials) {
    return tl::unexpected(credentials.error());
  }
  control_ = std::make_unique<RunnerControl>(loop(), *credentials);
  const bool stocked = !config_.lb.runner_addresses.empty();
  if (config_.npm.provider == ProviderKind::kStatic ||
      (config_.npm.provider == ProviderKind::kAuto && stocked)) {
    make_static_provider();
    return {};
  }
  if (stocked) {
    log_.warn("FN_RUNNER_ADDRESSES is not looked at: FN_NPM_PROVIDER is another one");
  }
  if (config_.npm.provider == ProviderKind::kExec) {
    make_exec_provider();
  } else {
    make_process_provider();
  }
  return {};
}

void NpmRole::make_exec_provider() {
  ExecProviderOptions options;
  options.list = config_.npm.list_command;
  options.provision = config_.npm.provision_command;
  options.remove = config_.npm.remove_command;
  auto provider = std::make_unique<ExecProvider>(loop(), std::move(options));
  begin_provider_ = [this, begun = provider.get()](const auto& done) {
    // A cloud that does not answer yet is asked again, and its groups wait for it.
    begun->begin([this, done](const core::Status& status) {
      if (!status) {
        log_.warn("the list of runners is not there yet: " + status.error().message);
      }
      done({});
    });
  };
  provider_ = std::move(provider);
}

void NpmRole::make_static_provider() {
  StaticProviderOptions options;
  options.addresses = listed_addresses(config_.lb.runner_addresses);
  auto provider = std::make_unique<StaticProvider>(loop(), *control_, report_, std::move(options));
  begin_provider_ = [begun = provider.get()](const auto& done) {
    begun->begin([done] { done({}); });
  };
  provider_ = std::move(provider);
}

void NpmRole::make_process_provider() {
  ProcessProviderOptions options;
  options.launch.program =
      config_.npm.runner_program.empty() ? program_beside("fnserver") : config_.npm.runner_program;
  options.launch.folder = config_.npm.runners_folder;
  // Several share this host.
  const std::int64_t mib = config_.runner.memory.value > 0
                               ? config_.runner.memory.value
                               : std::min(kRunnerMib, machine_size().memory.value);
  options.launch.variables.push_back("FN_MAX_TOTAL_MEMORY_BYTES=" +
                                     std::to_string(mib * kBytesPerMib));
  if (config_.runner.cpu.value > 0) {
    options.launch.variables.push_back("FN_MAX_TOTAL_CPU_MCPUS=" +
                                       std::to_string(config_.runner.cpu.value));
  }
  options.end_limit = config_.shutdown_grace + std::chrono::seconds(5);
  auto provider = std::make_unique<ProcessProvider>(loop(), *control_, report_, std::move(options));
  begin_provider_ = [begun = provider.get()](const auto& done) {
    begun->begin(done);
  };
  if (config_.npm.stop_runners) {
    end_provider_ = [ended = provider.get()](const auto& done) {
      ended->end_all(done);
    };
  }
  provider_ = std::move(provider);
}

core::Status NpmRole::listen() {
  const CertificateFiles files{config_.tls.certificate, config_.tls.key, config_.tls.authority};
  const auto credentials = server_credentials(files);
  if (!credentials) {
    return tl::unexpected(credentials.error());
  }
  if (!files.given()) {
    log_.warn("Running node pool manager in insecure mode!",
              {{"remedy", "give FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY"}});
  }
  const auto grpc_port =
      service_->start(config_.bind_address + ":" + std::to_string(config_.http_port), *credentials);
  if (!grpc_port) {
    return tl::unexpected(grpc_port.error());
  }
  http_ = std::make_unique<HttpServer>(
      loop(),
      config_.http,
      [this](const HttpExchangePtr& exchange) {
        auto page = pages_.page(exchange->head());
        page = page ? std::move(page) : pool_page(exchange->head(), *node_, report_);
        exchange->respond(page ? *std::move(page) : no_such_path(exchange->head()));
      },
      [this](std::string_view method, unsigned status, core::Duration took) {
        http_metrics_.answered(method, status, took);
      });
  const auto http_port = http_->listen(config_.bind_address, config_.npm.http_port);
  if (!http_port) {
    return tl::unexpected(http_port.error());
  }
  log_.info("Starting Node Pool Manager gRPC service",
            {{"grpc_port", *grpc_port}, {"http_port", *http_port}});
  return {};
}

void NpmRole::reload() {
  loop().post([this] { take_settings(); });
}

void NpmRole::take_settings() {
  auto settings = read_group_settings(config_.npm.groups_file);
  if (!settings) {
    log_.error("the groups' settings stay as they were: " + settings.error().message);
    return;
  }
  if (const core::Status taken = node_->reconfigure(*std::move(settings)); !taken) {
    log_.warn("not all of the groups' settings are in force: " + taken.error().message);
    return;
  }
  log_.info("the groups' settings are read again", {{"file", config_.npm.groups_file}});
}

void NpmRole::drain(std::function<void()> done) {
  loop().post([this, done = std::move(done)] {
    draining_ = true;
    service_->drain();
    http_->drain();
    if (end_provider_) {
      end_provider_(done);
    } else {
      done();
    }
  });
}

void NpmRole::stopped() {
  http_.reset();
  service_->close();
  control_->close();
  node_.reset();
  provider_.reset();
}

}  // namespace fn::services
