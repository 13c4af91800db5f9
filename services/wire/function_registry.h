// SPDX-License-Identifier: Apache-2.0
//
// The functions a node has seen: a handle per slot key, and what their containers need. Handles are
// given once; a changed function is a new one.

#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <unordered_map>

#include "core/model/function_table.h"
#include "services/wire/function_setup.h"

namespace fn::services {

class FunctionRegistry {
 public:
  // The function of this slot key, added on first sight.
  core::FunctionHandle of(const std::string& slot, const FunctionSetup& setup);

  [[nodiscard]] const FunctionSetup& setup(core::FunctionHandle function) const {
    return setups_[function.value];
  }

  [[nodiscard]] const core::FunctionTable& table() const { return table_; }

 private:
  core::FunctionTable table_;
  std::deque<FunctionSetup> setups_;
  std::unordered_map<std::string, core::FunctionHandle> by_slot_;
  std::unordered_map<std::string, std::uint32_t> images_;
};

// The key by which placers hash a function: of its id, as Fn's (fn.md 3.5).
[[nodiscard]] std::uint64_t placement_key(std::string_view fn_id);

}  // namespace fn::services
