// SPDX-License-Identifier: Apache-2.0
//
// How many elements settings give each list, so that the list can be made before they are set.

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/config/value.h"

namespace fn::sim {

class ListSizes {
 public:
  // So much is described one by one at most.
  static constexpr std::size_t kLongest = 1'000;

  // Notes the lists that the key has elements of: "a[2].b[0]" is of `a` and `a[2].b`.
  core::Status note(const core::Setting& setting);

  // The size of the list `key`; 0 when no setting has an element of it.
  [[nodiscard]] std::size_t of(std::string_view key) const;

 private:
  std::map<std::string, std::size_t, std::less<>> sizes_;
};

}  // namespace fn::sim
