// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner that is not told its size takes what its machine or control group has, less a part
// for others, and something sensible where it cannot know.

#include "services/base/machine_size.h"

#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

namespace fs = std::filesystem;

class MachineSizes : public testing::Test {
 public:
  MachineSizes() {
    std::string name = (fs::temp_directory_path() / "fn-machine-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }

  MachineSizes(const MachineSizes&) = delete;
  MachineSizes& operator=(const MachineSizes&) = delete;

  ~MachineSizes() override {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

 protected:
  void has(const std::string& path, const std::string& content) const {
    fs::create_directories(fs::path(root_ + path).parent_path());
    std::ofstream(root_ + path) << content;
  }

  [[nodiscard]] MachineSize size() const { return machine_size(root_); }

 private:
  std::string root_;
};

TEST_F(MachineSizes, AreTheAvailableMemoryLessATenth) {
  has("/proc/meminfo", "MemTotal: 99999999 kB\nMemAvailable:   10485760 kB\nBuffers: 1 kB\n");
  EXPECT_EQ(size().memory.value, 9216);
}

TEST_F(MachineSizes, SpareAtLeast256MibAndAtMostFiveGib) {
  has("/proc/meminfo", "MemAvailable: 1048576 kB\n");
  EXPECT_EQ(size().memory.value, 768);
  has("/proc/meminfo", "MemAvailable: 104857600 kB\n");
  EXPECT_EQ(size().memory.value, 97'280);
}

TEST_F(MachineSizes, AreBoundedByTheControlGroup) {
  has("/proc/meminfo", "MemAvailable: 104857600 kB\n");
  has("/sys/fs/cgroup/memory.max", "1073741824\n");
  has("/sys/fs/cgroup/cpu.max", "50000 100000\n");
  EXPECT_EQ(size().memory.value, 768);
  EXPECT_EQ(size().cpu.value, 500);
}

TEST_F(MachineSizes, AreBoundedByAnOldControlGroup) {
  has("/proc/meminfo", "MemAvailable: 104857600 kB\n");
  has("/sys/fs/cgroup/memory/memory.limit_in_bytes", "1073741824\n");
  has("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "25000\n");
  has("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(size().memory.value, 768);
  EXPECT_EQ(size().cpu.value, 250);
}

TEST_F(MachineSizes, AreNotBoundedByAGroupWithoutLimits) {
  has("/proc/meminfo", "MemAvailable: 10485760 kB\n");
  has("/sys/fs/cgroup/memory.max", "max\n");
  has("/sys/fs/cgroup/cpu.max", "max 100000\n");
  has("/sys/fs/cgroup/cpu/cpu.cfs_quota_us", "-1\n");
  has("/sys/fs/cgroup/cpu/cpu.cfs_period_us", "100000\n");
  EXPECT_EQ(size().memory.value, 9216);
  EXPECT_GE(size().cpu.value, 1'000);
}

TEST_F(MachineSizes, AreSomethingWhereNothingIsKnown) {
  EXPECT_EQ(size().memory.value, 1'792);
  EXPECT_GE(size().cpu.value, 1'000);
}

}  // namespace
}  // namespace fn::services
