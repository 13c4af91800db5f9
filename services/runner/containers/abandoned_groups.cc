// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/abandoned_groups.h"

#include <chrono>
#include <fcntl.h>
#include <filesystem>
#include <sys/file.h>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <vector>

namespace fn::services {
namespace {

std::vector<std::string> folders_in(const std::string& folder) {
  std::error_code error;
  std::vector<std::string> folders;
  for (const auto& entry : std::filesystem::directory_iterator(folder, error)) {
    if (entry.is_directory(error)) {
      folders.push_back(entry.path());
    }
  }
  return folders;
}

}  // namespace

Descriptor lock_group_folder(const std::string& folder) {
  Descriptor lock(::open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!lock.valid() || ::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    return {};
  }
  return lock;
}

Descriptor make_and_lock_group_folder(const std::string& folder) {
  constexpr int kTries = 100;
  constexpr auto kPause = std::chrono::milliseconds(2);
  for (int turn = 0; turn < kTries; ++turn) {
    ::mkdir(folder.c_str(), 0755);
    Descriptor lock = lock_group_folder(folder);

    // What is locked may have been removed before.
    struct stat locked {};

    struct stat present {};

    if (lock.valid() && ::fstat(lock.get(), &locked) == 0 &&
        ::stat(folder.c_str(), &present) == 0 && locked.st_ino == present.st_ino) {
      return lock;
    }
    std::this_thread::sleep_for(kPause);
  }
  return {};
}

void remove_abandoned_groups(const GroupTree& tree) {
  const std::string begin = tree.folder + "/" + std::string(kGroupFolder) + "runner-";
  for (const std::string& folder : folders_in(tree.folder)) {
    if (!folder.starts_with(begin)) {
      continue;
    }
    if (const Descriptor lock = lock_group_folder(folder); lock.valid()) {
      for (const std::string& container : folders_in(folder)) {
        ::rmdir(container.c_str());
      }
      // The kernel refuses as long as a process is in it, or in one below it.
      ::rmdir(folder.c_str());
    }
  }
}

}  // namespace fn::services
