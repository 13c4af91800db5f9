// SPDX-License-Identifier: Apache-2.0
//
// Greedy-Dual-Size-Frequency (FaasCache; Fuerst, Sharma, ASPLOS 2021): an idle container's priority
// is clock + frequency * cost / size as of its last start; the lowest goes first and moves the
// clock. Frequency counts the function's started calls while it has a container; cost is the
// function's cold overhead in seconds, size its memory in MiB, at least one. IEEE doubles, in that
// order.

#pragma once

#include <cstdint>
#include <vector>

#include "core/keepalive/keepalive_policy.h"

namespace fn::core {

class GdsfPolicy final : public KeepAlivePolicy {
 public:
  explicit GdsfPolicy(const FunctionTable& functions) : functions_(functions) {}

  void used(Instant now,
            ContainerHandle container,
            std::uint32_t number,
            FunctionHandle function) override;
  void unneeded(Instant now,
                ContainerHandle container,
                std::uint32_t number,
                FunctionHandle function) override;
  void became_idle(ContainerHandle container) override;
  void removed(ContainerHandle container) override;
  ContainerHandle victim() override;
  void save(Writer& out) const override;
  Status load(Reader& in, std::span<const Known> containers) override;

 private:
  struct Use {
    std::uint64_t priority_bits = 0;  // a double
    std::uint32_t number = 0;         // creation number; zero: gone
    std::uint32_t uses = 0;           // tells a heap entry that is out of date
    FunctionHandle function;
    std::uint32_t pad = 0;
  };

  struct Entry {
    std::uint64_t priority_bits = 0;
    std::uint32_t number = 0;
    std::uint32_t container = 0;
    std::uint32_t uses = 0;
    std::uint32_t pad = 0;
  };

  struct Function {
    std::uint64_t frequency = 0;
    std::uint64_t containers = 0;
  };

  Use& know(ContainerHandle container, std::uint32_t number, FunctionHandle function);
  void rate(Use& use);
  [[nodiscard]] bool agrees(std::span<const Known> containers) const;
  static bool goes_later(const Entry& left, const Entry& right);
  [[nodiscard]] bool current(const Entry& entry) const;
  void drop_stale();

  const FunctionTable& functions_;
  std::vector<Use> uses_;    // by container handle
  std::vector<Entry> idle_;  // heap, lowest priority on top; may hold stale entries
  std::vector<Function> per_function_;
  double clock_ = 0;
};

}  // namespace fn::core
