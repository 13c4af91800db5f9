// SPDX-License-Identifier: Apache-2.0
//
// Launcher: starts processes through a helper process (launcher_process.h), so that the runner,
// which has threads, never forks. Everything it started dies with it, with the helper, or with the
// runner, however these end.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/runner/containers/launch_message.h"

namespace fn::services {

class Launcher {
 public:
  // Forks the helper. Called first in main(): before any thread and before anything of gRPC. This
  // process ignores SIGPIPE from then on, since functions close pipes when they like; they
  // themselves start with the signals' defaults.
  static core::Result<std::unique_ptr<Launcher>> fork_helper();

  ~Launcher();
  Launcher(const Launcher&) = delete;
  Launcher& operator=(const Launcher&) = delete;

  // Starts the process and waits until it ends, at most `limit`, then kills it. Answers with its
  // exit code. REQUIRES: not attached.
  core::Result<int> run_and_wait(const LaunchRequest& request, core::Duration limit);

  // From now on the loop hears what the helper says. Once.
  void attach(Loop& loop);

  // Starts a process and returns its number. `exited` is called once from the loop with its exit
  // code (128 + the signal that ended it), 127 if it could not be started. REQUIRES: attached.
  std::uint64_t launch(const LaunchRequest& request, std::function<void(int exit_code)> exited);

  // Signals the process and its group; nothing if it has ended.
  void signal(std::uint64_t process, int number);

  // Its pid; 0: not known yet, or ended.
  [[nodiscard]] int pid_of(std::uint64_t process) const;

  // Processes that have not ended.
  [[nodiscard]] std::size_t running() const;

 private:
  struct State;
  explicit Launcher(std::shared_ptr<State> state);
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
