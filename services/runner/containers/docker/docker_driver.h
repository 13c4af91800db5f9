// SPDX-License-Identifier: Apache-2.0
//
// "docker": a function is an image of a Docker Engine, each of its containers one of the engine's,
// hardened as Fn does it. An image that is missing is pulled. Stopping and going on goes through
// the kernel where this process may, else through the engine.
//
// Errors of a start: 400 for what is no image name or a format that is not known, those of a pull
// (image_store.h), 502 and 504 as in Fn, 503 in one line for what the engine fails at.

#pragma once

#include <memory>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/container.h"
#include "services/runner/containers/docker/docker_settings.h"

namespace fn::services {

// Asks the engine, and waits for it; removes what an earlier runner of the label left. The loop
// outlives the driver and its containers; containers may outlive the driver.
//
// A container may be destroyed from within any handler of its sinks.
core::Result<std::unique_ptr<ContainerDriver>> make_docker_driver(Loop& loop,
                                                                  DockerDriverSettings settings);

}  // namespace fn::services
