// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_peer.h"

#include <charconv>
#include <string_view>

namespace fn::services {

core::Result<HttpPeer> http_peer(const std::string& url) {
  constexpr std::string_view kScheme = "http://";
  std::string_view rest = url;
  const auto bad = [&url] {
    return core::fail(core::ErrorCode::kInvalidArgument, url + ": expected http://HOST[:PORT]");
  };
  if (!rest.starts_with(kScheme)) {
    return bad();
  }
  rest.remove_prefix(kScheme.size());
  if (rest.ends_with('/')) {
    rest.remove_suffix(1);
  }
  HttpPeer peer;
  peer.port = 80;
  const std::size_t colon = rest.rfind(':');
  if (colon != std::string_view::npos && rest.find(']', colon) == std::string_view::npos) {
    const std::string_view digits = rest.substr(colon + 1);
    const char* const end = digits.data() + digits.size();
    const auto [stop, error] = std::from_chars(digits.data(), end, peer.port);
    if (error != std::errc{} || stop != end) {
      return bad();
    }
    rest = rest.substr(0, colon);
  }
  peer.host = rest;
  if (peer.host.empty() || peer.host.find('/') != std::string::npos) {
    return bad();
  }
  return peer;
}

std::string host_of(const HttpPeer& peer) {
  return peer.host + ":" + std::to_string(peer.port);
}

}  // namespace fn::services
