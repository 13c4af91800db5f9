// SPDX-License-Identifier: Apache-2.0
//
// ProcessWorkplace: the workplace of the process driver: an image folder, a control group, and a
// process that the launcher starts in the sandbox.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/runner/container.h"
#include "services/runner/containers/container_host.h"
#include "services/runner/containers/descriptor_stream.h"
#include "services/runner/containers/image_folder.h"
#include "services/runner/containers/workplace.h"

namespace fn::services {

class ProcessWorkplace final : public Workplace {
 public:
  // With a socket folder if the format needs one. A failed one is destroyed.
  static core::Result<std::unique_ptr<ProcessWorkplace>> make(ContainerHostPtr host,
                                                              FunctionSetup setup,
                                                              ImageFolder image,
                                                              std::string format);

  ~ProcessWorkplace() override;
  ProcessWorkplace(const ProcessWorkplace&) = delete;
  ProcessWorkplace& operator=(const ProcessWorkplace&) = delete;

  core::Status start(const Environment& further,
                     Ends ends,
                     std::function<void(const ProcessExit& exit)> exited) override;
  void kill() override;

  [[nodiscard]] bool runs() const override { return process_ != 0; }

  void freeze() override;
  void thaw() override;

  [[nodiscard]] const std::string& iofs_folder() const override { return iofs_folder_; }

 private:
  ProcessWorkplace(ContainerHostPtr host,
                   FunctionSetup setup,
                   ImageFolder image,
                   std::string format);

  [[nodiscard]] Environment environment(const Environment& further) const;
  core::Status launch(ShutIn shut_in, Ends ends, Descriptor errors);
  void exited(int exit_code);
  void drain_log() override;
  void watch_memory();

  ContainerHostPtr host_;
  FunctionSetup setup_;
  ImageFolder image_;
  std::string format_;
  std::string name_;
  ControlGroup group_;
  std::string iofs_folder_;
  std::unique_ptr<DescriptorReader> errors_;
  std::uint64_t process_ = 0;
  std::uint64_t launches_ = 0;
  std::uint64_t memory_kills_ = 0;
  LoopTimer memory_watch_;  // where no control group limits it
  bool frozen_ = false;
  bool out_of_memory_ = false;
  std::function<void(const ProcessExit&)> exited_;
  std::shared_ptr<ProcessWorkplace*> self_;  // empty once it is destroyed
};

}  // namespace fn::services
