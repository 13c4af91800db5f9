// SPDX-License-Identifier: Apache-2.0

#include "core/keepalive/keepalive_policy.h"

#include <array>

#include "core/keepalive/gdsf.h"
#include "core/keepalive/lru.h"

namespace fn::core {

namespace {

constexpr std::array<std::string_view, 4> kNames = {"lru", "ttl", "gdsf", "none"};

}  // namespace

std::unique_ptr<KeepAlivePolicy> make_keepalive_policy(std::string_view name,
                                                       const FunctionTable& functions) {
  if (name == "lru" || name == "ttl" || name == "none") {
    return std::make_unique<LruPolicy>();
  }
  if (name == "gdsf") {
    return std::make_unique<GdsfPolicy>(functions);
  }
  return nullptr;
}

std::span<const std::string_view> keepalive_policy_names() {
  return kNames;
}

}  // namespace fn::core
