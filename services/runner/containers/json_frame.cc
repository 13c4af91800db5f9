// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/json_frame.h"

namespace fn::services {
namespace {

bool is_blank(char letter) {
  return letter == ' ' || letter == '\n' || letter == '\r' || letter == '\t';
}

}  // namespace

std::optional<std::size_t> JsonFrame::take(std::string_view bytes) {
  for (std::size_t at = 0; at < bytes.size(); ++at) {
    const char letter = bytes[at];
    if (escaped_) {
      escaped_ = false;
    } else if (in_text_) {
      escaped_ = letter == '\\';
      in_text_ = letter != '"';
    } else if (letter == '"' && depth_ > 0) {
      in_text_ = true;
    } else if (letter == '{') {
      ++depth_;
    } else if (letter == '}' && depth_ > 0) {
      if (--depth_ == 0) {
        return at + 1;
      }
    } else if (depth_ == 0 && !is_blank(letter)) {
      return bytes.size();
    }
  }
  return std::nullopt;
}

}  // namespace fn::services
