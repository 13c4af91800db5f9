// SPDX-License-Identifier: Apache-2.0
//
// A trace that is made up as it is read: the same minutes, byte for byte, for the same
// configuration and seed, with every compiler. Memory grows with the number of functions, not with
// the length.

#pragma once

#include <cstdint>

#include "core/base/result.h"
#include "sim/trace/generate/generator_config.h"
#include "sim/trace/trace_reader.h"

namespace fn::sim {

// Opening draws the whole trace once, to know the calls of each function and the SHA-256 of what
// it will hand out, which stands for a file's. An error is one line that names the key, what was
// expected and what was found.
core::Result<TraceReaderPtr> open_generated(const GeneratorConfig& config, std::uint64_t seed);

}  // namespace fn::sim
