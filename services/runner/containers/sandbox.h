// SPDX-License-Identifier: Apache-2.0
//
// Sandbox: how a function's program is shut in. With bubblewrap: namespaces of its own for mounts,
// processes, network (loopback only), IPC, host name and users, a read-only root with the system's
// programs and the image at /function, a private /tmp, no new privileges, a seccomp filter.
// Without: its own user id if the runner is root, limits, no new privileges, and the host's file
// system.
//
// Environments do not show in the list of processes: bubblewrap gets them by a file in memory.

#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "services/runner/containers/descriptor.h"
#include "services/runner/containers/function_environment.h"
#include "services/runner/containers/image_folder.h"
#include "services/runner/containers/launcher.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

// What is to run. Descriptors 0, 1 and 2 are the caller's.
struct Program {
  const ImageFolder* image = nullptr;
  Environment environment;
  std::string iofs_folder;  // on the host; empty: none
  std::string host_name;
};

// Ready for the launcher, once the descriptors 0, 1 and 2 are put first.
struct ShutIn {
  LaunchRequest request;
  std::vector<Descriptor> files;  // become 3, 4, ...
};

class Sandbox {
 public:
  // Tries out what works here, by running a program in it. REQUIRES: the launcher is not attached.
  static core::Result<Sandbox> choose(const ContainerSettings& settings, Launcher& launcher);

  [[nodiscard]] core::Result<ShutIn> shut_in(const Program& program) const;

  // Where the function sees its iofs folder.
  [[nodiscard]] std::string iofs_inside(const std::string& folder) const;

  // Whether functions run as another user than the runner.
  [[nodiscard]] bool changes_user() const { return changes_user_; }

  [[nodiscard]] const std::string& description() const { return description_; }

 private:
  Sandbox(const ContainerSettings& settings, std::string filter);

  [[nodiscard]] core::Status try_out(Launcher& launcher) const;
  [[nodiscard]] std::vector<std::string> options(const Program& program) const;

  std::string bubblewrap_;  // empty: without
  std::string filter_;
  std::uint32_t user_ = 0;
  std::uint32_t group_ = 0;
  std::uint64_t open_files_ = 0;
  std::uint64_t tmp_bytes_ = 0;
  bool changes_user_ = false;
  std::string description_;
};

}  // namespace fn::services
