// SPDX-License-Identifier: Apache-2.0
//
// JSON from outside and to outside, with limits and without exceptions. JsonReader takes fields out
// of an object the way Fn's clients expect: unknown fields are passed over, absent and null ones
// leave what was there, a wrong type is an error ("Invalid JSON: ...", kInvalidArgument).

#pragma once

#include <cstddef>
#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "services/api/model.h"

namespace fn::services {

using Json = nlohmann::json;

// A body may be this long, nested this deep and of this many parts: a part takes far more memory
// than the two bytes that announce it.
inline constexpr std::size_t kMaxBodyBytes = std::size_t{9} << 20;
inline constexpr int kMaxJsonDepth = 64;
inline constexpr int kMaxJsonValues = 2'000'000;

core::Result<Json> parse_json(std::string_view text);

// Without blanks; bytes that are no UTF-8 become U+FFFD.
[[nodiscard]] std::string json_text(const Json& value);

// Whether the text is UTF-8, as JSON and what stands in it must be.
[[nodiscard]] bool is_utf8(const std::string& text);

// Maps of strings as they stand in the database.
[[nodiscard]] std::string text_of(const std::map<std::string, std::string>& map);
[[nodiscard]] std::map<std::string, std::string> map_of(const std::string& text);

class JsonReader {
 public:
  explicit JsonReader(const Json& object);

  JsonReader& read(const char* key, std::string& into);
  JsonReader& read(const char* key, std::int64_t& into);
  JsonReader& read(const char* key, HeaderLists& into);
  JsonReader& read_config(const char* key, Config& into);
  JsonReader& read_annotations(const char* key, Annotations& into);
  // "100m", "0.1" or 0.1.
  JsonReader& read_cpus(const char* key, std::int64_t& milli_cpus);

  // The first error, if any.
  [[nodiscard]] const core::Status& status() const { return status_; }

 private:
  const Json* find(const char* key) const;
  void expected(const char* key, const char* what);

  const Json& object_;
  core::Status status_;
};

}  // namespace fn::services
