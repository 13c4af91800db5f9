// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/docker_host.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "services/runner/containers/control_group_trees.h"
#include "services/runner/containers/docker/blocking_engine.h"
#include "services/runner/containers/docker/own_container.h"

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr auto kAskTime = std::chrono::seconds(10);

// Creating goes on in an engine that is late, so that its outcome is waited for longer than the
// start: what is created after all must be removed.
constexpr auto kCreateTime = std::chrono::minutes(1);

// A busy engine takes seconds; one that is restarted comes back.
constexpr auto kRemoveTime = std::chrono::seconds(60);
constexpr auto kRemovePause = std::chrono::seconds(1);
constexpr int kRemoveAttempts = 60;

constexpr auto kFolderPause = std::chrono::milliseconds(50);

std::string host_name() {
  std::array<char, 256> name{};
  ::gethostname(name.data(), name.size() - 1);
  return name.data();
}

}  // namespace

struct DockerHost::Opened {
  SocketFolders folders;
  RegistryAuth auth;
  std::string label;
  std::string path_at_engine;
  std::string description;
};

namespace {

core::Result<std::string> describe(BlockingEngine& engine, const std::string& socket) {
  const core::Result<EngineAnswer> answer =
      engine.ask({.method = "GET", .target = "/info", .time = kAskTime});
  if (!answer) {
    return core::fail(answer.error().code,
                      answer.error().message + ": start the engine or set DOCKER_HOST");
  }
  const Json info = Json::parse(answer->body, nullptr, false);
  if (!answer->good() || !info.is_object() || !info.contains("ServerVersion")) {
    return core::fail(
        core::ErrorCode::kUnavailable,
        "DOCKER_HOST: what listens at " + socket + " is no Docker Engine: " + answer->message());
  }
  std::string lacks;
  for (const auto& [key, name] : {std::pair{"MemoryLimit", "memory"},
                                  std::pair{"CpuCfsQuota", "cpu"},
                                  std::pair{"PidsLimit", "pids"}}) {
    if (!info.value(key, true)) {
      lacks += (lacks.empty() ? "" : ", ") + std::string(name);
    }
  }
  return "docker " + info.value("ServerVersion", "") + "; control groups v" +
         info.value("CgroupVersion", "1") + (lacks.empty() ? "" : ", which do not limit " + lacks);
}

core::Result<std::string> find_path_at_engine(BlockingEngine& engine,
                                              const DockerDriverSettings& settings,
                                              const std::string& path) {
  if (!settings.iofs_path_of_engine.empty()) {
    return settings.iofs_path_of_engine + "/" + settings.container.runner_name;
  }
  const std::string id = own_container_id(read_small_file("/proc/self/mountinfo"),
                                          read_small_file("/proc/self/cgroup"));
  if (id.empty()) {
    return path;
  }
  const core::Result<EngineAnswer> answer =
      engine.ask({.method = "GET", .target = "/containers/" + id + "/json", .time = kAskTime});
  if (!answer) {
    return tl::unexpected(answer.error());
  }
  // Another engine's container: what it mounts is not known here.
  return answer->good() ? path_on_engine(path, answer->body) : path;
}

}  // namespace

core::Result<std::shared_ptr<DockerHost>> DockerHost::open(Loop& loop,
                                                           DockerDriverSettings settings) {
  settings.container.iofs_path =
      std::filesystem::absolute(settings.container.iofs_path).lexically_normal().string();
  core::Result<RegistryAuth> auth = RegistryAuth::parse(settings.auth);
  if (!auth) {
    return tl::unexpected(auth.error());
  }
  core::Result<SocketFolders> folders = SocketFolders::open(settings.container);
  if (!folders) {
    return tl::unexpected(folders.error());
  }
  // The engine, which is root, leads functions to their folders; nobody else needs to get there.
  static_cast<void>(::chmod(folders->path().c_str(), 0700));
  BlockingEngine engine(settings.socket);
  core::Result<std::string> description = describe(engine, settings.socket);
  if (!description) {
    return tl::unexpected(description.error());
  }
  core::Result<std::string> path = find_path_at_engine(engine, settings, folders->path());
  if (!path) {
    return tl::unexpected(path.error());
  }
  const std::string label =
      settings.label.empty() ? host_name() + ":" + folders->path() : settings.label;
  const core::Result<std::size_t> removed = engine.remove_labelled(label);
  if (!removed) {
    return tl::unexpected(removed.error());
  }
  if (*removed > 0) {
    *description += "; removed " + std::to_string(*removed) + " containers of an earlier run";
  }
  folders->empty();
  if (!settings.load_file.empty()) {
    if (core::Status loaded = engine.load_images(settings.load_file, settings.pull_time); !loaded) {
      return tl::unexpected(loaded.error());
    }
  }
  return std::shared_ptr<DockerHost>(new DockerHost(
      loop,
      std::move(settings),
      {std::move(*folders), std::move(*auth), label, std::move(*path), std::move(*description)}));
}

DockerHost::DockerHost(Loop& loop, DockerDriverSettings settings, Opened opened)
    : loop_(loop),
      settings_(std::move(settings)),
      folders_(std::move(opened.folders)),
      label_(std::move(opened.label)),
      path_at_engine_(std::move(opened.path_at_engine)),
      description_(std::move(opened.description)),
      engine_(loop, settings_.socket),
      images_(engine_, std::move(opened.auth), settings_.container.start_time, settings_.pull_time),
      networks_(settings_.networks),
      janitor_(loop) {
  std::random_device random;
  name_stem_ = "fn-" + settings_.container.runner_name + "-" + std::to_string(random()) + "-";
}

DockerHost::~DockerHost() {
  BlockingEngine engine(settings_.socket);
  engine.remove_coming({creating_.begin(), creating_.end()});
  static_cast<void>(engine.remove_labelled(label_));
  folders_.remove();
}

std::string DockerHost::new_name() {
  return name_stem_ + std::to_string(++last_);
}

core::Result<DockerHost::IofsFolder> DockerHost::make_iofs() {
  const std::string name = "c" + std::to_string(++last_);
  const FolderUse use = !settings_.unprivileged ? FolderUse::kAnyone
                        : ::geteuid() == 0      ? FolderUse::kUser
                                                : FolderUse::kAnyone;
  core::Result<std::string> here = folders_.make(name, use);
  if (!here) {
    return tl::unexpected(here.error());
  }
  return IofsFolder{std::move(*here), path_at_engine_ + "/" + name};
}

void DockerHost::create_container(const std::string& name,
                                  std::string form,
                                  EngineClient::Handler created) {
  creating_.insert(name);
  engine_.ask({.method = "POST",
               .target = "/containers/create?name=" + name,
               .time = std::max<core::Duration>(kCreateTime, settings_.container.start_time),
               .json = std::move(form)},
              [this, name, created = std::move(created)](core::Result<EngineAnswer> answer) {
                creating_.erase(name);
                created(std::move(answer));
              });
}

void DockerHost::remove_container(const std::string& name) {
  try_to_remove(name, 1);
}

// 404: it is gone; 409: it is going.
void DockerHost::try_to_remove(const std::string& name, int attempts) {
  engine_.ask(
      {.method = "DELETE", .target = "/containers/" + name + "?force=1&v=1", .time = kRemoveTime},
      [this, name, attempts](const core::Result<EngineAnswer>& answer) {
        const bool gone =
            answer && (answer->good() || answer->status == 404 || answer->status == 409);
        if (gone || attempts == kRemoveAttempts) {
          return;
        }
        const std::uint64_t number = ++removals_;
        auto timer = std::make_unique<LoopTimer>(loop_);
        timer->set_after(kRemovePause, [this, name, attempts, number] {
          const auto held = later_.extract(number);
          try_to_remove(name, attempts + 1);
        });
        later_[number] = std::move(timer);
      });
}

void DockerHost::remove_folder(const std::string& folder) {
  left_folders_.push_back(folder);
  remove_folders();
}

void DockerHost::remove_folders() {
  std::erase_if(left_folders_, [](const std::string& folder) {
    std::error_code error;
    std::filesystem::remove_all(folder, error);
    return !error;
  });
  if (!left_folders_.empty()) {
    janitor_.set_after(kFolderPause, [this] { remove_folders(); });
  }
}

}  // namespace fn::services
