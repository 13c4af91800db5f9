// SPDX-License-Identifier: Apache-2.0
//
// Where the lines of a log go: a part of log.h. A file is appended to. Syslog takes RFC 5424
// messages: by UDP one per datagram, by TCP counted (RFC 6587, 3.4.1), over a connection that is
// made again, at most once a second, when it breaks.

#pragma once

#include "core/base/result.h"
#include "services/base/log.h"
#include "services/base/log_options.h"

namespace fn::services {

struct LogDestination {
  Log::Writing writing;
  Log::Sink sink;
};

// The error says what is wrong with the destination and what to do.
core::Result<LogDestination> open_log_destination(const LogOptions& options);

}  // namespace fn::services
