// SPDX-License-Identifier: Apache-2.0
//
// Goal: the demo's trace is the same for the same seed, is read back without a complaint, and has
// the tenants that make policies differ: sizes, swing, flash crowd and sleep as its header says.

#include "sim/workload/demo_trace.h"

#include <algorithm>
#include <cstdlib>
#include <map>
#include <sys/stat.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>

#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::Arrival;
using sim::Workload;

// A folder that goes away with its files.
class DemoFolder {
 public:
  DemoFolder() : path_(testing::TempDir() + "demo-trace-XXXXXX") {
    EXPECT_NE(mkdtemp(path_.data()), nullptr);
  }

  DemoFolder(const DemoFolder&) = delete;
  DemoFolder& operator=(const DemoFolder&) = delete;

  ~DemoFolder() {
    for (const char* name : {"/inv.csv", "/run.csv", "/mem.csv"}) {
      unlink((path_ + name).c_str());
    }
    rmdir(path_.c_str());
  }

  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

core::Result<Workload> demo_workload(const DemoFolder& folder,
                                     std::uint64_t seed,
                                     double scale = 1) {
  const core::Status written = sim::write_demo_trace(folder.path(), seed, scale);
  EXPECT_TRUE(written) << written.error().message;
  sim::TraceOptions options;
  options.tenant = "owner";
  options.strict = true;
  return open_files(*sim::find_azure2019(folder.path()), options);
}

// Runners of 4 GiB that the calls in execution would fill, for each minute of the day.
std::vector<double> load_of(sim::GroupWorkload& group) {
  constexpr int kMinutes = 1440;
  std::vector<double> load(kMinutes);
  for (const Arrival& arrival : drain(*group.arrivals)) {
    const auto minute = static_cast<std::size_t>(core::to_ns(arrival.at) / 60'000'000'000);
    const double seconds = std::chrono::duration<double>(arrival.run).count();
    const auto mib = static_cast<double>(group.functions[arrival.function.value].memory.value);
    load[minute] += seconds / 60 * mib / 4096;
  }
  return load;
}

double mean_of(const std::vector<double>& load, int from_minute, int minutes) {
  double sum = 0;
  for (int minute = from_minute; minute < from_minute + minutes; ++minute) {
    sum += load[static_cast<std::size_t>(minute)];
  }
  return sum / minutes;
}

TEST(DemoTrace, HasTheTenantsItPromises) {
  const DemoFolder folder;
  core::Result<Workload> workload = demo_workload(folder, 1);
  ASSERT_TRUE(workload) << workload.error().message;
  EXPECT_GT(workload->trace.calls, 1'300'000U);
  EXPECT_LT(workload->trace.calls, 1'550'000U);
  EXPECT_TRUE(workload->warnings.empty());
  ASSERT_EQ(workload->groups.size(), 6U);
  std::map<std::string, std::vector<double>> load;
  for (sim::GroupWorkload& group : workload->groups) {
    load[group.name] = load_of(group);
  }
  constexpr int kHour = 60;
  EXPECT_NEAR(mean_of(load["media"], 1170, kHour), 55.5, 2);
  EXPECT_NEAR(mean_of(load["media"], 450, kHour), 18.5, 1);
  EXPECT_NEAR(
      mean_of(load["checkout"], 870, kHour) / mean_of(load["checkout"], 150, kHour), 3, 0.3);
  EXPECT_NEAR(mean_of(load["checkout"], 0, 1440), 5, 0.5);
  EXPECT_NEAR(mean_of(load["thumbnails"], 0, 1440), 6, 0.5);
  EXPECT_NEAR(mean_of(load["tickets"], 0, 700), 1.75, 0.2);
  EXPECT_GT(mean_of(load["tickets"], 723, 12), 40);
  EXPECT_EQ(mean_of(load["reports"], 4 * kHour, 10 * kHour), 0);
  EXPECT_EQ(mean_of(load["reports"], 15 * kHour, 9 * kHour), 0);
  EXPECT_GT(mean_of(load["reports"], kHour, 3 * kHour), 20);
  EXPECT_GT(load["telemetry"][600], 12);
  EXPECT_LT(load["telemetry"][601], 1.5);
}

TEST(DemoTrace, IsTheSameForTheSameSeedOnly) {
  const DemoFolder one;
  const DemoFolder two;
  const DemoFolder three;
  const std::string first = demo_workload(one, 7, 0.01)->trace.sha256;
  EXPECT_EQ(first, demo_workload(two, 7, 0.01)->trace.sha256);
  EXPECT_NE(first, demo_workload(three, 8, 0.01)->trace.sha256);
}

TEST(DemoTrace, BytesAreFixed) {
  // The demo prints a digest to compare with: a change of these bytes must be meant.
  const DemoFolder folder;
  EXPECT_EQ(demo_workload(folder, 1)->trace.sha256,
            "f85ab10a4f2b31e028bae68dfe2bb44bebaf72091e1774d05f59348ff6f1470f");
}

TEST(DemoTrace, GroupsCanBeReplayedSideBySide) {
  const DemoFolder folder;
  core::Result<Workload> serial = demo_workload(folder, 1, 0.1);
  core::Result<Workload> parallel = demo_workload(folder, 1, 0.1);
  std::vector<std::vector<Arrival>> arrivals(6);
  // What they share is read by one of them before.
  parallel->groups.front().arrivals->prepare(core::kNever);
  std::vector<std::thread> threads;
  for (std::size_t group = 0; group < arrivals.size(); ++group) {
    threads.emplace_back(
        [&, group] { arrivals[group] = drain(*parallel->groups[group].arrivals); });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  for (std::size_t group = 0; group < arrivals.size(); ++group) {
    EXPECT_TRUE(same(arrivals[group], drain(*serial->groups[group].arrivals)));
  }
}

TEST(DemoTrace, IsSmall) {
  const DemoFolder folder;
  ASSERT_TRUE(demo_workload(folder, 1));

  struct stat status {};

  ASSERT_EQ(stat((folder.path() + "/inv.csv").c_str(), &status), 0);
  EXPECT_LT(status.st_size, 2'000'000);
}

TEST(DemoTrace, SaysWhyItCannotBeWritten) {
  EXPECT_FALSE(sim::write_demo_trace("/no/such/folder", 1, 1));
  const core::Status scale = sim::write_demo_trace("/tmp", 1, 11);
  ASSERT_FALSE(scale);
  EXPECT_EQ(scale.error().message,
            "demo trace: expected a scale from 0.001 to 10, found 11.000000");
}

}  // namespace
}  // namespace fn::tests
