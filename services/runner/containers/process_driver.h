// SPDX-License-Identifier: Apache-2.0
//
// "process": a function is a local command. Its image is a folder with a small manifest
// (image_folder.h), its container processes shut in by bubblewrap where it works (sandbox.h) and
// limited by control groups where they may be used (control_groups.h).
//
// Errors of a start: 400 for what is no image name or a bad manifest, 404 for an image that is not
// there, 502 and 504 as in Fn, 503 for what the runner lacks.

#pragma once

#include <memory>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/container.h"
#include "services/runner/containers/launcher.h"
#include "services/runner/containers/settings.h"

namespace fn::services {

// Looks at once, and blocking, at what this machine allows, and removes what an earlier runner of
// the name left. The launcher is attached to the loop by this. The loop outlives the launcher,
// which outlives the driver and its containers; containers may outlive the driver.
//
// A container may be destroyed from within any handler of its sinks.
core::Result<std::unique_ptr<ContainerDriver>> make_process_driver(Loop& loop,
                                                                   Launcher& launcher,
                                                                   ContainerSettings settings);

}  // namespace fn::services
