// SPDX-License-Identifier: Apache-2.0
//
// The media type of an answer whose function named none, from its first bytes: the seed's way under
// `/r/` (fn.md 5.4). JSON by its first brace, then the signatures that Go's HTTP server knows of
// web pages, documents, common images and archives (WHATWG MIME Sniffing); what has no bytes that
// texts lack is text, the rest is application/octet-stream. Sound, video and fonts are among the
// rest.

#pragma once

#include <string_view>

namespace fn::services {

// REQUIRES: not empty. More than 512 bytes make no difference.
[[nodiscard]] std::string_view content_type_of(std::string_view bytes);

}  // namespace fn::services
