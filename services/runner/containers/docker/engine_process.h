// SPDX-License-Identifier: Apache-2.0
//
// EngineProcess: one container of the engine from its creation to its removal, which is one process
// of a function. It is created, its streams are attached, it is started; when its streams end its
// exit code is asked for, and it is removed. Whatever the engine fails at ends it with one line.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/base/body_pipe.h"
#include "services/base/loop.h"
#include "services/runner/containers/descriptor_stream.h"
#include "services/runner/containers/docker/container_freezer.h"
#include "services/runner/containers/docker/docker_host.h"
#include "services/runner/containers/docker/frame_splitter.h"
#include "services/runner/containers/workplace.h"

namespace fn::services {

class EngineProcess : public std::enable_shared_from_this<EngineProcess> {
 public:
  struct Handlers {
    std::function<void(std::string_view bytes)> errors;   // what it writes to stderr
    std::function<void(const ProcessExit& exit)> exited;  // once, behind all of its output
  };

  struct Plan {
    std::string image;
    std::string form;     // of POST /containers/create
    std::string network;  // that was taken for it; given back at the end
  };

  EngineProcess(DockerHostPtr host, Plan plan, Handlers handlers);
  ~EngineProcess();
  EngineProcess(const EngineProcess&) = delete;
  EngineProcess& operator=(const EngineProcess&) = delete;

  void begin(Workplace::Ends ends);

  // Kills it and has it removed; no handler is called any more.
  void kill();

  void freeze();
  void thaw();

  // What of the engine a start waits for; empty: it has been started.
  [[nodiscard]] const std::string& waits_for() const { return waits_for_; }

 private:
  using Answer = core::Result<EngineAnswer>;

  void ask(EngineRequest request, void (EngineProcess::*then)(const Answer& answer));
  void created(const Answer& answer);
  void attach();
  void attached(const core::Result<BodyPipePtr>& output);
  void started(const Answer& answer);
  void begin_input();
  void take_input(std::string_view bytes);
  void read_output();
  void take_output(const BodyPipe::Chunk& chunk);
  void output_ended();
  void streams_ended();
  void waited(const Answer& answer);
  void inspected_end(const Answer& answer);
  void change_freezing();
  void inspected_for_freezing(const Answer& answer);
  void fail(FunctionError error);
  void end(const ProcessExit& exit);
  void remove();
  [[nodiscard]] std::string path(const std::string& verb) const;
  [[nodiscard]] core::Duration patience() const;

  DockerHostPtr host_;
  Plan plan_;
  Handlers handlers_;
  std::string name_;
  std::string id_;
  std::string waits_for_;
  LoopTimer late_;
  Workplace::Ends ends_;
  bool removed_ = false;
  int exit_code_ = 0;

  // ---- its streams ----
  BodyPipePtr input_;
  std::unique_ptr<DescriptorReader> input_reader_;
  BodyPipePtr attached_;
  std::unique_ptr<FrameSplitter> frames_;
  BodyPipePtr output_;
  std::unique_ptr<DescriptorWriter> output_writer_;
  bool output_over_ = false;

  // ---- freezing ----
  std::optional<ContainerFreezer> freezer_;
  bool looked_for_freezer_ = false;
  bool wants_frozen_ = false;
  bool frozen_ = false;
  bool changes_ = false;  // the engine was asked and has not answered
};

}  // namespace fn::services
