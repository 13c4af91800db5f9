// SPDX-License-Identifier: Apache-2.0
//
// Which rules cut or moved a scaler's wish, as a set of bits; they are part of the facts about
// every change of size.

#pragma once

#include <cstdint>

namespace fn::core {

enum ScaleLimit : std::uint32_t {
  kLimitNone = 0,
  kLimitMin = 1U << 0,
  kLimitMax = 1U << 1,
  kLimitStep = 1U << 2,
  kLimitWindow = 1U << 3,
  kLimitCooldown = 1U << 4,
  kLimitHeadroom = 1U << 5,
  kLimitLongWait = 1U << 6,
  kLimitLastRunner = 1U << 7,
  kLimitPanic = 1U << 8,
};

}  // namespace fn::core
