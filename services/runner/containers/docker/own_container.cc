// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/own_container.h"

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string_view>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr std::size_t kIdSize = 64;

bool is_hex(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'f');
}

// The word of 64 hexadecimal digits behind `mark`.
std::string id_behind(std::string_view mark, std::string_view text) {
  for (std::size_t at = text.find(mark); at != std::string_view::npos;
       at = text.find(mark, at + 1)) {
    const std::string_view word = text.substr(at + mark.size(), kIdSize);
    if (word.size() == kIdSize && std::ranges::all_of(word, is_hex)) {
      return std::string(word);
    }
  }
  return {};
}

bool lies_in(const std::string& path, const std::string& folder) {
  return path == folder || path.starts_with(folder.ends_with('/') ? folder : folder + "/");
}

std::string text_at(const Json& json, const char* key) {
  const auto found = json.is_object() ? json.find(key) : json.end();
  return found != json.end() && found->is_string() ? found->get<std::string>() : "";
}

}  // namespace

// The engine mounts /etc/hostname from a folder of the container's id; control groups of version 1
// show it as well, with either of the engine's two ways to name them.
std::string own_container_id(const std::string& mount_info, const std::string& groups) {
  for (const auto& [mark, text] : {std::pair{"/containers/", &mount_info},
                                   std::pair{"/docker/", &groups},
                                   std::pair{"/docker-", &groups}}) {
    if (std::string id = id_behind(mark, *text); !id.empty()) {
      return id;
    }
  }
  return {};
}

core::Result<std::string> path_on_engine(const std::string& folder, const std::string& inspected) {
  const Json json = Json::parse(inspected, nullptr, false);
  std::string source;
  std::string destination;
  if (json.is_object() && json.contains("Mounts") && json["Mounts"].is_array()) {
    for (const Json& mount : json["Mounts"]) {
      const std::string to = text_at(mount, "Destination");
      if (!to.empty() && lies_in(folder, to) && to.size() > destination.size()) {
        source = text_at(mount, "Source");
        destination = to;
      }
    }
  }
  if (source.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "this runner is in a container and " + folder +
                          " is not mounted from outside: mount a folder of the machine there and "
                          "set FN_IOFS_PATH to it, or set FN_IOFS_DOCKER_PATH");
  }
  return source + folder.substr(destination == "/" ? 0 : destination.size());
}

}  // namespace fn::services
