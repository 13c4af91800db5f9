// SPDX-License-Identifier: Apache-2.0
//
// The socket that a function puts into its container's folder. The folder is the function's, and
// the runner may be root: a link there could lead anywhere, so only one within the folder is
// followed, and what was found is held, not looked up by name again.

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/runner/containers/descriptor.h"

namespace fn::services {

// The name of the socket in the folder.
inline constexpr const char* kSocketName = "lsnr.sock";

// The socket; kNotFound: not there yet; kInvalidArgument: there is something else.
core::Result<Descriptor> find_socket(const std::string& folder);

// A path by which the held socket can be connected to, however long its real one is.
std::string path_to(const Descriptor& socket);

}  // namespace fn::services
