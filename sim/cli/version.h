// SPDX-License-Identifier: Apache-2.0
//
// The version that every output names; the build defines FN_VERSION.

#pragma once

#include <string_view>

namespace fn::sim {

constexpr std::string_view version() {
#ifdef FN_VERSION
  return FN_VERSION;
#else
  return "unknown";
#endif
}

}  // namespace fn::sim
