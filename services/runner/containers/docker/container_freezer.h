// SPDX-License-Identifier: Apache-2.0
//
// ContainerFreezer: stops and goes on with the processes of one of the engine's containers through
// the kernel's control group, which takes well under a millisecond; the engine's own pause
// takes 15.

#pragma once

#include <optional>
#include <string>
#include <utility>

#include "services/runner/containers/launch_message.h"

namespace fn::services {

class ContainerFreezer {
 public:
  // The freezer of the container `id`, of which `pid` is a process; nothing where this process may
  // not use it or sees other processes than the engine.
  static std::optional<ContainerFreezer> find(const std::string& id, std::int64_t pid);

  // False: it is no longer there.
  [[nodiscard]] bool freeze() const;
  [[nodiscard]] bool thaw() const;

 private:
  ContainerFreezer(FileNote frozen, FileNote thawed)
      : frozen_(std::move(frozen)), thawed_(std::move(thawed)) {}

  FileNote frozen_;
  FileNote thawed_;
};

}  // namespace fn::services
