// SPDX-License-Identifier: Apache-2.0

#include "services/api/validation.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

#include "services/api/annotations.h"
#include "services/api/json_text.h"

namespace fn::services {
namespace {

constexpr std::size_t kMaxName = 255;
constexpr std::size_t kMaxV1AppName = 30;
constexpr std::size_t kMaxSource = 2048;
constexpr std::int64_t kMaxMemoryMib = 8192;
constexpr std::int64_t kMaxTimeoutS = 300;
constexpr std::int64_t kMaxSyncRouteS = 120;
constexpr std::int64_t kMaxAsyncRouteS = 3600;
constexpr std::int64_t kMaxIdleTimeoutS = 3600;

core::Status wrong(std::string text) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(text));
}

bool is_name(std::string_view text) {
  return std::ranges::all_of(text, [](char letter) {
    return (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= 'a' && letter <= 'z') || letter == '_' || letter == '-';
  });
}

template <std::size_t N>
bool is_one_of(std::string_view text, const std::array<std::string_view, N>& words) {
  return std::ranges::find(words, text) != words.end();
}

bool is_format(const std::string& text) {
  return is_one_of<5>(text, {"", "default", "http", "json", "http-stream"});
}

bool is_shape(const std::string& text) {
  return is_one_of<4>(text, {"", "GENERIC_X86", "GENERIC_ARM", "GENERIC_X86_ARM"});
}

bool within(std::int64_t value, std::int64_t max) {
  return value >= 1 && value <= max;
}

// What no environment can hold is refused here, not at the first call.
core::Status check_config(const Config& config) {
  for (const auto& [key, value] : config) {
    if (key.empty() || key.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
        value.find('\0') != std::string::npos) {
      return wrong("Invalid config: keys must not be empty or hold '=', no value may hold a NUL");
    }
  }
  return {};
}

// What can stand in a URL before its query, and so can be called.
bool is_path(const std::string& text) {
  const auto odd = [](char letter) {
    return static_cast<unsigned char>(letter) < ' ' || letter == 0x7f || letter == '?' ||
           letter == '#';
  };
  return text.size() <= kMaxSource && std::ranges::none_of(text, odd) && is_utf8(text);
}

core::Status check_path(const std::string& path) {
  if (path.empty()) {
    return wrong("Missing route Path");
  }
  if (!is_path(path)) {
    return wrong("Path malformed");
  }
  if (path.find(':') != std::string::npos) {
    return wrong("Dynamic URL is not allowed");
  }
  if (path.front() != '/') {
    return wrong("Invalid route path format");
  }
  return {};
}

core::Status check_route_times(const Route& route, const Route& before) {
  const bool async = route.trigger.route_type == "async";
  const bool kept = route.fn.timeout_s == before.fn.timeout_s &&
                    route.trigger.route_type == before.trigger.route_type;
  if (!kept && !within(route.fn.timeout_s, async ? kMaxAsyncRouteS : kMaxSyncRouteS)) {
    return wrong(
        "timeout value is out of range. Sync should be between 0 and 120, async should be between "
        "0 and 3600");
  }
  if (!within(route.fn.idle_timeout_s, kMaxIdleTimeoutS)) {
    return wrong("idle_timeout value is out of range. It should be between 0 and 3600");
  }
  return {};
}

}  // namespace

core::Status check_app_name(const std::string& name, bool is_v1) {
  const std::size_t limit = is_v1 ? kMaxV1AppName : kMaxName;
  if (name.empty()) {
    return wrong("Missing app name");
  }
  if (name.size() > limit) {
    return wrong("App name must be " + std::to_string(limit) + " characters or less");
  }
  return is_name(name) ? core::Status{} : wrong("Invalid app name");
}

core::Status check(const App& app) {
  if (!is_shape(app.shape)) {
    return wrong("Invalid app shape: expected GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM");
  }
  if (core::Status config = check_config(app.config); !config) {
    return config;
  }
  return check(app.annotations);
}

core::Status check(const Fn& fn) {
  if (fn.name.empty()) {
    return wrong("Missing Fn name");
  }
  if (fn.name.size() > kMaxName) {
    return wrong("Fn name must be 255 characters or less");
  }
  if (!is_name(fn.name)) {
    return wrong("name must be a valid string");
  }
  if (fn.image.empty()) {
    return wrong("Missing image on Fn");
  }
  if (!is_format(fn.format)) {
    return wrong("Invalid format on Fn");
  }
  if (!is_shape(fn.shape)) {
    return wrong("Invalid Fn shape: expected GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM");
  }
  // An async route may take longer, which its function is not blamed for.
  if (!within(fn.timeout_s, fn.made_as_route ? kMaxAsyncRouteS : kMaxTimeoutS)) {
    return wrong("timeout value is out of range, must be between 0 and 300");
  }
  if (!within(fn.idle_timeout_s, kMaxIdleTimeoutS)) {
    return wrong("idle_timeout value is out of range, must be between 0 and 3600");
  }
  if (!within(fn.memory_mib, kMaxMemoryMib)) {
    return wrong("memory value is out of range. It should be between 0 and 8192");
  }
  if (core::Status config = check_config(fn.config); !config) {
    return config;
  }
  return check(fn.annotations);
}

core::Status check(const Trigger& trigger) {
  if (trigger.name.empty()) {
    return wrong("Missing name on Trigger");
  }
  if (trigger.name.size() > kMaxName) {
    return wrong("Trigger name must be 255 characters or less");
  }
  if (!is_name(trigger.name)) {
    return wrong("Invalid name for Trigger");
  }
  if (trigger.type != "http") {
    return wrong("Trigger Type Not Supported");
  }
  if (trigger.source.empty()) {
    return wrong("Missing Trigger Source");
  }
  if (trigger.source.front() != '/') {
    return wrong("Missing Trigger Source Prefix '/'");
  }
  if (!is_path(trigger.source)) {
    return wrong("Invalid Trigger Source: expected at most 2048 bytes of a URL's path");
  }
  return check(trigger.annotations);
}

core::Status check(const Route& route, const Route& before) {
  if (core::Status path = check_path(route.trigger.source); !path) {
    return path;
  }
  if (route.fn.image.empty()) {
    return wrong("Missing route Image");
  }
  if (!is_one_of<2>(route.trigger.route_type, {"sync", "async"})) {
    return wrong("Invalid route Type");
  }
  if (!is_format(route.fn.format)) {
    return wrong("Invalid route Format");
  }
  if (core::Status times = check_route_times(route, before); !times) {
    return times;
  }
  if (!within(route.fn.memory_mib, kMaxMemoryMib)) {
    return wrong("memory value is out of range. It should be between 0 and 8192");
  }
  return check_config(route.fn.config);
}

std::string clean_path(const std::string& path) {
  std::string clean;
  std::size_t at = 0;
  while (at < path.size()) {
    const std::size_t end = std::min(path.find('/', at), path.size());
    const std::string_view piece = std::string_view(path).substr(at, end - at);
    if (piece == "..") {
      clean.resize(clean.empty() ? 0 : clean.rfind('/'));
    } else if (!piece.empty() && piece != ".") {
      clean.append("/").append(piece);
    }
    at = end + 1;
  }
  return clean.empty() ? "/" : clean;
}

}  // namespace fn::services
