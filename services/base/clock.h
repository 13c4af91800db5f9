// SPDX-License-Identifier: Apache-2.0
//
// The only place of the services that reads clocks. Machines are told steady time; wall time is for
// people and for wire formats that ask for it.

#pragma once

#include <cstdint>
#include <string>

#include "core/base/time.h"

namespace fn::services {

// Steady time since the machine started; never goes back.
[[nodiscard]] core::Instant steady_now();

// Nanoseconds since 1970, UTC.
[[nodiscard]] std::int64_t wall_now_ns();

// RFC 3339 in UTC with milliseconds: 2018-03-07T14:38:42.123Z.
[[nodiscard]] std::string rfc3339(std::int64_t wall_ns);

// The form of HTTP's Date (RFC 9110, 5.6.7): Wed, 07 Mar 2018 14:38:42 GMT.
[[nodiscard]] std::string http_date(std::int64_t wall_ns);

}  // namespace fn::services
