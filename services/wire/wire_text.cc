// SPDX-License-Identifier: Apache-2.0

#include "services/wire/wire_text.h"

#include <algorithm>
#include <nlohmann/json.hpp>

namespace fn::services {

std::string as_utf8(std::string text) {
  using Json = nlohmann::json;
  const bool ascii = std::ranges::all_of(
      text, [](char letter) { return static_cast<unsigned char>(letter) < 0x80; });
  if (ascii) [[likely]] {
    return text;
  }
  const std::string valid =
      Json(std::move(text)).dump(-1, ' ', false, Json::error_handler_t::replace);
  return Json::parse(valid).get<std::string>();
}

std::string as_metadata(std::string_view text) {
  std::string legal(text);
  std::ranges::replace_if(
      legal, [](char letter) { return letter < ' ' || letter > '~'; }, '?');
  return legal;
}

}  // namespace fn::services
