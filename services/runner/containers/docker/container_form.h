// SPDX-License-Identifier: Apache-2.0
//
// What the engine is asked to create for one container of a function, hardened as Fn does it
// (fn.md 4.7).

#pragma once

#include <string>

#include "services/runner/containers/docker/docker_settings.h"
#include "services/runner/containers/function_environment.h"
#include "services/wire/function_setup.h"

namespace fn::services {

// The label by which a runner finds its containers again; its value is the runner's.
inline constexpr const char* kRunnerLabel = "fn.runner";

// Where a function sees its socket folder.
inline constexpr const char* kIofsInside = "/tmp/iofs";

struct ContainerForm {
  std::string label;
  std::string socket_folder;      // as the engine's machine has it; empty: none
  std::string network;            // empty: the engine's choice
  bool standard_streams = false;  // stdin and stdout, beside stderr
};

// The JSON of POST /containers/create.
std::string container_form(const FunctionSetup& setup,
                           const Environment& environment,
                           const ContainerForm& form,
                           const DockerDriverSettings& settings);

}  // namespace fn::services
