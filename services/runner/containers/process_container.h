// SPDX-License-Identifier: Apache-2.0
//
// ProcessContainer: what the containers of all drivers that run processes have in common; one class
// per format (fn.md 4.5, 4.6) says how a call gets to the function and its answer back, a workplace
// where the process runs.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "services/runner/container.h"
#include "services/runner/containers/active_run.h"
#include "services/runner/containers/workplace.h"

namespace fn::services {

class ProcessContainer : public Container {
 public:
  explicit ProcessContainer(std::unique_ptr<Workplace> place) : place_(std::move(place)) {}

  ~ProcessContainer() override;
  ProcessContainer(const ProcessContainer&) = delete;
  ProcessContainer& operator=(const ProcessContainer&) = delete;

  // Calls `ready` once, maybe from within: with nothing when calls can be run, or with what went
  // wrong; then the container is only there to be destroyed, which the handler may do. `lost` is
  // called once if its process ends later and no run is under way.
  virtual void begin(std::function<void(std::optional<FunctionError>)> ready,
                     std::function<void()> lost) = 0;

  void stop_run() override;
  void freeze() override;
  [[nodiscard]] std::string log_of(const std::string& call_id) const override;

 protected:
  [[nodiscard]] Workplace& place() const { return *place_; }

  [[nodiscard]] Loop& loop() const { return place_->loop(); }

  [[nodiscard]] const ContainerSettings& settings() const { return place_->settings(); }

  [[nodiscard]] bool busy() const { return run_ && !run_->over(); }

  [[nodiscard]] ActiveRun& active() const { return *run_; }

  // Ends with the container: the handlers of a run's end may destroy it.
  [[nodiscard]] std::weak_ptr<const bool> life() const { return life_; }

  // A new run with its clock started and the log begun.
  void open_run(const RunRequest& request, RunSink sink);

  // Ends whatever the format has under way with the function; it will not be used again, unless
  // each call has a process of its own.
  virtual void break_off() = 0;

 private:
  std::unique_ptr<Workplace> place_;
  ActiveRunPtr run_;
  std::shared_ptr<const bool> life_ = std::make_shared<const bool>(true);
};

// The format of a function: what it says itself, else its image, else http-stream.
std::string format_of(const std::string& of_function, const std::string& of_image);

// Whether make_process_container() knows the format; the error says which it knows.
core::Status check_format(const std::string& format);

// REQUIRES: the format is known.
std::unique_ptr<ProcessContainer> make_process_container(const std::string& format,
                                                         std::unique_ptr<Workplace> place);

// What the caller is told when a start failed with this.
FunctionError start_error(const core::Error& error);

}  // namespace fn::services
