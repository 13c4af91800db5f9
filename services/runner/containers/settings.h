// SPDX-License-Identifier: Apache-2.0
//
// What the process driver can be told. The defaults are Fn's; 0 means unlimited where it says so.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>

#include "core/base/time.h"

namespace fn::services {

enum class Isolation : std::uint8_t {
  kAuto,        // bubblewrap where it works, else none
  kBubblewrap,  // bubblewrap, or the driver does not start
  kNone,        // own user id and limits, but the host's namespaces
};

struct ContainerSettings {
  // A folder with one folder per image: `fnproject/hello:0.0.1` or `fnproject/hello`.
  std::string images_path = "images";
  // The runner keeps its containers' sockets below this folder, in a folder of its name. Short: a
  // socket's path has at most 107 bytes.
  std::string iofs_path = "/tmp/fn-iofs";
  // Tells runners of one machine apart. What a killed runner left is removed by the next of its
  // name.
  std::string runner_name = "runner";

  Isolation isolation = Isolation::kAuto;
  std::string bubblewrap = "bwrap";
  bool control_groups = true;

  core::Duration start_time = std::chrono::seconds(5);  // FN_HOT_START_TIMEOUT_MSECS
  std::uint64_t response_bytes = 0;                     // FN_MAX_RESPONSE_SIZE, 0: unlimited
  std::size_t response_header_bytes = 0;                // FN_MAX_HDR_RESPONSE_SIZE, 0: unlimited
  std::size_t log_bytes = std::size_t{1} << 20;         // FN_MAX_LOG_SIZE_BYTES, of one call
  std::size_t log_calls = 20;                           // whose logs a container keeps

  // The user of the functions when the runner is root.
  std::uint32_t user = 1000;
  std::uint32_t group = 1000;

  std::int64_t pids = 50;                 // of one container, 0: unlimited
  std::uint64_t open_files = 350;         // of one process
  std::uint64_t tmp_bytes = 64ULL << 20;  // size of the private /tmp, counted as memory
};

}  // namespace fn::services
