// SPDX-License-Identifier: Apache-2.0
//
// Which three files `--trace` means: what find_azure2019() understands, and any folder that holds
// one trace, whatever its files are called. A folder with several is refused with a command that
// would work.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

core::Result<Azure2019Files> find_trace(const std::string& trace);

// A path that was written in a file inside `folder`, as seen from the current folder: relative
// paths start there. Empty and absolute paths stay.
// The traces of a list, whose parts are joined by " + ".
std::vector<std::string> split_traces(const std::string& traces);

std::string anchored(const std::string& folder, const std::string& path);

// The same for what `--trace` takes, inv=A,run=B,mem=C among it.
std::string anchored_trace(const std::string& folder, const std::string& trace);

}  // namespace fn::sim
