// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/registry_auth.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHub = "docker.io";

// Engines take the header in the alphabet for URLs, files hold the usual one.
constexpr std::string_view kLetters =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

tl::unexpected<core::Error> wrong(const std::string& what) {
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "FN_DOCKER_AUTH: " + what +
                        R"(; expected {"REGISTRY": {"username": "...", "password": "..."}})");
}

std::string encoded(std::string_view bytes) {
  const std::string letters = std::string(kLetters) + "-_";
  std::string text;
  std::uint32_t held = 0;
  unsigned bits = 0;
  for (const char byte : bytes) {
    held = held << 8U | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) {
      text += letters[held >> (bits - 6) & 63U];
    }
  }
  if (bits > 0) {
    text += letters[held << (6 - bits) & 63U];
  }
  text.resize((text.size() + 3) / 4 * 4, '=');
  return text;
}

core::Result<std::string> decoded(std::string_view text) {
  std::string bytes;
  std::uint32_t held = 0;
  unsigned bits = 0;
  while (text.ends_with('=')) {
    text.remove_suffix(1);
  }
  for (const char letter : text) {
    const bool slash = letter == '/' || letter == '_';
    const std::size_t at =
        letter == '+' || letter == '-' ? 62 : (slash ? 63 : kLetters.find(letter));
    if (at == std::string_view::npos) {
      return wrong("an \"auth\" is no base64");
    }
    held = held << 6U | static_cast<std::uint32_t>(at);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes += static_cast<char>(held >> bits & 255U);
    }
  }
  return bytes;
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.find(key);
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

// "https://index.docker.io/v1/" is the hub, as `docker login` writes it.
std::string registry_named(std::string name) {
  for (const std::string_view scheme : {"https://", "http://"}) {
    if (name.starts_with(scheme)) {
      name.erase(0, scheme.size());
    }
  }
  name = name.substr(0, name.find('/'));
  return name == "index.docker.io" || name == "registry-1.docker.io" ? std::string(kHub) : name;
}

core::Result<std::string> header_of(const std::string& registry, const Json& entry) {
  if (!entry.is_object()) {
    return wrong("the entry of " + registry + " is no object");
  }
  std::string user = text_at(entry, "username");
  std::string password = text_at(entry, "password");
  if (const std::string both = text_at(entry, "auth"); !both.empty()) {
    const core::Result<std::string> plain = decoded(both);
    if (!plain) {
      return tl::unexpected(plain.error());
    }
    const std::size_t colon = std::min(plain->find(':'), plain->size());
    user = plain->substr(0, colon);
    password = colon < plain->size() ? plain->substr(colon + 1) : "";
  }
  const Json header = {{"username", user}, {"password", password}, {"serveraddress", registry}};
  return encoded(header.dump(-1, ' ', false, Json::error_handler_t::replace));
}

}  // namespace

core::Result<RegistryAuth> RegistryAuth::parse(const std::string& text) {
  RegistryAuth auth;
  if (text.empty()) {
    return auth;
  }
  Json json = Json::parse(text, nullptr, false);
  if (json.is_object() && json.contains("auths")) {
    json = Json(json["auths"]);
  }
  if (!json.is_object()) {
    return wrong("it is no JSON object");
  }
  for (const auto& [name, entry] : json.items()) {
    core::Result<std::string> header = header_of(name, entry);
    if (!header) {
      return tl::unexpected(header.error());
    }
    auth.headers_[registry_named(name)] = std::move(*header);
  }
  return auth;
}

std::string RegistryAuth::header_for(const std::string& image) const {
  const auto found = headers_.find(registry_of(image));
  return found == headers_.end() ? "" : found->second;
}

std::string registry_of(const std::string& image) {
  const std::size_t slash = image.find('/');
  const std::string first = image.substr(0, slash);
  const bool is_host = slash != std::string::npos &&
                       (first.find_first_of(".:") != std::string::npos || first == "localhost");
  return is_host ? registry_named(first) : std::string(kHub);
}

}  // namespace fn::services
