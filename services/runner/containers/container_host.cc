// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/container_host.h"

#include <algorithm>
#include <cctype>
#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>
#include <vector>

namespace fn::services {
namespace {

// A killed process is gone within a few milliseconds; what the kernel holds for seconds is left to
// the end of the driver.
constexpr auto kPause = std::chrono::milliseconds(5);
constexpr int kRounds = 1000;

// Of a unix socket, without the ending zero.
constexpr std::size_t kSocketPathMax = 107;
constexpr std::size_t kContainerNameMax = 16;
constexpr std::size_t kSocketNameMax = sizeof("/lsnr.sock") - 1;

constexpr const char* kLock = "/lock";

bool is_folder_name(const std::string& name) {
  return !name.empty() && name.front() != '.' && std::ranges::all_of(name, [](char letter) {
    return std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '-' ||
           letter == '_' || letter == '.';
  });
}

core::Result<Descriptor> lock_folder(const ContainerSettings& settings, const std::string& folder) {
  if (!is_folder_name(settings.runner_name)) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        "runner name \"" + settings.runner_name + "\": expected letters, digits and . _ - only");
  }
  if (folder.size() + kContainerNameMax + kSocketNameMax > kSocketPathMax) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "FN_IOFS_PATH " + settings.iofs_path +
                          " is too long for sockets in it (107 bytes with the names of the runner "
                          "and the container): choose a shorter one");
  }
  std::error_code error;
  std::filesystem::create_directories(folder, error);
  Descriptor lock(::open((folder + kLock).c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600));
  if (!lock.valid()) {
    return core::fail(core::ErrorCode::kInternal,
                      folder + " cannot be written: set FN_IOFS_PATH to a folder that can");
  }
  if (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return core::fail(core::ErrorCode::kConflict,
                      folder + " is used by another runner of the name " + settings.runner_name +
                          ": give each runner of a machine its own name");
  }
  return lock;
}

// What an earlier runner of this name left.
void empty_folder(const std::string& folder) {
  std::error_code error;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.path() != folder + kLock) {
      left.push_back(entry.path());
    }
  }
  for (const std::filesystem::path& path : left) {
    std::filesystem::remove_all(path, error);
  }
}

}  // namespace

core::Result<std::shared_ptr<ContainerHost>> ContainerHost::open(Loop& loop,
                                                                 Launcher& launcher,
                                                                 ContainerSettings settings) {
  const std::string folder = settings.iofs_path + "/" + settings.runner_name;
  core::Result<Descriptor> lock = lock_folder(settings, folder);
  if (!lock) {
    return tl::unexpected(lock.error());
  }
  core::Result<Sandbox> sandbox = Sandbox::choose(settings, launcher);
  if (!sandbox) {
    return tl::unexpected(sandbox.error());
  }
  launcher.attach(loop);
  return std::shared_ptr<ContainerHost>(new ContainerHost(
      loop, launcher, std::move(settings), std::move(*sandbox), std::move(*lock)));
}

ContainerHost::ContainerHost(
    Loop& loop, Launcher& launcher, ContainerSettings settings, Sandbox sandbox, Descriptor lock)
    : loop_(loop),
      launcher_(launcher),
      settings_(std::move(settings)),
      sandbox_(std::move(sandbox)),
      lock_(std::move(lock)),
      folder_(settings_.iofs_path + "/" + settings_.runner_name),
      janitor_(loop) {
  if (settings_.control_groups) {
    groups_ = ControlGroups::open(settings_.runner_name);
  }
  empty_folder(folder_);
}

ContainerHost::~ContainerHost() {
  groups_.sweep();
  std::error_code error;
  std::filesystem::remove_all(folder_, error);
}

std::string ContainerHost::new_name() {
  return "c" + std::to_string(++last_);
}

core::Result<std::string> ContainerHost::make_iofs(const std::string& container) const {
  const std::string folder = folder_ + "/" + container;
  const bool made = ::mkdir(folder.c_str(), 0700) == 0;
  if (!made ||
      (sandbox_.changes_user() && ::chown(folder.c_str(), settings_.user, settings_.group) != 0)) {
    return core::fail(core::ErrorCode::kInternal,
                      folder + " cannot be made: see whether the disk of FN_IOFS_PATH is full");
  }
  return folder;
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
