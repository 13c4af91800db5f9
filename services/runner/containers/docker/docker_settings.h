// SPDX-License-Identifier: Apache-2.0
//
// What the docker driver can be told. Of ContainerSettings it takes all but what walls processes
// off and where images are; 0 means unlimited where it says so.

#pragma once

#include <chrono>
#include <cstdint>
#include <string>

#include "core/base/time.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

struct DockerDriverSettings {
  ContainerSettings container;

  std::string socket = "/var/run/docker.sock";  // of the engine
  // iofs_path as the engine's machine has it; empty: found out.
  std::string iofs_path_of_engine;
  // Networks with commas or spaces between them, of which the least used is taken; empty: the
  // engine's own choice.
  std::string networks;
  std::string auth;       // JSON: what to tell which registry
  std::string load_file;  // a tarball of images for the engine; empty: none
  // Marks this runner's containers; empty: the machine's name and the runner's socket folder.
  std::string label;

  core::Duration pull_time = std::chrono::minutes(10);  // FN_HOT_PULL_TIMEOUT_MSECS

  bool read_only_root = true;
  bool unprivileged = true;  // the user of ContainerSettings instead of the image's

  std::uint64_t locked_bytes = 65'536;          // of each process, 0: unlimited
  std::uint64_t pending_signals = 5'000;        // of a container, 0: unlimited
  std::uint64_t message_queue_bytes = 819'200;  // of a container, 0: unlimited
  std::uint64_t tmp_inodes = 0;                 // of the private /tmp, 0: unlimited
};

}  // namespace fn::services
