// SPDX-License-Identifier: Apache-2.0
//
// Workplace: what one container has whatever its function's format is: its socket folder, its logs
// and the process that is started in it. Each driver has its own kind. It is removed with all of
// that when it is destroyed.

#pragma once

#include <chrono>
#include <functional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/containers/active_run.h"
#include "services/runner/containers/call_logs.h"
#include "services/runner/containers/descriptor.h"
#include "services/runner/containers/function_environment.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

class Workplace {
 public:
  virtual ~Workplace() = default;
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  // The function's ends of stdin and stdout; nothing is read or written where none is given.
  struct Ends {
    Descriptor input;
    Descriptor output;
  };

  // Starts the image's command; at most one process at a time. `exited` is called once from the
  // loop, after all of its stderr has been logged and all of its stdout handed on; not after
  // kill().
  virtual core::Status start(const Environment& further,
                             Ends ends,
                             std::function<void(const ProcessExit& exit)> exited) = 0;

  // Kills the process and forgets its handler.
  virtual void kill() = 0;

  // Started and not ended.
  [[nodiscard]] virtual bool runs() const = 0;

  // Stops and goes on with all processes of the container.
  virtual void freeze() = 0;
  virtual void thaw() = 0;

  // What was written before now belongs to the call before.
  void begin_log(const std::string& call_id) {
    drain_log();
    logs_.begin(call_id);
  }

  // What a start still waits for that is not the function's doing; empty: nothing.
  [[nodiscard]] virtual std::string waits_for() const { return {}; }

  // Within this time after a process's death `exited` is called, on a busy machine too.
  [[nodiscard]] virtual core::Duration exit_delay() const { return std::chrono::milliseconds(100); }

  // Where the function's socket appears; empty for formats without one.
  [[nodiscard]] virtual const std::string& iofs_folder() const = 0;

  [[nodiscard]] const CallLogs& logs() const { return logs_; }

  [[nodiscard]] Loop& loop() const { return loop_; }

  [[nodiscard]] const ContainerSettings& settings() const { return settings_; }

 protected:
  // The settings outlive it.
  Workplace(Loop& loop, const ContainerSettings& settings)
      : loop_(loop), settings_(settings), logs_(settings.log_bytes, settings.log_calls) {}

  void append_log(std::string_view bytes) { logs_.append(bytes); }

 private:
  // Logs what has come and was not looked at yet.
  virtual void drain_log() {}

  Loop& loop_;
  const ContainerSettings& settings_;
  CallLogs logs_;
};

}  // namespace fn::services
