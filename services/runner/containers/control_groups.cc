// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/control_groups.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <memory>
#include <sstream>
#include <sys/stat.h>
#include <system_error>
#include <thread>
#include <unistd.h>
#include <utility>

#include "services/runner/containers/abandoned_groups.h"
#include "services/runner/containers/control_group_trees.h"

namespace fn::services {
namespace {

// Fn gives a container its share of each tenth of a second.
constexpr std::int64_t kCpuPeriod = 100'000;
constexpr std::int64_t kCpuPerMilli = kCpuPeriod / 1000;

// How long a killed group is waited for when a runner starts or ends.
constexpr int kSweepRounds = 200;
constexpr auto kSweepPause = std::chrono::milliseconds(5);

constexpr std::array<std::pair<Controller, std::string_view>, 4> kNames = {
    {{Controller::kMemory, "memory"},
     {Controller::kCpu, "cpu"},
     {Controller::kPids, "pids"},
     {Controller::kFreezer, "freezing"}}};

std::vector<FileNote> limit_notes(const GroupTree& tree, const GroupLimits& limits) {
  const bool second = tree.version == 2;
  const std::string at = tree.folder + "/";
  std::vector<FileNote> notes;
  if (tree.has(Controller::kMemory) && limits.memory.value > 0) {
    const std::string bytes = std::to_string(limits.memory.value << 20);
    if (second) {
      notes.push_back({at + "memory.max", bytes});
      notes.push_back({at + "memory.swap.max", "0"});
      notes.push_back({at + "memory.oom.group", "1"});
    } else {
      notes.push_back({at + "memory.limit_in_bytes", bytes});
      notes.push_back({at + "memory.memsw.limit_in_bytes", bytes});
      notes.push_back({at + "memory.swappiness", "0"});
    }
  }
  if (tree.has(Controller::kCpu) && limits.cpu.value > 0) {
    const std::string quota = std::to_string(limits.cpu.value * kCpuPerMilli);
    if (second) {
      notes.push_back({at + "cpu.max", quota + " " + std::to_string(kCpuPeriod)});
    } else {
      notes.push_back({at + "cpu.cfs_quota_us", quota});
    }
  }
  if (tree.has(Controller::kPids) && limits.pids > 0) {
    notes.push_back({at + "pids.max", std::to_string(limits.pids)});
  }
  return notes;
}

// Kernels without swap accounting lack the files about swap.
bool may_be_missing(const std::string& path) {
  return path.ends_with("memory.memsw.limit_in_bytes") || path.ends_with("memory.swap.max") ||
         path.ends_with("memory.swappiness") || path.ends_with("memory.oom.group");
}

FileNote frozen_note(const GroupTree& tree, bool frozen) {
  return tree.version == 2 ? FileNote{tree.folder + "/cgroup.freeze", frozen ? "1" : "0"}
                           : FileNote{tree.folder + "/freezer.state", frozen ? "FROZEN" : "THAWED"};
}

// The number behind a word, as in "oom_kill 2".
std::uint64_t number_of(const std::string& text, const std::string& word) {
  std::istringstream lines(text);
  std::string key;
  std::uint64_t value = 0;
  while (lines >> key >> value) {
    if (key == word) {
      return value;
    }
  }
  return 0;
}

bool made(const std::string& folder) {
  return ::mkdir(folder.c_str(), 0755) == 0 || errno == EEXIST;
}

bool removed(const std::string& folder) {
  return ::rmdir(folder.c_str()) == 0 || errno == ENOENT;
}

// Kills what is in the groups of the tree. False: some of it is still there.
bool swept(const GroupTree& tree) {
  std::error_code error;
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(tree.folder, error)) {
    if (entry.is_directory(error)) {
      names.push_back(entry.path().filename());
    }
  }
  bool all = true;
  for (const std::string& name : names) {
    const ControlGroup left({tree}, name);
    left.kill();
    all = left.remove() && all;
  }
  return removed(tree.folder) && all;
}

}  // namespace

bool GroupTree::has(Controller controller) const {
  return std::ranges::find(controllers, controller) != controllers.end();
}

ControlGroup::ControlGroup(const std::vector<GroupTree>& trees, const std::string& name)
    : trees_(trees) {
  for (GroupTree& tree : trees_) {
    tree.folder += "/" + name;
  }
}

core::Status ControlGroup::create(const GroupLimits& limits) const {
  for (const GroupTree& tree : trees_) {
    if (!made(tree.folder)) {
      return core::fail(
          core::ErrorCode::kInternal,
          "control group " + tree.folder + " cannot be made: remove old groups there");
    }
    for (const FileNote& note : limit_notes(tree, limits)) {
      if (!write_small_file(note.path, note.text) && !may_be_missing(note.path)) {
        return core::fail(core::ErrorCode::kInternal,
                          note.path + " does not take " + note.text + ": see the kernel's log");
      }
    }
  }
  return {};
}

std::vector<FileNote> ControlGroup::joining() const {
  std::vector<FileNote> notes;
  notes.reserve(trees_.size());
  for (const GroupTree& tree : trees_) {
    // One thread that moves itself by `tasks` does not wait for all processes of the machine, as
    // `cgroup.procs` does, which costs milliseconds.
    notes.push_back({tree.folder + (tree.version == 2 ? "/cgroup.procs" : "/tasks"), "0"});
  }
  return notes;
}

std::vector<FileNote> ControlGroup::releasing() const {
  std::vector<FileNote> notes;
  for (const GroupTree& tree : trees_) {
    if (tree.version == 1 && tree.has(Controller::kFreezer)) {
      notes.push_back(frozen_note(tree, false));
    }
  }
  return notes;
}

bool ControlGroup::set_frozen(bool frozen) const {
  for (const GroupTree& tree : trees_) {
    if (tree.has(Controller::kFreezer)) {
      const FileNote note = frozen_note(tree, frozen);
      return write_small_file(note.path, note.text);
    }
  }
  return false;
}

bool ControlGroup::freeze() const {
  return set_frozen(true);
}

bool ControlGroup::thaw() const {
  return set_frozen(false);
}

void ControlGroup::kill() const {
  for (const GroupTree& tree : trees_) {
    if (tree.version == 2 && write_small_file(tree.folder + "/cgroup.kill", "1")) {
      continue;
    }
    std::istringstream pids(read_small_file(tree.folder + "/cgroup.procs"));
    for (pid_t pid = 0; pids >> pid;) {
      if (pid > 0) {
        ::kill(pid, SIGKILL);
      }
    }
  }
  static_cast<void>(thaw());
}

std::uint64_t ControlGroup::out_of_memory_kills() const {
  for (const GroupTree& tree : trees_) {
    if (tree.has(Controller::kMemory)) {
      const char* const file = tree.version == 2 ? "/memory.events" : "/memory.oom_control";
      return number_of(read_small_file(tree.folder + file), "oom_kill");
    }
  }
  return 0;
}

bool ControlGroup::remove() const {
  bool all = true;
  for (const GroupTree& tree : trees_) {
    all = removed(tree.folder) && all;
  }
  return all;
}

ControlGroups::ControlGroups(std::vector<GroupTree> trees, std::string runner_name)
    : trees_(std::move(trees)), runner_(std::move(runner_name)) {
  for (GroupTree& tree : trees_) {
    tree.folder += "/" + std::string(kGroupFolder) + runner_;
    made(tree.folder);
  }
}

ControlGroups ControlGroups::open(const std::string& runner_name) {
  const std::vector<GroupTree> trees = usable_trees(
      known_trees(read_small_file("/proc/self/mounts"), read_small_file("/proc/self/cgroup")));
  ControlGroups groups(trees, runner_name);
  groups.sweep();
  for (const GroupTree& tree : trees) {
    remove_abandoned_groups(tree);
  }
  for (const GroupTree& tree : groups.trees_) {
    groups.locks_.push_back(std::make_shared<Descriptor>(make_and_lock_group_folder(tree.folder)));
    if (tree.version == 2) {
      write_small_file(tree.folder + "/cgroup.subtree_control", "+memory +cpu +pids");
    }
  }
  return groups;
}

ControlGroup ControlGroups::group(const std::string& container) const {
  return ControlGroup(trees_, container);
}

bool ControlGroups::has(Controller controller) const {
  return std::ranges::any_of(trees_, [&](const GroupTree& tree) { return tree.has(controller); });
}

void ControlGroups::sweep() const {
  for (int round = 0; round < kSweepRounds; ++round) {
    bool all = true;
    for (const GroupTree& tree : trees_) {
      all = swept(tree) && all;
    }
    if (all) {
      return;
    }
    std::this_thread::sleep_for(kSweepPause);
  }
}

std::string ControlGroups::description() const {
  std::string words;
  int version = 0;
  for (const auto& [controller, name] : kNames) {
    for (const GroupTree& tree : trees_) {
      if (tree.has(controller)) {
        words += (words.empty() ? "" : ", ") + std::string(name);
        version = tree.version;
      }
    }
  }
  return words.empty() ? "no control groups" : words + " by cgroup v" + std::to_string(version);
}

}  // namespace fn::services
