// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/control_group_trees.h"

#include <algorithm>
#include <array>
#include <fcntl.h>
#include <fstream>
#include <iterator>
#include <sstream>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace fn::services {
namespace {

struct Mount {
  std::string folder;
  std::string type;
  std::string options;  // as "rw,relatime,memory"
};

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  std::istringstream in(text);
  for (std::string part; std::getline(in, part, mark);) {
    parts.push_back(std::move(part));
  }
  return parts;
}

bool names(const std::string& list, std::string_view word) {
  const std::vector<std::string> words = split(list, ',');
  return std::ranges::find(words, word) != words.end();
}

std::vector<Mount> mounts_of(const std::string& text) {
  std::vector<Mount> mounts;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::istringstream words(line);
    std::string device;
    Mount mount;
    if (words >> device >> mount.folder >> mount.type >> mount.options &&
        (mount.type == "cgroup" || mount.type == "cgroup2")) {
      mounts.push_back(std::move(mount));
    }
  }
  return mounts;
}

// Lines "4:memory:/a/b"; version 2 has no controllers in it: "0::/a/b".
std::string own_path(const std::string& own_groups, std::string_view controller) {
  std::istringstream lines(own_groups);
  for (std::string line; std::getline(lines, line);) {
    const std::size_t first = line.find(':');
    const std::size_t second = line.find(':', first + 1);
    if (second == std::string::npos) {
      continue;
    }
    const std::string controllers = line.substr(first + 1, second - first - 1);
    if (controllers == controller || names(controllers, controller)) {
      const std::string path = line.substr(second + 1);
      return path == "/" ? "" : path;
    }
  }
  return {};
}

// Within a container the tree may show the path as the host sees it, which is not there.
std::string folder_in(const Mount& mount, const std::string& path) {
  struct stat unused {};

  const std::string folder = mount.folder + path;
  return ::stat(folder.c_str(), &unused) == 0 ? folder : mount.folder;
}

constexpr std::array<std::pair<std::string_view, Controller>, 4> kFirstVersion = {
    {{"memory", Controller::kMemory},
     {"cpu", Controller::kCpu},
     {"pids", Controller::kPids},
     {"freezer", Controller::kFreezer}}};

// Version 2 lets processes be only where no controllers are handed down. So those of this group
// move into one below it; it is ours, or we could not do that.
bool hand_down(const std::string& folder) {
  const std::string wanted = "+memory +cpu +pids";
  if (write_small_file(folder + "/cgroup.subtree_control", wanted)) {
    return true;
  }
  const std::string leaf = folder + "/fn-supervisor";
  ::mkdir(leaf.c_str(), 0755);
  std::istringstream pids(read_small_file(folder + "/cgroup.procs"));
  for (std::string pid; pids >> pid;) {
    write_small_file(leaf + "/cgroup.procs", pid);
  }
  return write_small_file(folder + "/cgroup.subtree_control", wanted);
}

bool can_make_groups(const GroupTree& tree) {
  const std::string probe = tree.folder + "/fn-probe-" + std::to_string(::getpid());
  return ::mkdir(probe.c_str(), 0755) == 0 && ::rmdir(probe.c_str()) == 0;
}

bool usable(const GroupTree& tree) {
  if (!can_make_groups(tree)) {
    return false;
  }
  return tree.version == 1 || hand_down(tree.folder);
}

}  // namespace

std::string read_small_file(const std::string& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool write_small_file(const std::string& path, const std::string& text) {
  const int file = ::open(path.c_str(), O_WRONLY | O_CLOEXEC);
  if (file < 0) {
    return false;
  }
  const ssize_t written = ::write(file, text.data(), text.size());
  ::close(file);
  return written == static_cast<ssize_t>(text.size());
}

std::vector<GroupTree> known_trees(const std::string& mounts, const std::string& own_groups) {
  std::vector<GroupTree> trees;
  const std::vector<Mount> all = mounts_of(mounts);
  for (const Mount& mount : all) {
    if (mount.type == "cgroup2") {
      const std::string folder = folder_in(mount, own_path(own_groups, ""));
      std::istringstream offered(read_small_file(folder + "/cgroup.controllers"));
      const std::vector<std::string> words{std::istream_iterator<std::string>(offered), {}};
      // A hybrid machine has version 2 without controllers: its version 1 is of more use.
      if (std::ranges::find(words, "memory") != words.end()) {
        trees.push_back(
            {2,
             folder,
             {Controller::kMemory, Controller::kCpu, Controller::kPids, Controller::kFreezer}});
      }
    }
  }
  for (const auto& [name, controller] : kFirstVersion) {
    for (const Mount& mount : all) {
      if (mount.type == "cgroup" && names(mount.options, name)) {
        trees.push_back({1, folder_in(mount, own_path(own_groups, name)), {controller}});
        break;
      }
    }
  }
  return trees;
}

std::vector<GroupTree> usable_trees(std::vector<GroupTree> known) {
  std::vector<GroupTree> trees;
  for (GroupTree& tree : known) {
    const bool covered = std::ranges::any_of(trees, [&](const GroupTree& other) {
      return std::ranges::all_of(tree.controllers,
                                 [&](Controller each) { return other.has(each); });
    });
    if (!covered && usable(tree)) {
      trees.push_back(std::move(tree));
    }
  }
  return trees;
}

}  // namespace fn::services
