// SPDX-License-Identifier: Apache-2.0
//
// Control groups of containers: memory, CPU and number of processes limited, all processes frozen,
// thawed or killed at once. Version 2 where its controllers may be used, else the controllers of
// version 1, each in its own tree; what cannot be used is said by description() and lacks().
//
// A runner's groups lie in one folder of its name, so that what it left when it was killed is found
// by the next one. Everything here is reads and writes of small files of the kernel.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/units.h"
#include "services/runner/containers/descriptor.h"
#include "services/runner/containers/launch_message.h"

namespace fn::services {

struct GroupLimits {
  core::MemoryMib memory;  // 0: none, as below
  core::MilliCpu cpu;
  std::int64_t pids = 0;
};

enum class Controller : std::uint8_t { kMemory, kCpu, kPids, kFreezer };

// One tree that can be used: where our groups go, and which controllers they have there.
struct GroupTree {
  int version = 1;
  std::string folder;  // without the runner's part
  std::vector<Controller> controllers;

  [[nodiscard]] bool has(Controller controller) const;
};

// The groups of one container, one per tree. Empty: none.
class ControlGroup {
 public:
  ControlGroup() = default;
  ControlGroup(const std::vector<GroupTree>& trees, const std::string& name);

  // Makes the folders and sets the limits.
  core::Status create(const GroupLimits& limits) const;

  // What a new process writes to be in the group, and what must be written before it can be killed.
  [[nodiscard]] std::vector<FileNote> joining() const;
  [[nodiscard]] std::vector<FileNote> releasing() const;

  // False: there is no freezer.
  [[nodiscard]] bool freeze() const;
  [[nodiscard]] bool thaw() const;

  // Sends SIGKILL to every process in it, and thaws it.
  void kill() const;

  // Processes that were killed because the memory was used up.
  [[nodiscard]] std::uint64_t out_of_memory_kills() const;

  // Removes the folders. False: some process is still in it.
  [[nodiscard]] bool remove() const;

 private:
  [[nodiscard]] bool set_frozen(bool frozen) const;

  std::vector<GroupTree> trees_;  // their folders are the container's
};

class ControlGroups {
 public:
  // Looks for what this process may use, and removes what a runner of this name left, and what
  // killed runners of other names left without a process in it.
  static ControlGroups open(const std::string& runner_name);

  // No groups at all.
  ControlGroups() = default;

  // For trees that the caller knows.
  ControlGroups(std::vector<GroupTree> trees, std::string runner_name);

  [[nodiscard]] ControlGroup group(const std::string& container) const;
  [[nodiscard]] bool has(Controller controller) const;

  // Kills and removes all groups of the runner and, if no process is left, the runner's folder.
  void sweep() const;

  // "memory, cpu, pids and freezing by cgroup v1".
  [[nodiscard]] std::string description() const;

 private:
  std::vector<GroupTree> trees_;
  std::string runner_;
  std::vector<std::shared_ptr<Descriptor>> locks_;  // on the folders
};

}  // namespace fn::services
