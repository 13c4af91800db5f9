// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <string>

#include "services/base/load_config.h"

namespace fn::services {
namespace {

tl::unexpected<core::Error> wrong(std::string message) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
}

bool is_said(const std::vector<ConfigLine>& lines, std::string_view name) {
  return std::any_of(lines.begin(), lines.end(), [name](const ConfigLine& line) {
    return line.name == name && line.row.origin != core::kDefaultOrigin;
  });
}

core::Status check_tls(const TlsFiles& tls) {
  const bool none = tls.certificate.empty() && tls.key.empty() && tls.authority.empty();
  const bool all = !tls.certificate.empty() && !tls.key.empty() && !tls.authority.empty();
  if (!none && !all) {
    return wrong(
        "only some of FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY are set: set all "
        "three, or none for plaintext");
  }
  return {};
}

}  // namespace

core::Status check_rules(const NodeConfig& config, const std::vector<ConfigLine>& lines) {
  const std::string type(name_of(config.type));
  if (!has_api(config.type) && is_said(lines, "FN_DB_URL")) {
    return wrong("FN_DB_URL is set, but a node of type " + type +
                 " keeps no data: unset it; the API server has the database");
  }
  if (config.type == NodeType::kLb && config.lb.api_url.empty()) {
    return wrong(
        "a node of type lb needs to know its API server: set FN_RUNNER_API_URL, such as "
        "http://127.0.0.1:8080");
  }
  if (config.type == NodeType::kLb && config.lb.runner_addresses.empty() &&
      config.lb.npm_address.empty()) {
    return wrong(
        "a node of type lb needs to know its runners: set FN_RUNNER_ADDRESSES, such as "
        "127.0.0.1:9190,127.0.0.1:9191, or FN_NPM_ADDRESS, who names them");
  }
  if (config.type == NodeType::kNpm && config.npm.provider == ProviderKind::kStatic &&
      config.lb.runner_addresses.empty()) {
    return wrong(
        "FN_NPM_PROVIDER is static, but there are no runners: set FN_RUNNER_ADDRESSES, such as "
        "127.0.0.1:9190,127.0.0.1:9191, or FN_NPM_PROVIDER=process");
  }
  if (config.type == NodeType::kNpm && config.npm.provider == ProviderKind::kExec &&
      (config.npm.list_command.empty() || config.npm.provision_command.empty() ||
       config.npm.remove_command.empty())) {
    return wrong(
        "FN_NPM_PROVIDER is exec: set FN_NPM_LIST_COMMAND, FN_NPM_PROVISION_COMMAND and "
        "FN_NPM_REMOVE_COMMAND");
  }
  if (config.type == NodeType::kNpm && config.http_port != 0 &&
      config.http_port == config.npm.http_port) {
    return wrong("FN_PORT and FN_NPM_HTTP_PORT are both " + std::to_string(config.http_port) +
                 ": give them different ports");
  }
  if (config.http_port != 0 && config.http_port == config.grpc_port &&
      config.type == NodeType::kPureRunner) {
    return wrong("FN_PORT and FN_GRPC_PORT are both " + std::to_string(config.http_port) +
                 ": give them different ports");
  }
  if (has_runner(config.type) && config.container.driver == DriverKind::kDocker &&
      !config.docker.host.starts_with("unix:///")) {
    return wrong("DOCKER_HOST = \"" + config.docker.host +
                 "\": expected unix:///PATH, the only way to Docker there is");
  }
  return check_tls(config.tls);
}

}  // namespace fn::services
