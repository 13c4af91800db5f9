// SPDX-License-Identifier: Apache-2.0
//
// Goal: control groups of both versions are found, told their limits in the kernel's words, frozen,
// killed and removed. What needs the kernel is skipped where groups may not be made.

#include "services/runner/containers/control_groups.h"

#include <atomic>
#include <filesystem>
#include <fstream>
#include <string>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "services/runner/containers/abandoned_groups.h"
#include "services/runner/containers/control_group_trees.h"
#include "tests/services/runner/containers/temporary_folder.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;

class ControlGroupsTest : public testing::Test {
 protected:
  // A file as the kernel makes them with the folder.
  void file(const std::string& name, const std::string& text = {}) const {
    fs::create_directories(fs::path(folder + "/" + name).parent_path());
    std::ofstream(folder + "/" + name) << text;
  }

  [[nodiscard]] std::string text(const std::string& name) const {
    return read_small_file(folder + "/" + name);
  }

  TemporaryFolder temporary;
  const std::string& folder = temporary.path;
};

const std::vector<Controller> kAll = {
    Controller::kMemory, Controller::kCpu, Controller::kPids, Controller::kFreezer};

TEST_F(ControlGroupsTest, FindsTheTreesOfAHybridMachine) {
  fs::create_directories(folder + "/memory/mine");
  const std::string mounts = "cgroup " + folder + "/memory cgroup rw,relatime,memory 0 0\n" +
                             "cgroup " + folder + "/cpu cgroup rw,cpu,cpuacct 0 0\n" + "cgroup2 " +
                             folder + "/unified cgroup2 rw 0 0\n" +
                             "tmpfs /tmp tmpfs rw 0 0\nbroken line\n";
  const auto trees = known_trees(mounts, "4:memory:/mine\n1:cpu,cpuacct:/gone\n0::/\nx\n");
  ASSERT_EQ(trees.size(), 2U);
  EXPECT_EQ(trees[0].folder, folder + "/memory/mine");
  EXPECT_EQ(trees[1].folder, folder + "/cpu");
  EXPECT_TRUE(trees[1].has(Controller::kCpu));
  EXPECT_FALSE(trees[1].has(Controller::kMemory));
}

TEST_F(ControlGroupsTest, PrefersTheSecondVersionWithItsControllers) {
  file("own/cgroup.controllers", "cpuset cpu io memory pids\n");
  const auto trees = known_trees("cgroup2 " + folder + " cgroup2 rw 0 0\n", "0::/own\n");
  ASSERT_EQ(trees.size(), 1U);
  EXPECT_EQ(trees[0].version, 2);
  EXPECT_EQ(trees[0].folder, folder + "/own");
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
  const ControlGroup group({{2, folder, kAll}}, "c1");
  ASSERT_TRUE(group.create({{64}, {500}, 50}));
  EXPECT_EQ(text("c1/memory.max"), "67108864");
  EXPECT_EQ(text("c1/memory.swap.max"), "0");
  EXPECT_EQ(text("c1/memory.oom.group"), "1");
  EXPECT_EQ(text("c1/cpu.max"), "50000 100000");
  EXPECT_EQ(text("c1/pids.max"), "50");
  EXPECT_TRUE(group.freeze());
  EXPECT_EQ(text("c1/cgroup.freeze"), "1");
  EXPECT_EQ(group.out_of_memory_kills(), 2U);
  EXPECT_EQ(group.joining()[0].path, folder + "/c1/cgroup.procs");
}

TEST_F(ControlGroupsTest, TheFirstVersionIsToldItsLimits) {
  for (const char* const name :
       {"memory.limit_in_bytes", "cpu.cfs_quota_us", "pids.max", "freezer.state"}) {
    file(std::string("c1/") + name);
  }
  file("c1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 1\n");
  const ControlGroup group({{1, folder, kAll}}, "c1");
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
  const ControlGroup group({{1, folder, {Controller::kMemory}}}, "c1");
  const core::Status made = group.create({{64}, {}, 0});
  ASSERT_FALSE(made);
  EXPECT_NE(made.error().message.find("memory.limit_in_bytes does not take 67108864"),
            std::string::npos);
}

TEST_F(ControlGroupsTest, SaysWhatIsInForce) {
  EXPECT_EQ(ControlGroups().description(), "no control groups");
  EXPECT_EQ(ControlGroups({{2, folder, kAll}}, "x").description(),
            "memory, cpu, pids, freezing by cgroup v2");
}

TEST_F(ControlGroupsTest, WhatKilledRunnersLeftIsRemovedUnlessSomebodyIsInIt) {
  fs::create_directories(folder + "/fn-runner-1/c1");
  fs::create_directories(folder + "/fn-runner-2");
  fs::create_directories(folder + "/fn-runner-3");
  fs::create_directories(folder + "/fn-other");
  fs::create_directories(folder + "/somebodys");
  file("fn-runner-4/c1/cgroup.procs");  // the kernel, too, refuses to remove what is in use
  {
    const Descriptor lives = lock_group_folder(folder + "/fn-runner-2");
    ASSERT_TRUE(lives.valid());
    EXPECT_FALSE(lock_group_folder(folder + "/fn-runner-2").valid());
    remove_abandoned_groups({1, folder, {}});
  }
  EXPECT_FALSE(fs::exists(folder + "/fn-runner-1"));
  EXPECT_TRUE(fs::exists(folder + "/fn-runner-2"));
  EXPECT_FALSE(fs::exists(folder + "/fn-runner-3"));
  EXPECT_TRUE(fs::exists(folder + "/fn-runner-4/c1"));
  EXPECT_TRUE(fs::exists(folder + "/fn-other"));
  EXPECT_TRUE(fs::exists(folder + "/somebodys"));
  remove_abandoned_groups({1, folder, {}});
  EXPECT_FALSE(fs::exists(folder + "/fn-runner-2"));
}

TEST_F(ControlGroupsTest, ARunnerGetsItsFolderThoughOthersTidyUpAtTheSameTime) {
  std::atomic<bool> done = false;
  std::thread tidier([&] {
    while (!done) {
      remove_abandoned_groups({1, folder, {}});
    }
  });
  for (int turn = 0; turn < 200; ++turn) {
    const std::string mine = folder + "/fn-runner-1";
    const Descriptor lock = make_and_lock_group_folder(mine);
    EXPECT_TRUE(lock.valid());
    for (int look = 0; look < 20; ++look) {
      EXPECT_TRUE(fs::exists(mine));
      std::this_thread::yield();
    }
  }
  done = true;
  tidier.join();
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
