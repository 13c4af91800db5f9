// SPDX-License-Identifier: Apache-2.0
//
// Gives up the idle container whose last run started longest ago; one that never ran counts from
// when it came up. All containers stand in one list by the start of their last run; the victim is
// the first idle one, so uses cost O(1) and an eviction passes only the containers that run
// longest.

#pragma once

#include <cstdint>
#include <vector>

#include "core/keepalive/keepalive_policy.h"

namespace fn::core {

class LruPolicy final : public KeepAlivePolicy {
 public:
  void used(Instant now,
            ContainerHandle container,
            std::uint32_t number,
            FunctionHandle function) override;

  void unneeded(Instant now,
                ContainerHandle container,
                std::uint32_t number,
                FunctionHandle function) override {
    used(now, container, number, function);
  }

  void became_idle(ContainerHandle container) override;
  void removed(ContainerHandle container) override;
  ContainerHandle victim() override;
  void save(Writer& out) const override;
  Status load(Reader& in, std::span<const Known> containers) override;

 private:
  static constexpr std::uint32_t kNone = 0xffffffffU;

  struct Use {
    std::int64_t started_ns = 0;
    std::uint32_t number = 0;  // creation number; zero: not in the list
    std::uint32_t idle = 0;
    std::uint32_t earlier = kNone;
    std::uint32_t later = kNone;
  };

  void grow(ContainerHandle container);
  void unlink(Use& use);
  [[nodiscard]] bool in_order() const;

  std::vector<Use> uses_;  // by container handle
  std::uint32_t first_ = kNone;
  std::uint32_t last_ = kNone;
};

}  // namespace fn::core
