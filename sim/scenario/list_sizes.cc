// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/list_sizes.h"

#include <algorithm>
#include <charconv>
#include <system_error>

namespace fn::sim {

core::Status ListSizes::note(const core::Setting& setting) {
  const std::string_view key = setting.key;
  for (std::size_t open = key.find('['); open != std::string_view::npos;
       open = key.find('[', open + 1)) {
    const char* end = key.data() + key.size();
    std::size_t index = 0;
    const auto [stop, error] = std::from_chars(key.data() + open + 1, end, index);
    if (error == std::errc{} && index >= kLongest) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        setting.place + ": " + std::string(key.substr(0, open)) +
                            ": expected at most 1000 elements; functions that are alike are one "
                            "with a `count`");
    }
    if (error == std::errc{} && stop != end && *stop == ']') {
      std::size_t& size = sizes_[std::string(key.substr(0, open))];
      size = std::max(size, index + 1);
    }
  }
  return {};
}

std::size_t ListSizes::of(std::string_view key) const {
  const auto found = sizes_.find(key);
  return found != sizes_.end() ? found->second : 0;
}

}  // namespace fn::sim
