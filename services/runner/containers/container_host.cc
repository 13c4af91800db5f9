// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/container_host.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <utility>
#include <vector>

namespace fn::services {
namespace {

// A killed process is gone within a few milliseconds; what the kernel holds for seconds is left to
// the end of the driver.
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr int kRounds = 1000;

}  // namespace

core::Result<std::shared_ptr<ContainerHost>> ContainerHost::open(Loop& loop,
                                                                 Launcher& launcher,
                                                                 ContainerSettings settings) {
  core::Result<SocketFolders> folders = SocketFolders::open(settings);
  if (!folders) {
    return tl::unexpected(folders.error());
  }
  core::Result<Sandbox> sandbox = Sandbox::choose(settings, launcher);
  if (!sandbox) {
    return tl::unexpected(sandbox.error());
  }
  launcher.attach(loop);
  return std::shared_ptr<ContainerHost>(new ContainerHost(
      loop, launcher, std::move(settings), std::move(*sandbox), std::move(*folders)));
}

ContainerHost::ContainerHost(Loop& loop,
                             Launcher& launcher,
                             ContainerSettings settings,
                             Sandbox sandbox,
                             SocketFolders folders)
    : loop_(loop),
      launcher_(launcher),
      settings_(std::move(settings)),
      sandbox_(std::move(sandbox)),
      folders_(std::move(folders)),
      janitor_(loop) {
  if (settings_.control_groups) {
    groups_ = ControlGroups::open(settings_.runner_name);
  }
  folders_.empty();
}

ContainerHost::~ContainerHost() {
  groups_.sweep();
  folders_.remove();
}

std::string ContainerHost::new_name() {
  return "c" + std::to_string(++last_);
}

core::Result<std::string> ContainerHost::make_iofs(const std::string& container) const {
  return folders_.make(container, sandbox_.changes_user() ? FolderUse::kUser : FolderUse::kOwn);
}

void ContainerHost::remove(const ControlGroup& group, const std::string& iofs_folder) {
  Removal removal{group, iofs_folder};
  if (!removed(removal)) {
    removals_.push_back(std::move(removal));
    if (removals_.size() == 1) {
      janitor_.set_after(kPause, [this] { remove_left(); });
    }
  }
}

// Also true once there is no point in going on.
bool ContainerHost::removed(Removal& removal) {
  removal.group.kill();
  std::error_code error;
  if (!removal.iofs_folder.empty()) {
    std::filesystem::remove_all(removal.iofs_folder, error);
  }
  return (removal.group.remove() && !error) || ++removal.rounds == kRounds;
}

void ContainerHost::remove_left() {
  std::erase_if(removals_, [](Removal& removal) { return removed(removal); });
  if (!removals_.empty()) {
    janitor_.set_after(kPause, [this] { remove_left(); });
  }
}

}  // namespace fn::services
