// SPDX-License-Identifier: Apache-2.0
//
// JsonContainer: the seed's format `json` (fn.md 4.6): one process for many calls, a JSON object on
// its stdin per call, one on its stdout as the answer. Request and answer are held whole, so both
// have a limit here even where the runner sets none.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/runner/containers/descriptor_stream.h"
#include "services/runner/containers/json_frame.h"
#include "services/runner/containers/process_container.h"

namespace fn::services {

class JsonContainer final : public ProcessContainer {
 public:
  using ProcessContainer::ProcessContainer;

  void begin(std::function<void(std::optional<FunctionError>)> ready,
             std::function<void()> lost) override;
  void run(RunRequest request, RunSink sink) override;

 protected:
  void break_off() override;

 private:
  core::Status start();
  void take(std::string_view bytes);
  void answer(std::string_view text);
  void exited(const ProcessExit& exit);

  std::function<void()> lost_;
  std::unique_ptr<DescriptorWriter> input_;
  std::unique_ptr<DescriptorReader> output_;
  JsonFrame frame_;
  std::string held_;
  BodyPipePtr body_;  // of the present request
};

}  // namespace fn::services
