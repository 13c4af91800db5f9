// SPDX-License-Identifier: Apache-2.0

#include "services/base/node_settings.h"

#include <string>
#include <vector>

#include "services/base/setting_rows.h"

namespace fn::services {
namespace {

using core::field;
using core::Range;
using setting_rows::kBytes;
using setting_rows::kMostBytes;
using setting_rows::kTimeOrNeverMs;
using setting_rows::of_core;
using Form = SettingForm;
using Node = NodeConfig;
using Text = std::string_view;

constexpr Range kPort{0, 65'535};
constexpr Range kTimeMs{0, setting_rows::kTenDaysMs};

template <auto Member>
constexpr auto http(std::string_view key, Range range, std::string_view sentence) {
  return field<&Node::http, Member>(key, range, sentence);
}

// With or without a range.
template <auto Member>
constexpr auto lb(std::string_view key, auto... rest) {
  return field<&Node::lb, Member>(key, rest...);
}

template <auto Member>
constexpr auto npm(std::string_view key, auto... rest) {
  return field<&Node::npm, Member>(key, rest...);
}

constexpr std::array kSettings = {
    NodeSetting{"FN_NODE_TYPE",
                kAllRoles,
                field<&Node::type>("node_type", Text("Which roles this process has; full: all."))},
    NodeSetting{"FN_BIND_ADDRESS",
                kAllRoles,
                field<&Node::bind_address>("bind_address", Text("Address that is listened on."))},
    NodeSetting{"FN_PORT",
                kAllRoles,
                field<&Node::http_port>(
                    "http.port",
                    kPort,
                    "Port for HTTP; 0: a free one, logged. fnnpm: for gRPC, and 8083 if unset.")},
    NodeSetting{"FN_GRPC_PORT",
                kRunnerRole,
                field<&Node::grpc_port>(
                    "grpc.port", kPort, "Port on which load balancers reach the runner; 0: free.")},
    NodeSetting{"FN_LOG_LEVEL",
                kAllRoles,
                field<&Node::log, &LogOptions::level>("log.level", Text("What is logged."))},
    NodeSetting{
        "FN_LOG_FORMAT",
        kAllRoles,
        field<&Node::log, &LogOptions::format>("log.format", Text("Form of a line of the log."))},
    NodeSetting{"FN_LOG_DEST",
                kAllRoles,
                field<&Node::log, &LogOptions::destination>(
                    "log.destination", Text("Where the log goes; udp and tcp are syslog.")),
                Form::kLogUrl},
    NodeSetting{"FN_LOG_PREFIX",
                kAllRoles,
                field<&Node::log, &LogOptions::prefix>(
                    "log.prefix", Text("Begins the message of each line of the log."))},
    NodeSetting{
        "FN_SHUTDOWN_GRACE_MSECS",
        kAllRoles,
        field<&Node::shutdown_grace>(
            "shutdown_grace_ms", kTimeMs, "Running calls may take this long after SIGTERM."),
        Form::kMsecs},
    NodeSetting{"FN_NODE_CERT",
                kLbRole | kRunnerRole | kNpmRole,
                field<&Node::tls, &TlsFiles::certificate>(
                    "tls.certificate", Text("PEM file of the node's certificate; none: no TLS."))},
    NodeSetting{
        "FN_NODE_CERT_KEY",
        kLbRole | kRunnerRole | kNpmRole,
        field<&Node::tls, &TlsFiles::key>("tls.key", Text("PEM file of the certificate's key."))},
    NodeSetting{"FN_NODE_CERT_AUTHORITY",
                kLbRole | kRunnerRole | kNpmRole,
                field<&Node::tls, &TlsFiles::authority>(
                    "tls.authority", Text("PEM file of those who sign the peers' certificates."))},

    NodeSetting{"FN_MAX_REQUEST_SIZE",
                kAllRoles,
                http<&HttpLimits::body_bytes>(
                    "http.max_request_bytes", kBytes, "Longest body of a request; 0: any.")},
    NodeSetting{"FN_MAX_REQUEST_HEADER_SIZE",
                kAllRoles,
                http<&HttpLimits::header_bytes>("http.max_request_header_bytes",
                                                {1'024, 1 << 24},
                                                "All headers of a request together.")},
    NodeSetting{"FN_REQUEST_HEADER_READ_TIMEOUT",
                kAllRoles,
                http<&HttpLimits::header_time>("http.header_timeout_ms",
                                               kTimeOrNeverMs,
                                               "From a request's first byte to its headers' end."),
                Form::kDuration},
    NodeSetting{"FN_REQUEST_BODY_READ_TIMEOUT",
                kAllRoles,
                http<&HttpLimits::body_pause>(
                    "http.body_timeout_ms", kTimeOrNeverMs, "Longest silence within a body."),
                Form::kDuration},
    NodeSetting{
        "FN_RESPONSE_WRITE_TIMEOUT",
        kAllRoles,
        http<&HttpLimits::write_time>(
            "http.write_timeout_ms", kTimeOrNeverMs, "Longest wait for a client to take more."),
        Form::kDuration},
    NodeSetting{"FN_HTTP_IDLE_TIMEOUT",
                kAllRoles,
                http<&HttpLimits::idle_time>(
                    "http.idle_timeout_ms",
                    kTimeOrNeverMs,
                    "A kept connection without a request is closed after this long."),
                Form::kDuration},
    NodeSetting{"FN_HTTP_MAX_CONNECTIONS",
                kAllRoles,
                http<&HttpLimits::connections>(
                    "http.max_connections", {1, 1e6}, "Further ones wait to be accepted.")},

    NodeSetting{"FN_DB_URL",
                kApiRole,
                field<&Node::api, &ApiSettings::database_url>(
                    "api.db_url",
                    Text("The database; none: sqlite3://FOLDER/data/fn.db, FOLDER where it "
                         "was started.")),
                Form::kSqliteUrl},
    NodeSetting{"FN_PUBLIC_LB_URL",
                kApiRole,
                field<&Node::api, &ApiSettings::public_lb_url>(
                    "api.public_lb_url",
                    Text("Base of the endpoints that are told; none: as the client came.")),
                Form::kAnyHttpUrl},

    NodeSetting{"FN_RUNNER_API_URL",
                kLbRole,
                lb<&LbSettings::api_url>("lb.api_url", Text("The API server.")),
                Form::kHttpUrl},
    NodeSetting{"FN_RUNNER_ADDRESSES",
                kLbRole | kNpmRole,
                lb<&LbSettings::runner_addresses>("lb.runner_addresses",
                                                  Text("The runners, host:port,host:port.")),
                Form::kAddresses},
    NodeSetting{
        "FN_NPM_ADDRESS",
        kLbRole,
        lb<&LbSettings::npm_address>("lb.npm_address", Text("The node pool manager, host:port.")),
        Form::kAddress},
    NodeSetting{"FN_LB_SHARDS",
                kLbRole,
                lb<&LbSettings::shards>(
                    "lb.shards",
                    Range{1, 64},
                    Text("Load balancers in this process, each on a core thread of its own."))},
    NodeSetting{"FN_NPM_HTTP_PORT",
                kNpmRole,
                npm<&NpmSettings::http_port>(
                    "npm.http_port",
                    kPort,
                    Text("Port for /readyz and /metrics; 0: free. gRPC is on FN_PORT."))},
    NodeSetting{"FN_NPM_PROVIDER",
                kNpmRole,
                npm<&NpmSettings::provider>(
                    "npm.provider",
                    Text("Where runners come from; auto: static if FN_RUNNER_ADDRESSES is set."))},
    NodeSetting{
        "FN_NPM_GROUPS_FILE",
        kNpmRole,
        npm<&NpmSettings::groups_file>(
            "npm.groups_file", Text("TOML file of the groups' settings, read again on SIGHUP."))},
    NodeSetting{"FN_NPM_RUNNER_PROGRAM",
                kNpmRole,
                npm<&NpmSettings::runner_program>(
                    "npm.runner_program",
                    Text("process: what is started as a runner; none: fnserver beside fnnpm."))},
    NodeSetting{"FN_NPM_RUNNERS_FOLDER",
                kNpmRole,
                npm<&NpmSettings::runners_folder>(
                    "npm.runners_folder",
                    Text("process: a folder per runner in here has its log and its pid."))},
    NodeSetting{"FN_NPM_STOP_RUNNERS",
                kNpmRole,
                npm<&NpmSettings::stop_runners>(
                    "npm.stop_all",
                    Text("process: runners end with fnnpm; else the next start adopts them."))},
    NodeSetting{
        "FN_NPM_LIST_COMMAND",
        kNpmRole,
        npm<&NpmSettings::list_command>(
            "npm.list_command", Text("exec: writes all runners as JSON (npm/exec_provider.h)."))},
    NodeSetting{"FN_NPM_PROVISION_COMMAND",
                kNpmRole,
                npm<&NpmSettings::provision_command>("npm.provision_command",
                                                     Text("exec: makes runners for a group."))},
    NodeSetting{
        "FN_NPM_REMOVE_COMMAND",
        kNpmRole,
        npm<&NpmSettings::remove_command>("npm.remove_command", Text("exec: removes a runner."))},
    NodeSetting{"FN_PLACER", kLbRole, of_core("lb.placer", "How a runner is chosen for a call.")},
    NodeSetting{"FN_LB_REPLAY_BYTES",
                kLbRole,
                lb<&LbSettings::replay_bytes>(
                    "lb.replay_bytes",
                    kBytes,
                    Text("Begin of a body that is kept until a runner has accepted the call."))},
    NodeSetting{"FN_LB_REPLAY_WAIT_MSECS",
                kLbRole,
                lb<&LbSettings::replay_wait>(
                    "lb.replay_wait_ms",
                    Range{0, 60'000},
                    Text("A longer body stops there for this long, in case the call is refused.")),
                Form::kMsecs},
    NodeSetting{"FN_LB_BUFFER_BYTES",
                kLbRole,
                lb<&LbSettings::buffer_bytes>(
                    "lb.buffer_bytes",
                    Range{1 << 16, kMostBytes},
                    Text("What all calls' bodies may hold; beyond it new calls wait unread."))},
    NodeSetting{"FN_LB_CATALOGUE_AGE_MSECS",
                kLbRole,
                lb<&LbSettings::catalogue_age>(
                    "lb.catalogue_age_ms",
                    kTimeMs,
                    Text("Apps, functions and triggers are asked for again after this long.")),
                Form::kMsecs},
    NodeSetting{"FN_LB_API_TIMEOUT_MSECS",
                kLbRole,
                lb<&LbSettings::api_timeout>(
                    "lb.api_timeout_ms",
                    Range{1, 600'000},
                    Text("The call of an unknown function waits so long for the API server.")),
                Form::kMsecs},
    NodeSetting{"FN_LB_REMEMBERED_CALLS",
                kLbRole,
                lb<&LbSettings::remembered_calls>(
                    "lb.remembered_calls",
                    Range{0, 1e6},
                    Text("Calls of which the load balancer knows the runner that has the log."))},
};

}  // namespace

std::span<const NodeSetting> node_settings() {
  static const std::vector<NodeSetting> all_rows = [] {
    std::vector<NodeSetting> rows(kSettings.begin(), kSettings.end());
    const std::span<const NodeSetting> of_runner = runner_settings();
    rows.insert(rows.end(), of_runner.begin(), of_runner.end());
    return rows;
  }();
  return all_rows;
}

}  // namespace fn::services
