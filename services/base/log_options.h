// SPDX-License-Identifier: Apache-2.0
//
// How the log of a node is written: levels, forms, and where to. services/base/log.h writes it.

#pragma once

#include <cstdint>
#include <string>

namespace fn::services {

// In rising order of weight; a log at one level holds it and all above.
enum class LogLevel : std::uint8_t { kDebug, kInfo, kWarn, kError };

// kText: logfmt, or its padded form where the destination is a terminal.
enum class LogFormat : std::uint8_t { kText, kJson };

struct LogOptions {
  LogLevel level = LogLevel::kInfo;
  LogFormat format = LogFormat::kText;
  // "stderr", "file:///PATH", "udp://HOST[:PORT]" or "tcp://HOST[:PORT]" (syslog, RFC 5424).
  std::string destination = "stderr";
  // Begins each message; empty: nothing.
  std::string prefix;
};

}  // namespace fn::services
