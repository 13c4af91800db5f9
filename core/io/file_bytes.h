// SPDX-License-Identifier: Apache-2.0
//
// Open descriptors as byte sources, for core/io itself: what opens a file hands its descriptor over
// and never closes it.

#pragma once

#include <string>

#include "core/io/byte_source.h"

namespace fn::core {

// What the system calls this value of errno.
std::string error_text(int error);

// Owns the descriptor of a regular file.
ByteSourcePtr file_bytes(std::string name, int descriptor);

// Owns the descriptor of a pipe, a terminal or a socket.
ByteSourcePtr stream_bytes(std::string name, int descriptor);

}  // namespace fn::core
