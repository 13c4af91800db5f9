// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/container_form.h"

#include <nlohmann/json.hpp>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kCpuPeriod = 100'000;
constexpr std::int64_t kCpuPerMilli = kCpuPeriod / 1000;

Json ulimits(const DockerDriverSettings& settings) {
  const std::vector<std::pair<const char*, std::uint64_t>> all = {
      {"nofile", settings.container.open_files},
      {"memlock", settings.locked_bytes},
      {"sigpending", settings.pending_signals},
      {"msgqueue", settings.message_queue_bytes}};
  Json list = Json::array();
  for (const auto& [name, limit] : all) {
    if (limit > 0) {
      list.push_back({{"Name", name}, {"Soft", limit}, {"Hard", limit}});
    }
  }
  return list;
}

std::string tmp_options(const DockerDriverSettings& settings) {
  std::string options = "size=" + std::to_string(settings.container.tmp_bytes);
  if (settings.tmp_inodes > 0) {
    options += ",nr_inodes=" + std::to_string(settings.tmp_inodes);
  }
  return options;
}

Json host_form(const FunctionSetup& setup,
               const ContainerForm& form,
               const DockerDriverSettings& settings) {
  Json host = {
      {"Init", true},
      {"ReadonlyRootfs", settings.read_only_root},
      {"CapDrop", {"ALL"}},
      {"SecurityOpt", {"no-new-privileges:true"}},
      {"LogConfig", {{"Type", "none"}}},
      {"Tmpfs", {{"/tmp", tmp_options(settings)}}},
      {"Ulimits", ulimits(settings)},
  };
  if (setup.memory.value > 0) {
    host["Memory"] = host["MemorySwap"] = setup.memory.value << 20;
    host["MemorySwappiness"] = 0;
  }
  if (setup.cpu.value > 0) {
    host["CpuPeriod"] = kCpuPeriod;
    host["CpuQuota"] = setup.cpu.value * kCpuPerMilli;
  }
  if (settings.container.pids > 0) {
    host["PidsLimit"] = settings.container.pids;
  }
  if (!form.network.empty()) {
    host["NetworkMode"] = form.network;
  }
  if (!form.socket_folder.empty()) {
    host["Mounts"] =
        Json::array({{{"Type", "bind"}, {"Source", form.socket_folder}, {"Target", kIofsInside}}});
  }
  return host;
}

}  // namespace

std::string container_form(const FunctionSetup& setup,
                           const Environment& environment,
                           const ContainerForm& form,
                           const DockerDriverSettings& settings) {
  Json variables = Json::array();
  for (const auto& [name, value] : environment) {
    variables.push_back(std::string(name).append("=").append(value));
  }
  Json json = {
      {"Image", setup.image},
      {"Env", std::move(variables)},
      {"Labels",
       {{kRunnerLabel, form.label}, {"fn.fn_id", setup.fn_id}, {"fn.app_id", setup.app_id}}},
      {"OpenStdin", form.standard_streams},
      {"StdinOnce", form.standard_streams},
      {"AttachStdin", form.standard_streams},
      {"AttachStdout", form.standard_streams},
      {"AttachStderr", true},
      {"HostConfig", host_form(setup, form, settings)},
  };
  if (settings.unprivileged) {
    json["User"] =
        std::to_string(settings.container.user) + ":" + std::to_string(settings.container.group);
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace fn::services
