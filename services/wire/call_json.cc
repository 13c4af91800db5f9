// SPDX-License-Identifier: Apache-2.0

#include "services/wire/call_json.h"

#include <array>
#include <charconv>
#include <chrono>
#include <cmath>
#include <nlohmann/json.hpp>
#include <optional>

#include <openssl/evp.h>

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr std::string_view kHex = "0123456789abcdef";
// As Fn: a call lasts seconds to an hour; beyond a year is nonsense.
constexpr std::int64_t kSecondsMax = 366LL * 24 * 3600;
constexpr std::int64_t kMemoryMaxMib = std::int64_t{1} << 24;
constexpr std::uint32_t kCpusMax = 1'024'000;

bool is_plain(std::string_view text) {
  for (const char letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    if (code < 0x20 || code >= 0x7f || letter == '"' || letter == '\\') {
      return false;
    }
  }
  return true;
}

void append_string(std::string& out, std::string_view text) {
  if (is_plain(text)) [[likely]] {
    out += '"';
    out += text;
    out += '"';
  } else {
    out += Json(text).dump(-1, ' ', false, Json::error_handler_t::replace);
  }
}

void append_member(std::string& out, std::string_view name, std::string_view value) {
  out += '"';
  out += name;
  out += "\":";
  append_string(out, value);
  out += ',';
}

void append_number(std::string& out, std::string_view name, std::int64_t value) {
  out += '"';
  out += name;
  out += "\":";
  out += std::to_string(value);
  out += ',';
}

std::int64_t seconds(core::Duration duration) {
  return std::chrono::ceil<std::chrono::seconds>(duration).count();
}

// Go's http.Header: every name once, with all its values.
void append_headers(std::string& out, const HttpHeaders& headers) {
  out += "\"headers\":{";
  bool first = true;
  for (std::size_t at = 0; at < headers.size(); ++at) {
    const std::string& name = headers[at].first;
    bool seen = false;
    for (std::size_t before = 0; before < at && !seen; ++before) {
      seen = same_word(headers[before].first, name);
    }
    if (seen) {
      continue;
    }
    out += first ? "" : ",";
    first = false;
    append_string(out, name);
    out += ":[";
    append_string(out, headers[at].second);
    for (std::size_t later = at + 1; later < headers.size(); ++later) {
      if (same_word(headers[later].first, name)) {
        out += ',';
        append_string(out, headers[later].second);
      }
    }
    out += ']';
  }
  out += '}';
}

// Reads members of one object; remembers the first that is wrong.
class Members {
 public:
  explicit Members(const Json& object) : object_(object) {}

  void text(const char* name, std::string& value) {
    if (const Json* member = find(name)) {
      if (member->is_string()) {
        value = member->get_ref<const std::string&>();
      } else {
        wrong(name, "a text");
      }
    }
  }

  std::int64_t number(const char* name, std::int64_t fallback, std::int64_t max) {
    const Json* member = find(name);
    if (member == nullptr) {
      return fallback;
    }
    if (!member->is_number_integer() || member->get<std::int64_t>() < 0 ||
        member->get<std::int64_t>() > max) {
      wrong(name, "a whole number from 0 to " + std::to_string(max));
      return fallback;
    }
    return member->get<std::int64_t>();
  }

  // The object, or null where there is none.
  const Json* object(const char* name) {
    const Json* member = find(name);
    if (member != nullptr && !member->is_object()) {
      wrong(name, "an object");
      return nullptr;
    }
    return member;
  }

  void wrong(const std::string& name, const std::string& expected) {
    if (!error_) {
      error_ = "call: \"" + name + "\" must be " + expected;
    }
  }

  [[nodiscard]] const std::optional<std::string>& error() const { return error_; }

 private:
  const Json* find(const char* name) const {
    const auto found = object_.find(name);
    return found == object_.end() || found->is_null() ? nullptr : &*found;
  }

  const Json& object_;
  std::optional<std::string> error_;
};

void read_setup(Members& members, FunctionSetup& setup) {
  members.text("app_id", setup.app_id);
  members.text("app_name", setup.app_name);
  members.text("fn_id", setup.fn_id);
  members.text("fn_name", setup.fn_name);
  members.text("image", setup.image);
  members.text("path", setup.path);
  members.text("format", setup.format);
  setup.memory = core::MemoryMib{members.number("memory", 128, kMemoryMaxMib)};
  setup.timeout = std::chrono::seconds(members.number("timeout", 30, kSecondsMax));
  setup.idle_timeout = std::chrono::seconds(members.number("idle_timeout", 30, kSecondsMax));
  std::string cpus;
  members.text("cpus", cpus);
  if (const auto milli = parse_cpus(cpus)) {
    setup.cpu = core::MilliCpu{*milli};
  } else {
    members.wrong("cpus", "like \"100m\" or \"0.1\"");
  }
  if (const Json* config = members.object("config")) {
    for (const auto& [name, value] : config->items()) {  // sorted by name
      if (value.is_string()) {
        setup.config.emplace_back(name, value.get_ref<const std::string&>());
      } else {
        members.wrong("config." + name, "a text");
      }
    }
  }
}

void read_fields(Members& members, CallFields& fields) {
  members.text("id", fields.id);
  members.text("type", fields.type);
  members.text("method", fields.method);
  members.text("url", fields.url);
  members.text("created_at", fields.created_at);
  const Json* headers = members.object("headers");
  if (headers == nullptr) {
    return;
  }
  for (const auto& [name, values] : headers->items()) {
    if (!values.is_array()) {
      members.wrong("headers." + name, "a list of texts");
      continue;
    }
    for (const Json& value : values) {
      if (value.is_string()) {
        fields.headers.emplace_back(name, value.get_ref<const std::string&>());
      } else {
        members.wrong("headers." + name, "a list of texts");
      }
    }
  }
}

}  // namespace

std::string function_json(const FunctionSetup& setup) {
  std::string out;
  append_member(out, "app_id", setup.app_id);
  append_member(out, "app_name", setup.app_name);
  append_member(out, "fn_id", setup.fn_id);
  append_member(out, "fn_name", setup.fn_name);
  append_member(out, "image", setup.image);
  if (!setup.path.empty()) {
    append_member(out, "path", setup.path);
  }
  if (!setup.format.empty()) {
    append_member(out, "format", setup.format);
  }
  append_number(out, "timeout", seconds(setup.timeout));
  append_number(out, "idle_timeout", seconds(setup.idle_timeout));
  append_number(out, "memory", setup.memory.value);
  if (setup.cpu.value != 0) {
    append_member(out, "cpus", std::to_string(setup.cpu.value) + "m");
  }
  out += "\"config\":{";
  for (const auto& [name, value] : setup.config) {
    if (out.back() != '{') {
      out += ',';
    }
    append_string(out, name);
    out += ':';
    append_string(out, value);
  }
  out += '}';
  return out;
}

std::string slot_hash(const std::string& function_json) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned size = 0;
  EVP_Digest(
      function_json.data(), function_json.size(), digest.data(), &size, EVP_sha256(), nullptr);
  std::string hex;
  for (unsigned at = 0; at < size; ++at) {
    hex += kHex[digest[at] >> 4U];
    hex += kHex[digest[at] & 15U];
  }
  return hex;
}

std::string call_json(std::string_view function_json, const CallFields& fields) {
  std::string out;
  out.reserve(function_json.size() + 512);
  out += '{';
  append_member(out, "id", fields.id);
  append_member(out, "type", fields.type);
  append_member(out, "method", fields.method);
  append_member(out, "url", fields.url);
  append_member(out, "created_at", fields.created_at);
  append_headers(out, fields.headers);
  out += ',';
  out += function_json;
  out += '}';
  return out;
}

core::Result<ParsedCall> parse_call(std::string_view json) {
  const Json call = Json::parse(json, nullptr, false);
  if (!call.is_object()) {
    return core::fail(core::ErrorCode::kInvalidArgument, "call: expected a JSON object");
  }
  ParsedCall parsed;
  Members members(call);
  read_fields(members, parsed.fields);
  read_setup(members, parsed.setup);
  if (members.error()) {
    return core::fail(core::ErrorCode::kInvalidArgument, *members.error());
  }
  return parsed;
}

core::Result<std::uint32_t> parse_cpus(std::string_view text) {
  if (text.empty()) {
    return 0U;
  }
  const bool milli = text.back() == 'm';
  const std::string_view digits = milli ? text.substr(0, text.size() - 1) : text;
  double value = 0;
  const auto [end, error] = std::from_chars(
      digits.data(), digits.data() + digits.size(), value, std::chars_format::fixed);
  const double thousandths = milli ? value : value * 1000;
  if (error != std::errc{} || end != digits.data() + digits.size() || !(thousandths >= 0) ||
      thousandths > kCpusMax || (milli && value != std::floor(value))) {
    return core::fail(core::ErrorCode::kInvalidArgument, "expected \"100m\" or \"0.1\"");
  }
  return static_cast<std::uint32_t>(std::lround(thousandths));
}

}  // namespace fn::services
