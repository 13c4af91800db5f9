// SPDX-License-Identifier: Apache-2.0
//
// Finds where one JSON object ends in a stream of them, without reading what is in it.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

namespace fn::services {

class JsonFrame {
 public:
  // Looks at further bytes of the stream. Answers how many of them belong to the object once it is
  // whole, and begins anew. Blanks before an object belong to it; so does anything else, which the
  // reader of the object then refuses: a stream that begins with other than `{` ends at once.
  std::optional<std::size_t> take(std::string_view bytes);

 private:
  std::size_t depth_ = 0;
  bool in_text_ = false;
  bool escaped_ = false;
};

}  // namespace fn::services
