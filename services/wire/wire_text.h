// SPDX-License-Identifier: Apache-2.0
//
// Text that comes from callers, functions and peers, made fit for gRPC: a protobuf `string` that is
// no UTF-8 cannot be read at the other end, and a metadata value with other bytes than printable
// ASCII ends the program.

#pragma once

#include <string>
#include <string_view>

namespace fn::services {

// The same; bytes that are no UTF-8 become U+FFFD, as with Go's encoder.
[[nodiscard]] std::string as_utf8(std::string text);

// The same; every byte that metadata refuses becomes '?'.
[[nodiscard]] std::string as_metadata(std::string_view text);

}  // namespace fn::services
