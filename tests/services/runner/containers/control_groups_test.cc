// SPDX-License-Identifier: Apache-2.0
//
// Goal: control groups of both versions are found, told their limits in the kernel's words, frozen,
// killed and removed. What needs the kernel is skipped where groups may not be made.

#include "services/runner/containers/control_groups.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "services/runner/containers/control_group_trees.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;

class ControlGroupsTest : public testing::Test {
 protected:
  ControlGroupsTest() {
    std::string pattern = (fs::temp_directory_path() / "fn-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }

  ~ControlGroupsTest() override { fs::remove_all(folder_); }

  // A file as the kernel makes them with the folder.
  void file(const std::string& name, const std::string& text = {}) const {
    fs::create_directories(fs::path(folder_ + "/" + name).parent_path());
    std::ofstream(folder_ + "/" + name) << text;
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    return read_small_file(folder_ + "/" + name);
  }

  std::string folder_;
};

const std::vector<Controller> kAll = {
    Controller::kMemory, Controller::kCpu, Controller::kPids, Controller::kFreezer};

TEST_F(ControlGroupsTest, FindsTheTreesOfAHybridMachine) {
  fs::create_directories(folder_ + "/memory/mine");
  const std::string mounts = "cgroup " + folder_ + "/memory cgroup rw,relatime,memory 0 0\n" +
                             "cgroup " + folder_ + "/cpu cgroup rw,cpu,cpuacct 0 0\n" + "cgroup2 " +
                             folder_ + "/unified cgroup2 rw 0 0\n" +
                             "tmpfs /tmp tmpfs rw 0 0\nbroken line\n";
  const auto trees = known_trees(mounts, "4:memory:/mine\n1:cpu,cpuacct:/gone\n0::/\nx\n");
  ASSERT_EQ(trees.size(), 2U);
  EXPECT_EQ(trees[0].folder, folder_ + "/memory/mine");
  EXPECT_EQ(trees[1].folder, folder_ + "/cpu");
  EXPECT_TRUE(trees[1].has(Controller::kCpu));
  EXPECT_FALSE(trees[1].has(Controller::kMemory));
}

TEST_F(ControlGroupsTest, PrefersTheSecondVersionWithItsControllers) {
  file("own/cgroup.controllers", "cpuset cpu io memory pids\n");
  const auto trees = known_trees("cgroup2 " + folder_ + " cgroup2 rw 0 0\n", "0::/own\n");
  ASSERT_EQ(trees.size(), 1U);
  EXPECT_EQ(trees[0].version, 2);
  EXPECT_EQ(trees[0].folder, folder_ + "/own");
  EXPECT_EQ(trees[0].controllers, kAll);
}

TEST_F(ControlGroupsTest, TheSecondVersionIsToldItsLimits) {
  for (const char* const name : {"memory.max",
                                 "memory.swap.max",
                                 "memory.oom.group",
                                 "cpu.max",
                                 "pids.max",
                                 "cgroup.freeze"}) {
    file(std::string("c1/") + name);
  }
  file("c1/memory.events", "low 0\noom 3\noom_kill 2\n");
  const ControlGroup group({{2, folder_, kAll}}, "c1");
  ASSERT_TRUE(group.create({{64}, {500}, 50}));
  EXPECT_EQ(text("c1/memory.max"), "67108864");
  EXPECT_EQ(text("c1/memory.swap.max"), "0");
  EXPECT_EQ(text("c1/memory.oom.group"), "1");
  EXPECT_EQ(text("c1/cpu.max"), "50000 100000");
  EXPECT_EQ(text("c1/pids.max"), "50");
  EXPECT_TRUE(group.freeze());
  EXPECT_EQ(text("c1/cgroup.freeze"), "1");
  EXPECT_EQ(group.out_of_memory_kills(), 2U);
  EXPECT_EQ(group.joining()[0].path, folder_ + "/c1/cgroup.procs");
}

TEST_F(ControlGroupsTest, TheFirstVersionIsToldItsLimits) {
  for (const char* const name :
       {"memory.limit_in_bytes", "cpu.cfs_quota_us", "pids.max", "freezer.state"}) {
    file(std::string("c1/") + name);
  }
  file("c1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
  const ControlGroup group({{1, folder_, kAll}}, "c1");
  ASSERT_TRUE(group.create({{64}, {500}, 50}));
  EXPECT_EQ(text("c1/memory.limit_in_bytes"), "67108864");
  EXPECT_EQ(text("c1/cpu.cfs_quota_us"), "50000");
  EXPECT_EQ(text("c1/pids.max"), "50");
  EXPECT_TRUE(group.freeze());
  EXPECT_EQ(text("c1/freezer.state"), "FROZEN");
  EXPECT_EQ(group.out_of_memory_kills(), 1U);
  EXPECT_EQ(group.releasing()[0].text, "THAWED");
}

TEST_F(ControlGroupsTest, ALimitThatIsNotTakenIsAnError) {
  const ControlGroup group({{1, folder_, {Controller::kMemory}}}, "c1");
  const core::Status made = group.create({{64}, {}, 0});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("memory.limit_in_bytes does not take 67108864"),
            std::string::npos);
}

TEST_F(ControlGroupsTest, SaysWhatIsInForce) {
  EXPECT_EQ(ControlGroups().description(), "no control groups");
  EXPECT_EQ(ControlGroups({{2, folder_, kAll}}, "x").description(),
            "memory, cpu, pids, freezing by cgroup v2");
}

// With the kernel's own second version, which even hybrid machines have: frozen, killed, removed.
TEST(ControlGroupsOfTheKernel, AFrozenGroupIsKilledAndRemoved) {
  for (const std::string tree : {"/sys/fs/cgroup/unified", "/sys/fs/cgroup"}) {
    if (!fs::exists(tree + "/cgroup.procs") || ::access(tree.c_str(), W_OK) != 0) {
      continue;
    }
    const ControlGroups groups({{2, tree, {Controller::kFreezer}}},
                               "kernel-test-" + std::to_string(::getpid()));
    const ControlGroup group = groups.group("c1");
    ASSERT_TRUE(group.create({}));
    const pid_t pid = ::fork();
    if (pid == 0) {
      ::pause();
    }
    write_small_file(group.joining()[0].path, std::to_string(pid));
    EXPECT_TRUE(group.freeze());
    EXPECT_FALSE(group.remove());
    groups.sweep();
    int status = 0;
    EXPECT_EQ(::waitpid(pid, &status, 0), pid);
    EXPECT_TRUE(WIFSIGNALED(status));
    groups.sweep();
    EXPECT_FALSE(fs::exists(group.joining()[0].path));
    return;
  }
  GTEST_SKIP() << "no control groups of version 2 may be made here";
}

}  // namespace
}  // namespace fn::services
