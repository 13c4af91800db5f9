// SPDX-License-Identifier: Apache-2.0
//
// A runner as a process of this host: how it is started, recognised and remembered. It is in a
// session of its own and outlives who started it. Its record, a small file, lets the next start of
// the node pool manager find it again; a pid alone would not do, since pids are given anew.

#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fn::services {

struct RunnerProcess {
  std::string id;
  std::string group;
  std::string address;
  int pid = 0;
  // Of the process, in the kernel's own count.
  std::uint64_t started = 0;
};

struct RunnerLaunch {
  std::string program;
  std::string folder;
  // What it has beside and instead of this process's environment.
  std::vector<std::string> variables;
};

// Starts a runner on free ports of 127.0.0.1, its output in FOLDER/ID.log, and writes its record.
// Blocks for as long as that takes.
core::Result<RunnerProcess> start_runner(const RunnerLaunch& launch,
                                         const std::string& id,
                                         const std::string& group);

// Whether it still is, and the same one. Reaps it if it was started here and has ended.
[[nodiscard]] bool runs(const RunnerProcess& process);

void signal_runner(const RunnerProcess& process, int number);

// Its record goes; its log only if it is of no interest.
void forget_runner(const std::string& folder, const std::string& id, bool keep_log);

// All runners on record that still run; records of others go.
core::Result<std::vector<RunnerProcess>> runners_on_record(const std::string& folder);

}  // namespace fn::services
