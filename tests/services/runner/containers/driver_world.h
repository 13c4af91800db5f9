// SPDX-License-Identifier: Apache-2.0
//
// A process driver with its images in a temporary folder, and a way to start functions and call
// them one after the other. The folder can be read by every user, since functions may run as one.

#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "services/base/loop.h"
#include "services/runner/container.h"
#include "services/runner/containers/launcher.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

struct Called {
  unsigned status = 0;  // 0: no head came
  HttpHeaders headers;
  std::string body;
  std::string body_error;
  std::optional<RunOutcome> outcome;

  // The status of the answer, or of the error.
  [[nodiscard]] int code() const;
  [[nodiscard]] std::string text() const;
};

struct Started {
  std::unique_ptr<Container> container;
  std::optional<FunctionError> error;
  bool lost = false;
};

using StartedPtr = std::shared_ptr<Started>;
using CalledPtr = std::shared_ptr<Called>;

class DriverWorld {
 public:
  // Changes the settings before the driver is made.
  explicit DriverWorld(const std::function<void(ContainerSettings&)>& change = {});
  ~DriverWorld();
  DriverWorld(const DriverWorld&) = delete;
  DriverWorld& operator=(const DriverWorld&) = delete;

  // An image whose command is a shell script, or a copy of a program.
  void add_script(const std::string& name, const std::string& format, const std::string& script);
  void add_program(const std::string& name, const std::string& format, const std::string& program);

  // Begins; the answer comes while the loop runs.
  StartedPtr begin_start(const FunctionSetup& setup);
  CalledPtr begin_call(Container& container, RunRequest request);

  // And waits for it.
  StartedPtr start(const std::string& image);
  StartedPtr start(const FunctionSetup& setup);
  Called call(Container& container, const std::string& body);
  Called call(Container& container, RunRequest request);

  // Runs the loop until the condition holds; false after half a minute.
  bool run_until(const std::function<bool()>& condition);

  // One piece of the loop's work, as soon as there is one.
  void run_one();

  // Processes of functions that have not ended.
  [[nodiscard]] std::size_t processes() const { return launcher->running(); }

  // Files below the runner's folder, without its lock.
  [[nodiscard]] std::vector<std::string> leftovers() const;

  std::string folder;
  ContainerSettings settings;
  Loop loop;
  std::unique_ptr<Launcher> launcher;
  std::unique_ptr<ContainerDriver> driver;
  std::string problem;  // why there is no driver
};

// The sample function echo-native, as built beside the tests.
std::string echo_native();

// A request with an id, a deadline and a time limit of half a minute.
RunRequest request_with(const std::string& body);

// A setup for the image, of 128 MiB.
FunctionSetup setup_of(const std::string& image);

}  // namespace fn::services
