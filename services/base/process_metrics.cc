// SPDX-License-Identifier: Apache-2.0

#include "services/base/process_metrics.h"

#include <filesystem>
#include <fstream>
#include <iterator>
#include <sys/resource.h>
#include <system_error>
#include <unistd.h>

#include "services/base/clock.h"

namespace fn::services {
namespace {

using core::metric::counter;
using core::metric::gauge;

constexpr auto kCpu = counter("process_cpu_seconds", "CPU time in user and system mode.");
constexpr auto kResident = gauge("process_resident_memory_bytes", "bytes", "Resident memory.");
constexpr auto kVirtual = gauge("process_virtual_memory_bytes", "bytes", "Address space.");
constexpr auto kOpen = gauge("process_open_fds", "", "Open file descriptors.");
constexpr auto kMostOpen = gauge("process_max_fds", "", "Most file descriptors allowed.");
constexpr auto kStart =
    gauge("process_start_time_seconds", "seconds", "Start of the process since 1970.");
constexpr auto kBuild = gauge("fn_build_info", "", "Which build this is; always 1.");

double seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

double cpu_seconds() {
  rusage usage{};
  ::getrusage(RUSAGE_SELF, &usage);
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

// The number at this place of /proc/self/statm, in bytes.
double memory_bytes(int place) {
  std::ifstream in("/proc/self/statm");
  double pages = 0;
  for (int at = 0; at <= place; ++at) {
    in >> pages;
  }
  return pages * static_cast<double>(::sysconf(_SC_PAGESIZE));
}

double open_files() {
  std::error_code error;
  const std::filesystem::directory_iterator files("/proc/self/fd", error);
  // Without the one that reads the folder.
  return error ? 0 : static_cast<double>(std::distance(begin(files), end(files)) - 1);
}

double most_open_files() {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  return static_cast<double>(limit.rlim_cur);
}

}  // namespace

void add_process_metrics(Metrics& metrics, const std::string& version) {
  constexpr double kNsPerSecond = 1e9;
  metrics.ask(kCpu, {}, cpu_seconds);
  metrics.ask(kResident, {}, [] { return memory_bytes(1); });
  metrics.ask(kVirtual, {}, [] { return memory_bytes(0); });
  metrics.ask(kOpen, {}, open_files);
  metrics.ask(kMostOpen, {}, most_open_files);
  const double start = static_cast<double>(wall_now_ns()) / kNsPerSecond;
  metrics.ask(kStart, {}, [start] { return start; });
  metrics.gauge(kBuild, {{"version", version}}).set(1);
}

}  // namespace fn::services
