// SPDX-License-Identifier: Apache-2.0
//
// Dense handles: small numbers that stand for things inside one group's world, typed so that a
// runner cannot be passed where a call is wanted. Names are interned at the edges.
//
// A handle indexes an array. Call, container and LB handles may be recycled; function and runner
// handles are given once. Where an order shows, a creation number decides, not a recycled handle.

#pragma once

#include <compare>
#include <cstdint>

namespace fn::core {

template <typename Tag>
struct Handle {
  static constexpr std::uint32_t kNone = 0xffffffffU;

  std::uint32_t value = kNone;

  [[nodiscard]] constexpr bool valid() const { return value != kNone; }

  friend constexpr auto operator<=>(const Handle&, const Handle&) = default;
};

using CallHandle = Handle<struct CallTag>;
using ContainerHandle = Handle<struct ContainerTag>;
using GroupHandle = Handle<struct GroupTag>;
using FunctionHandle = Handle<struct FunctionTag>;
using LbHandle = Handle<struct LbTag>;
using RunnerHandle = Handle<struct RunnerTag>;

}  // namespace fn::core
