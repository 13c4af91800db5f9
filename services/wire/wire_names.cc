// SPDX-License-Identifier: Apache-2.0

#include "services/wire/wire_names.h"

#include <cstdint>

#include "core/facts/fact_names.h"

namespace fn::services {

std::optional<core::RefusalReason> reason_of(std::string_view name) {
  for (std::uint32_t value = 0;
       value <= static_cast<std::uint32_t>(core::RefusalReason::kOtherGroup);
       ++value) {
    const auto reason = static_cast<core::RefusalReason>(value);
    if (core::name_of(reason) == name) {
      return reason;
    }
  }
  return std::nullopt;
}

}  // namespace fn::services
