// SPDX-License-Identifier: Apache-2.0
//
// Whom an http:// URL names: the peer that an HttpClient is made for, read from what users write.

#pragma once

#include <string>

#include "core/base/result.h"
#include "services/base/http_client.h"

namespace fn::services {

// Of `http://HOST[:PORT]`, a slash behind it or not; an IPv6 host stands in brackets. The error
// says what was expected; whoever calls knows where the text stood.
[[nodiscard]] core::Result<HttpPeer> http_peer(const std::string& url);

// "HOST:PORT", as in the header Host.
[[nodiscard]] std::string host_of(const HttpPeer& peer);

}  // namespace fn::services
