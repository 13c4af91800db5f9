// SPDX-License-Identifier: Apache-2.0
//
// What all containers of a process driver share, and the removal of what they leave: a container is
// gone at once for its owner, while its processes die and its folders go in the background.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/containers/control_groups.h"
#include "services/runner/containers/launcher.h"
#include "services/runner/containers/sandbox.h"
#include "services/runner/containers/settings.h"
#include "services/runner/containers/socket_folders.h"

namespace fn::services {

class ContainerHost : public std::enable_shared_from_this<ContainerHost> {
 public:
  // Takes the runner's folder, which one runner of a name can have at a time, and removes what an
  // earlier one left. The launcher is attached to the loop.
  static core::Result<std::shared_ptr<ContainerHost>> open(Loop& loop,
                                                           Launcher& launcher,
                                                           ContainerSettings settings);

  // Kills and removes all that is left; waits for it, a second at most.
  ~ContainerHost();
  ContainerHost(const ContainerHost&) = delete;
  ContainerHost& operator=(const ContainerHost&) = delete;

  [[nodiscard]] Loop& loop() const { return loop_; }

  [[nodiscard]] Launcher& launcher() const { return launcher_; }

  [[nodiscard]] const ContainerSettings& settings() const { return settings_; }

  [[nodiscard]] const Sandbox& sandbox() const { return sandbox_; }

  [[nodiscard]] const ControlGroups& groups() const { return groups_; }

  // A name that no container of this runner had before.
  [[nodiscard]] std::string new_name();

  // A new folder for the container's socket, the function's own.
  [[nodiscard]] core::Result<std::string> make_iofs(const std::string& container) const;

  // Kills what is in the group and removes it and the folder, if need be later.
  void remove(const ControlGroup& group, const std::string& iofs_folder);

  // Removals that have not succeeded yet.
  [[nodiscard]] std::size_t removals() const { return removals_.size(); }

 private:
  ContainerHost(Loop& loop,
                Launcher& launcher,
                ContainerSettings settings,
                Sandbox sandbox,
                SocketFolders folders);

  struct Removal {
    ControlGroup group;
    std::string iofs_folder;
    int rounds = 0;
  };

  static bool removed(Removal& removal);
  void remove_left();

  Loop& loop_;
  Launcher& launcher_;
  ContainerSettings settings_;
  Sandbox sandbox_;
  SocketFolders folders_;
  ControlGroups groups_;
  std::uint64_t last_ = 0;
  std::vector<Removal> removals_;
  LoopTimer janitor_;
};

using ContainerHostPtr = std::shared_ptr<ContainerHost>;

}  // namespace fn::services
