// SPDX-License-Identifier: Apache-2.0

#include "services/base/setting_rows.h"

namespace fn::services {
namespace {

using core::field;
using core::Range;
using setting_rows::kBytes;
using setting_rows::kTimeOrNeverMs;
using setting_rows::of_core;
using Form = SettingForm;
using Node = NodeConfig;
using Text = std::string_view;

constexpr Range kCount{0, 1e9};

// With or without a range.
template <auto Member>
constexpr auto container(std::string_view key, auto... rest) {
  return field<&Node::container, Member>(key, rest...);
}

template <auto Member>
constexpr auto docker(std::string_view key, std::string_view sentence) {
  return field<&Node::docker, Member>(key, sentence);
}

constexpr std::array kSettings = {
    NodeSetting{"FN_DRIVER",
                kRunnerRole,
                container<&ContainerConfig::driver>(
                    "container.driver",
                    Text("What runs functions; null answers with the request, for measuring."))},
    NodeSetting{"FN_MAX_TOTAL_MEMORY_BYTES",
                kRunnerRole,
                of_core("runner.memory_mib", "Memory for containers; 0: what the machine has."),
                Form::kMemoryBytes},
    NodeSetting{"FN_MAX_TOTAL_CPU_MCPUS",
                kRunnerRole,
                of_core("runner.cpu_milli", "CPU for containers; 0: what the machine has."),
                Form::kZeroIsUnset},
    NodeSetting{
        "FN_ENABLE_NB_RESOURCE_TRACKER",
        kRunnerRole,
        of_core("runner.queue_when_full", "A full runner refuses at once; its opposite is kept."),
        Form::kNegated},
    NodeSetting{"FN_FREEZE_IDLE_MSECS",
                kRunnerRole,
                of_core("runner.freeze_after_ms",
                        "An idle container is frozen after this long; negative: never."),
                Form::kFreezeMsecs},
    NodeSetting{"FN_HOT_START_TIMEOUT_MSECS",
                kRunnerRole,
                container<&ContainerConfig::start_timeout>(
                    "container.start_timeout_ms",
                    kTimeOrNeverMs,
                    Text("A container listens within this time or is given up.")),
                Form::kMsecs},
    NodeSetting{"FN_HOT_PULL_TIMEOUT_MSECS",
                kRunnerRole,
                container<&ContainerConfig::pull_timeout>(
                    "container.pull_timeout_ms", kTimeOrNeverMs, Text("Longest pull of an image.")),
                Form::kMsecs},
    NodeSetting{"FN_MAX_RESPONSE_SIZE",
                kRunnerRole,
                container<&ContainerConfig::response_bytes>(
                    "container.max_response_bytes", kBytes, Text("Longest answer; 0: any."))},
    NodeSetting{"FN_MAX_HDR_RESPONSE_SIZE",
                kRunnerRole,
                container<&ContainerConfig::response_header_bytes>(
                    "container.max_response_header_bytes",
                    kBytes,
                    Text("All headers of an answer together; 0: any."))},
    NodeSetting{"FN_MAX_LOG_SIZE_BYTES",
                kRunnerRole,
                container<&ContainerConfig::log_bytes>(
                    "container.max_log_bytes", kBytes, Text("What is kept of a call's stderr."))},
    NodeSetting{"FN_KEPT_CALL_LOGS",
                kRunnerRole,
                container<&ContainerConfig::logged_calls>(
                    "container.logged_calls",
                    Range{0, 1e6},
                    Text("Calls whose stderr can be read, also when their container is gone."))},
    NodeSetting{"FN_KEPT_CALL_LOG_BYTES",
                kRunnerRole,
                container<&ContainerConfig::kept_log_bytes>(
                    "container.kept_log_bytes",
                    kBytes,
                    Text("What these may hold together; the oldest go first."))},
    NodeSetting{"FN_DISABLE_DEBUG_USER_LOGS",
                kRunnerRole,
                container<&ContainerConfig::debug_logs>(
                    "container.debug_logs",
                    Text("Functions' stderr goes to the log at debug; the variable negates it.")),
                Form::kNegated},
    NodeSetting{"FN_MAX_PIDS",
                kRunnerRole,
                container<&ContainerConfig::processes_max>(
                    "container.max_processes", kCount, Text("Of one container; 0: any."))},
    NodeSetting{"FN_MAX_OPEN_FILES",
                kRunnerRole,
                container<&ContainerConfig::open_files_max>(
                    "container.max_open_files", kCount, Text("Of each process; 0: any."))},
    NodeSetting{"FN_MAX_LOCKED_MEMORY",
                kRunnerRole,
                container<&ContainerConfig::locked_bytes_max>(
                    "container.max_locked_bytes", kBytes, Text("Of each process; 0: any."))},
    NodeSetting{"FN_MAX_PENDING_SIGNALS",
                kRunnerRole,
                container<&ContainerConfig::pending_signals_max>(
                    "container.max_pending_signals", kCount, Text("Of one container; 0: any."))},
    NodeSetting{
        "FN_MAX_MESSAGE_QUEUE",
        kRunnerRole,
        container<&ContainerConfig::message_queue_bytes_max>(
            "container.max_message_queue_bytes", kBytes, Text("Of one container; 0: any."))},
    NodeSetting{"FN_MAX_TMPFS_INODES",
                kRunnerRole,
                container<&ContainerConfig::tmp_inodes_max>(
                    "container.max_tmp_inodes", kCount, Text("Files below /tmp; 0: any."))},
    NodeSetting{"FN_IMAGES_FOLDER",
                kRunnerRole,
                container<&ContainerConfig::images_folder>(
                    "container.images_folder",
                    Text("process: the image NAME is the folder NAME in here."))},
    NodeSetting{"FN_ISOLATION",
                kRunnerRole,
                container<&ContainerConfig::isolation>(
                    "container.isolation",
                    Text("process: how functions are walled off; auto: the best there is."))},
    NodeSetting{"FN_LIMITER",
                kRunnerRole,
                container<&ContainerConfig::limiter>(
                    "container.limiter",
                    Text("process: what keeps functions to their size; auto: the best there is."))},
    NodeSetting{"FN_IOFS_PATH",
                kRunnerRole,
                container<&ContainerConfig::socket_folder>(
                    "container.socket_folder",
                    Text("Folder for the functions' sockets; none: below /tmp."))},
    NodeSetting{"FN_IOFS_DOCKER_PATH",
                kRunnerRole,
                container<&ContainerConfig::docker_socket_folder>(
                    "container.docker_socket_folder",
                    Text("The same folder as Docker's host sees it; none: found out."))},
    NodeSetting{"DOCKER_HOST",
                kRunnerRole,
                docker<&DockerSettings::host>("docker.host", "Where the Docker Engine listens.")},
    NodeSetting{"FN_DOCKER_NETWORKS",
                kRunnerRole,
                docker<&DockerSettings::networks>(
                    "docker.networks", "Networks, of which the least used one is taken.")},
    NodeSetting{"FN_DOCKER_AUTH",
                kRunnerRole,
                docker<&DockerSettings::auth>("docker.auth", "Credentials for registries, JSON."),
                Form::kPlain,
                true},
    NodeSetting{"FN_DOCKER_LOAD_FILE",
                kRunnerRole,
                docker<&DockerSettings::load_file>("docker.load_file",
                                                   "Tarball of images to load at the start.")},
    NodeSetting{"FN_CONTAINER_LABEL_TAG",
                kRunnerRole,
                docker<&DockerSettings::label>(
                    "docker.label", "Tells the containers of this runner from those of others.")},
    NodeSetting{"FN_DISABLE_READONLY_ROOTFS",
                kRunnerRole,
                docker<&DockerSettings::read_only_root>(
                    "docker.read_only_root", "The root is read-only; the variable negates it."),
                Form::kNegated},
    NodeSetting{"FN_DISABLE_UNPRIVILEGED_CONTAINERS",
                kRunnerRole,
                docker<&DockerSettings::unprivileged>("docker.unprivileged",
                                                      "No user is root; the variable negates it."),
                Form::kNegated},
};

}  // namespace

std::span<const NodeSetting> runner_settings() {
  return kSettings;
}

}  // namespace fn::services
