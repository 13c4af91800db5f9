// SPDX-License-Identifier: Apache-2.0
//
// DockerWorkplace: the workplace of the docker driver. Each process that is started in it is a
// container of the engine; the socket folder stays from one to the next.

#pragma once

#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/runner/containers/docker/docker_host.h"
#include "services/runner/containers/docker/engine_process.h"
#include "services/runner/containers/workplace.h"
#include "services/wire/function_setup.h"

namespace fn::services {

class DockerWorkplace final : public Workplace {
 public:
  // With a socket folder if the format needs one.
  static core::Result<std::unique_ptr<DockerWorkplace>> make(DockerHostPtr host,
                                                             FunctionSetup setup,
                                                             std::string format);

  ~DockerWorkplace() override;
  DockerWorkplace(const DockerWorkplace&) = delete;
  DockerWorkplace& operator=(const DockerWorkplace&) = delete;

  // Never fails: what goes wrong comes by `exited`.
  core::Status start(const Environment& further,
                     Ends ends,
                     std::function<void(const ProcessExit& exit)> exited) override;
  void kill() override;

  [[nodiscard]] bool runs() const override { return process_ != nullptr; }

  void freeze() override;
  void thaw() override;

  [[nodiscard]] std::string waits_for() const override;

  // The engine is asked twice for it.
  [[nodiscard]] core::Duration exit_delay() const override { return std::chrono::seconds(1); }

  [[nodiscard]] const std::string& iofs_folder() const override { return folder_.here; }

 private:
  DockerWorkplace(DockerHostPtr host, FunctionSetup setup, std::string format);

  DockerHostPtr host_;
  FunctionSetup setup_;
  std::string format_;
  DockerHost::IofsFolder folder_;
  std::shared_ptr<EngineProcess> process_;
};

}  // namespace fn::services
