// SPDX-License-Identifier: Apache-2.0
//
// What all containers of a docker driver share: the engine, its images and networks, the folders of
// their sockets, and the removal of what they leave: a container is gone at once for its owner,
// while the engine removes it in the background.

#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/containers/docker/docker_settings.h"
#include "services/runner/containers/docker/engine_client.h"
#include "services/runner/containers/docker/image_store.h"
#include "services/runner/containers/docker/networks.h"
#include "services/runner/containers/socket_folders.h"

namespace fn::services {

class DockerHost : public std::enable_shared_from_this<DockerHost> {
 public:
  // Asks the engine, and waits for it: what it is, where the sockets' folder lies for it, and that
  // it removes what an earlier runner left.
  static core::Result<std::shared_ptr<DockerHost>> open(Loop& loop, DockerDriverSettings settings);

  // Removes all containers that are left and waits for it.
  ~DockerHost();
  DockerHost(const DockerHost&) = delete;
  DockerHost& operator=(const DockerHost&) = delete;

  [[nodiscard]] Loop& loop() const { return loop_; }

  [[nodiscard]] const DockerDriverSettings& settings() const { return settings_; }

  [[nodiscard]] const std::string& label() const { return label_; }

  [[nodiscard]] const std::string& description() const { return description_; }

  [[nodiscard]] EngineClient& engine() { return engine_; }

  [[nodiscard]] ImageStore& images() { return images_; }

  [[nodiscard]] Networks& networks() { return networks_; }

  // A name that no container of the engine has.
  [[nodiscard]] std::string new_name();

  // A new folder for a function's socket, and where the engine finds it.
  struct IofsFolder {
    std::string here;
    std::string at_engine;
  };

  [[nodiscard]] core::Result<IofsFolder> make_iofs();

  // Has the engine create a container. Whatever becomes of the caller: it is removed at the host's
  // end, if need be after it has come to be.
  void create_container(const std::string& name, std::string form, EngineClient::Handler created);

  // Has the engine kill and remove the container, again and again if need be.
  void remove_container(const std::string& name);

  // Removes a function's folder, later if its processes still write to it.
  void remove_folder(const std::string& folder);

 private:
  struct Opened;

  DockerHost(Loop& loop, DockerDriverSettings settings, Opened opened);

  void try_to_remove(const std::string& name, int attempts);
  void remove_folders();

  Loop& loop_;
  DockerDriverSettings settings_;
  SocketFolders folders_;
  std::string label_;
  std::string path_at_engine_;
  std::string description_;
  std::string name_stem_;
  std::uint64_t last_ = 0;
  EngineClient engine_;
  ImageStore images_;
  Networks networks_;
  std::set<std::string> creating_;
  std::vector<std::string> left_folders_;
  LoopTimer janitor_;
  std::uint64_t removals_ = 0;
  std::map<std::uint64_t, std::unique_ptr<LoopTimer>> later_;
};

using DockerHostPtr = std::shared_ptr<DockerHost>;

}  // namespace fn::services
