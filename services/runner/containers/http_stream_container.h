// SPDX-License-Identifier: Apache-2.0
//
// HttpStreamContainer: the format of Fn's FDKs (fn.md 4.5): one process that serves HTTP on a unix
// socket for many calls. It is up when its socket is there.

#pragma once

#include <functional>
#include <memory>
#include <optional>

#include "services/runner/containers/fdk_client.h"
#include "services/runner/containers/process_container.h"

namespace fn::services {

class HttpStreamContainer final : public ProcessContainer {
 public:
  explicit HttpStreamContainer(std::unique_ptr<Workplace> place);

  void begin(std::function<void(std::optional<FunctionError>)> ready,
             std::function<void()> lost) override;
  void run(RunRequest request, RunSink sink) override;

 protected:
  void break_off() override;

 private:
  void look_for_socket();
  [[nodiscard]] FunctionError too_slow() const;
  void start_ended(std::optional<FunctionError> error);
  void take(FdkClient::Answer answer);
  void answer_ended(const core::Status& how);
  void refuse(FunctionError error);
  void broken();
  void exited(const ProcessExit& exit);

  std::function<void(std::optional<FunctionError>)> ready_;
  std::function<void()> lost_;
  LoopTimer timer_;
  core::Instant start_end_{};
  Descriptor socket_;
  std::unique_ptr<FdkClient> client_;
};

}  // namespace fn::services
