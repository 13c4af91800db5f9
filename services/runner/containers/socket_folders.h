// SPDX-License-Identifier: Apache-2.0
//
// The folders in which functions put their sockets, below one folder of the runner's name. One
// runner of a name can have it at a time; what an earlier one left in it is removed.

#pragma once

#include <cstdint>
#include <string>

#include "core/base/result.h"
#include "services/runner/containers/descriptor.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

// Who may write into a container's folder.
enum class FolderUse : std::uint8_t {
  kOwn,     // the runner's own user
  kUser,    // the user of the functions
  kAnyone,  // whoever reaches it
};

class SocketFolders {
 public:
  // Makes the runner's folder and locks it, or says why not.
  static core::Result<SocketFolders> open(const ContainerSettings& settings);

  [[nodiscard]] const std::string& path() const { return path_; }

  // A new folder for one container.
  [[nodiscard]] core::Result<std::string> make(const std::string& container, FolderUse use) const;

  // Removes what is in it, or all of it.
  void empty() const;
  void remove() const;

 private:
  SocketFolders(std::string path, Descriptor lock, const ContainerSettings& settings);

  std::string path_;
  Descriptor lock_;
  std::uint32_t user_;
  std::uint32_t group_;
};

}  // namespace fn::services
