// SPDX-License-Identifier: Apache-2.0

#include "services/api/json_text.h"

#include <charconv>
#include <cmath>
#include <utility>

namespace fn::services {
namespace {

using core::ErrorCode;

constexpr std::int64_t kMaxMilliCpus = 1'024'000;

// -1: the text is no number of CPUs.
std::int64_t milli_cpus_of(std::string_view text) {
  if (text.empty()) {
    return 0;
  }
  const bool milli = text.back() == 'm';
  text.remove_suffix(milli ? 1 : 0);
  double value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value, std::chars_format::fixed);
  if (text.empty() || error != std::errc{} || rest != end) {
    return -1;
  }
  value *= milli ? 1 : 1000;
  // Compared this way round, not-a-number is refused as well.
  return value >= 0 && value <= static_cast<double>(kMaxMilliCpus) ? std::llround(value) : -1;
}

std::vector<std::string> strings_of(const Json& list) {
  std::vector<std::string> strings;
  for (const Json& value : list) {
    if (const auto* text = value.get_ptr<const std::string*>(); text != nullptr) {
      strings.push_back(*text);
    }
  }
  return strings;
}

}  // namespace

core::Result<Json> parse_json(std::string_view text) {
  bool too_deep = false;
  int values = 0;
  const auto watch = [&](int depth, Json::parse_event_t /*event*/, Json& /*value*/) {
    ++values;
    too_deep = too_deep || depth > kMaxJsonDepth;
    return !too_deep && values <= kMaxJsonValues;
  };
  Json parsed = Json::parse(text, watch, false);
  if (values > kMaxJsonValues) {
    return core::fail(
        ErrorCode::kInvalidArgument,
        "Invalid JSON: more than " + std::to_string(kMaxJsonValues) + " keys, values and brackets");
  }
  if (too_deep) {
    return core::fail(ErrorCode::kInvalidArgument,
                      "Invalid JSON: nested deeper than " + std::to_string(kMaxJsonDepth));
  }
  if (parsed.is_discarded()) {
    return core::fail(ErrorCode::kInvalidArgument, "Invalid JSON");
  }
  return parsed;
}

std::string json_text(const Json& value) {
  return value.dump(-1, ' ', false, Json::error_handler_t::replace);
}

bool is_utf8(const std::string& text) {
  try {
    static_cast<void>(Json(text).dump());
    return true;
  } catch (const Json::type_error&) {
    return false;
  }
}

std::string text_of(const std::map<std::string, std::string>& map) {
  return json_text(Json(map));
}

std::map<std::string, std::string> map_of(const std::string& text) {
  const Json json = Json::parse(text, nullptr, false);
  std::map<std::string, std::string> map;
  if (json.is_object()) {
    for (const auto& [key, value] : json.items()) {
      if (const auto* held = value.get_ptr<const std::string*>(); held != nullptr) {
        map.emplace(key, *held);
      }
    }
  }
  return map;
}

JsonReader::JsonReader(const Json& object) : object_(object) {
  if (!object.is_object()) {
    status_ = core::fail(ErrorCode::kInvalidArgument, "Invalid JSON: expected an object");
  }
}

JsonReader& JsonReader::read(const char* key, std::string& into) {
  if (const Json* value = find(key); value != nullptr) {
    if (const auto* text = value->get_ptr<const std::string*>(); text != nullptr) {
      into = *text;
    } else {
      expected(key, "a string");
    }
  }
  return *this;
}

JsonReader& JsonReader::read(const char* key, std::int64_t& into) {
  if (const Json* value = find(key); value != nullptr) {
    if (!value->is_number_integer()) {
      expected(key, "a whole number");
    } else if (value->is_number_unsigned() &&
               value->get<std::uint64_t>() > std::uint64_t{INT64_MAX}) {
      into = INT64_MAX;  // out of every range, which the validation says
    } else {
      into = value->get<std::int64_t>();
    }
  }
  return *this;
}

JsonReader& JsonReader::read(const char* key, HeaderLists& into) {
  const Json* lists = find(key);
  if (lists == nullptr) {
    return *this;
  }
  if (!lists->is_object()) {
    expected(key, "an object");
    return *this;
  }
  for (const auto& [name, list] : lists->items()) {
    std::vector<std::string> values = strings_of(list);
    if (!list.is_array() || values.size() != list.size()) {
      expected(key, "lists of strings");
      return *this;
    }
    into[name] = std::move(values);
  }
  return *this;
}

JsonReader& JsonReader::read_config(const char* key, Config& into) {
  const Json* config = find(key);
  if (config == nullptr) {
    return *this;
  }
  if (!config->is_object()) {
    expected(key, "an object");
    return *this;
  }
  for (const auto& [name, value] : config->items()) {
    const auto* text = value.get_ptr<const std::string*>();
    if (text == nullptr) {
      expected(key, "strings");
      return *this;
    }
    into[name] = *text;
  }
  return *this;
}

JsonReader& JsonReader::read_annotations(const char* key, Annotations& into) {
  const Json* annotations = find(key);
  if (annotations == nullptr) {
    return *this;
  }
  if (!annotations->is_object()) {
    expected(key, "an object");
    return *this;
  }
  for (const auto& [name, value] : annotations->items()) {
    into[name] = json_text(value);
  }
  return *this;
}

JsonReader& JsonReader::read_cpus(const char* key, std::int64_t& milli_cpus) {
  const Json* value = find(key);
  if (value == nullptr) {
    return *this;
  }
  const auto* text = value->get_ptr<const std::string*>();
  const std::int64_t found = text != nullptr      ? milli_cpus_of(*text)
                             : value->is_number() ? milli_cpus_of(json_text(*value))
                                                  : -1;
  if (found < 0) {
    status_ = core::fail(ErrorCode::kInvalidArgument,
                         "Cpus is invalid. Value should be either between [0.000 and 1024.000] or "
                         "[0m and 1024000m]");
  } else {
    milli_cpus = found;
  }
  return *this;
}

const Json* JsonReader::find(const char* key) const {
  if (!status_) {
    return nullptr;
  }
  const auto found = object_.find(key);
  return found == object_.end() || found->is_null() ? nullptr : &*found;
}

void JsonReader::expected(const char* key, const char* what) {
  status_ = core::fail(ErrorCode::kInvalidArgument,
                       std::string("Invalid JSON: ") + key + ": expected " + what);
}

}  // namespace fn::services
