// SPDX-License-Identifier: Apache-2.0
//
// Workplace: what one container of the process driver has whatever its function's format is: its
// image, control group, socket folder and logs, and the processes started in it. It is removed with
// all of that when it is destroyed.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/runner/container.h"
#include "services/runner/containers/active_run.h"
#include "services/runner/containers/call_logs.h"
#include "services/runner/containers/container_host.h"
#include "services/runner/containers/descriptor_stream.h"
#include "services/runner/containers/image_folder.h"

namespace fn::services {

class Workplace {
 public:
  // With a socket folder if the format needs one. A failed one is destroyed.
  static core::Result<std::unique_ptr<Workplace>> make(ContainerHostPtr host,
                                                       FunctionSetup setup,
                                                       ImageFolder image,
                                                       std::string format);

  ~Workplace();
  Workplace(const Workplace&) = delete;
  Workplace& operator=(const Workplace&) = delete;

  // The function's ends of stdin and stdout; the null device where none is given.
  struct Ends {
    Descriptor input;
    Descriptor output;
  };

  // Starts the image's command; at most one process at a time. `exited` is called once from the
  // loop, after all of its stderr has been logged; not after kill().
  core::Status start(const Environment& further,
                     Ends ends,
                     std::function<void(const ProcessExit& exit)> exited);

  // Kills the process and forgets its handler.
  void kill();

  [[nodiscard]] bool runs() const { return process_ != 0; }

  // Stops and goes on with all processes of the container.
  void freeze();
  void thaw();

  // What was written before now belongs to the call before.
  void begin_log(const std::string& call_id);

  [[nodiscard]] const CallLogs& logs() const { return logs_; }

  [[nodiscard]] const std::string& iofs_folder() const { return iofs_folder_; }

  [[nodiscard]] ContainerHost& host() const { return *host_; }

 private:
  Workplace(ContainerHostPtr host, FunctionSetup setup, ImageFolder image, std::string format);

  [[nodiscard]] Environment environment(const Environment& further) const;
  core::Status launch(ShutIn shut_in, Ends ends, Descriptor errors);
  void exited(int exit_code);
  void watch_memory();

  ContainerHostPtr host_;
  FunctionSetup setup_;
  ImageFolder image_;
  std::string format_;
  std::string name_;
  ControlGroup group_;
  std::string iofs_folder_;
  CallLogs logs_;
  std::unique_ptr<DescriptorReader> errors_;
  std::uint64_t process_ = 0;
  std::uint64_t launches_ = 0;
  std::uint64_t memory_kills_ = 0;
  LoopTimer memory_watch_;  // where no control group limits it
  bool frozen_ = false;
  bool out_of_memory_ = false;
  std::function<void(const ProcessExit&)> exited_;
  std::shared_ptr<Workplace*> self_;  // empty once it is destroyed
};

}  // namespace fn::services
