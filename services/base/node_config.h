// SPDX-License-Identifier: Apache-2.0
//
// NodeConfig: all that an fnserver can be told before it starts, as plain values. What each member
// means, its name, unit and range stand in the table of services/base/node_settings.h, from which
// reading (load_config.h), --help, `config print` and services/configuration.md are made.
//
// Of sizes zero is "no limit" where the table says so; kForever is a time without end.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/time.h"
#include "core/lb/lb_config.h"
#include "core/runner/runner_config.h"
#include "services/base/http_server.h"
#include "services/base/log_options.h"

namespace fn::services {

enum class NodeType : std::uint8_t { kFull, kApi, kLb, kPureRunner, kNpm };

// What runs functions.
enum class DriverKind : std::uint8_t { kProcess, kDocker, kNull };

// How the process driver walls functions off.
enum class IsolationKind : std::uint8_t { kAuto, kBubblewrap, kNone };

// How the process driver keeps functions to their memory, CPU and processes.
enum class LimiterKind : std::uint8_t { kAuto, kCgroup2, kCgroup1, kWatchdog };

// Where a node pool manager gets runners from; kAuto: static where addresses are given.
enum class ProviderKind : std::uint8_t { kAuto, kStatic, kProcess, kExec };

// PEM files; all empty: plaintext.
struct TlsFiles {
  std::string certificate;
  std::string key;
  std::string authority;
};

struct ApiSettings {
  // Empty until it is loaded: then a file below the working folder.
  std::string database_url;
  // Empty: endpoint annotations have the scheme and Host that the client used.
  std::string public_lb_url;
};

// Beside core::LbConfig, which holds what the machine decides by.
struct LbSettings {
  std::string api_url;
  // host:port, with commas between them.
  std::string runner_addresses;
  std::string npm_address;
  std::uint32_t shards = 1;
  std::uint64_t replay_bytes = std::uint64_t{1} << 20;
  core::Duration replay_wait = std::chrono::milliseconds(250);
  std::uint64_t buffer_bytes = std::uint64_t{64} << 20;
  core::Duration catalogue_age = std::chrono::seconds(5);
  core::Duration api_timeout = std::chrono::seconds(2);
  std::uint32_t remembered_calls = 10'000;
};

// The node pool manager's; its gRPC port is that of FN_PORT.
struct NpmSettings {
  std::uint16_t http_port = 8084;
  ProviderKind provider = ProviderKind::kAuto;
  // Empty: all groups have the defaults.
  std::string groups_file;
  // Of the process provider. Empty: fnserver beside this program.
  std::string runner_program;
  std::string runners_folder = "data/runners";
  bool stop_runners = false;
  // Of the exec provider.
  std::string list_command;
  std::string provision_command;
  std::string remove_command;
};

struct ContainerConfig {
  DriverKind driver = DriverKind::kProcess;
  std::string images_folder = "images";
  IsolationKind isolation = IsolationKind::kAuto;
  LimiterKind limiter = LimiterKind::kAuto;
  // Empty: a fresh folder below the temporary one.
  std::string socket_folder;
  std::string docker_socket_folder;
  core::Duration start_timeout = std::chrono::seconds(5);
  core::Duration pull_timeout = std::chrono::minutes(10);
  std::uint64_t response_bytes = 0;
  std::uint64_t response_header_bytes = 0;
  std::uint64_t log_bytes = std::uint64_t{1} << 20;
  // Of the whole runner.
  std::uint32_t logged_calls = 1'000;
  std::uint64_t kept_log_bytes = std::uint64_t{16} << 20;
  bool debug_logs = true;
  // Of each container.
  std::uint32_t processes_max = 50;
  std::uint32_t open_files_max = 350;
  std::uint64_t locked_bytes_max = 65'536;
  std::uint32_t pending_signals_max = 5'000;
  std::uint64_t message_queue_bytes_max = 819'200;
  std::uint64_t tmp_inodes_max = 0;
};

struct DockerSettings {
  std::string host = "unix:///var/run/docker.sock";
  // With commas or spaces between them; empty: Docker's own.
  std::string networks;
  // JSON of user names and passwords by registry.
  std::string auth;
  // A tarball of images, loaded at the start.
  std::string load_file;
  std::string label;
  bool read_only_root = true;
  bool unprivileged = true;
};

struct NodeConfig {
  NodeConfig();

  NodeType type = NodeType::kFull;
  LogOptions log;
  std::string bind_address = "0.0.0.0";
  std::uint16_t http_port = 8080;
  std::uint16_t grpc_port = 9190;
  HttpLimits http;
  TlsFiles tls;
  core::Duration shutdown_grace = std::chrono::seconds(30);
  ApiSettings api;
  LbSettings lb;
  ContainerConfig container;
  DockerSettings docker;
  NpmSettings npm;
  // Of each group.
  core::LbConfig placing;
  // Its memory and CPU are zero until it is loaded: then those of the machine. Functions have idle
  // times of their own; the API server takes none that is longer than this.
  core::RunnerConfig runner = [] {
    core::RunnerConfig config;
    config.idle_timeout = std::chrono::hours(1);
    return config;
  }();
};

// The addresses of a list with commas between them.
[[nodiscard]] std::vector<std::string> listed_addresses(const std::string& list);

// Which roles a node has.
[[nodiscard]] bool has_api(NodeType type);
[[nodiscard]] bool has_lb(NodeType type);
[[nodiscard]] bool has_runner(NodeType type);

// "full", "api", "lb", "pure-runner", "npm".
[[nodiscard]] std::string_view name_of(NodeType type);

}  // namespace fn::services
