// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/socket_folders.h"

#include <algorithm>
#include <cctype>
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

}  // namespace

core::Result<SocketFolders> SocketFolders::open(const ContainerSettings& settings) {
  std::string folder = settings.iofs_path + "/" + settings.runner_name;
  core::Result<Descriptor> lock = lock_folder(settings, folder);
  if (!lock) {
    return tl::unexpected(lock.error());
  }
  return SocketFolders(std::move(folder), std::move(*lock), settings);
}

SocketFolders::SocketFolders(std::string path, Descriptor lock, const ContainerSettings& settings)
    : path_(std::move(path)),
      lock_(std::move(lock)),
      user_(settings.user),
      group_(settings.group) {}

void SocketFolders::empty() const {
  std::error_code error;
  std::vector<std::filesystem::path> left;
  for (const auto& entry : std::filesystem::directory_iterator(path_, error)) {
    if (entry.path() != path_ + kLock) {
      left.push_back(entry.path());
    }
  }
  for (const std::filesystem::path& path : left) {
    std::filesystem::remove_all(path, error);
  }
}

void SocketFolders::remove() const {
  std::error_code error;
  std::filesystem::remove_all(path_, error);
}

core::Result<std::string> SocketFolders::make(const std::string& container, FolderUse use) const {
  std::string folder = path_ + "/" + container;
  bool made = ::mkdir(folder.c_str(), 0700) == 0;
  if (use == FolderUse::kUser) {
    made = made && ::chown(folder.c_str(), user_, group_) == 0;
  } else if (use == FolderUse::kAnyone) {
    made = made && ::chmod(folder.c_str(), 0777) == 0;  // whatever the mask
  }
  if (!made) {
    return core::fail(core::ErrorCode::kInternal,
                      folder + " cannot be made: see whether the disk of FN_IOFS_PATH is full");
  }
  return folder;
}

}  // namespace fn::services
