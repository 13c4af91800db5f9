// SPDX-License-Identifier: Apache-2.0
//
// ColdContainer: the seed's format `default`, a process per call (fn.md 4.6). The body is its
// stdin, its stdout the answer. Up to 64 KiB of answer are held until the process ends, so that one
// that fails is answered with its failure; longer answers are handed on as they come.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "services/runner/containers/descriptor_stream.h"
#include "services/runner/containers/process_container.h"

namespace fn::services {

class ColdContainer final : public ProcessContainer {
 public:
  using ProcessContainer::ProcessContainer;

  void begin(std::function<void(std::optional<FunctionError>)> ready,
             std::function<void()> lost) override;
  void run(RunRequest request, RunSink sink) override;

 protected:
  void break_off() override;

 private:
  core::Status start(const RunRequest& request);
  void take(std::string_view bytes);
  void stream(std::string bytes);
  void exited(const ProcessExit& exit);
  void answer(const BodyPipePtr& body);
  void answer_ended(const core::Status& how);

  std::unique_ptr<DescriptorWriter> input_;
  std::shared_ptr<DescriptorReader> output_;
  std::uint64_t taken_ = 0;
  std::string held_;
  BodyPipePtr body_;  // once the answer is longer than what is held
};

// "Content-Type" becomes "FN_HEADER_CONTENT_TYPE".
std::string header_variable(std::string_view name);

}  // namespace fn::services
