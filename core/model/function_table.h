// SPDX-License-Identifier: Apache-2.0
//
// What the load balancer and the runner know about a function. The table belongs to the driver,
// which may append to it between steps; machines hold a reference and read. A changed
// configuration is a new version with a handle of its own. A handle may be given anew once its
// machine was told to forget it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/assert.h"
#include "core/base/handle.h"
#include "core/base/time.h"
#include "core/base/units.h"

namespace fn::core {

struct FunctionSpec {
  // Placement key: SipHash of the function's id (placers that hash).
  std::uint64_t key = 0;
  MemoryMib memory{128};
  // Zero: not counted.
  MilliCpu cpu{0};
  // What a cold start costs beyond a warm run, as far as known (gdsf).
  Duration cold_overhead{};
  // Which image its containers need; functions of one image share it in a runner's cache.
  std::uint32_t image = 0;
  // Whose runners its calls may use, and no others.
  GroupHandle group{};
  // Its idle containers go after this long; zero: after the runner's own time.
  Duration idle_timeout{};
};

class FunctionTable {
 public:
  FunctionHandle add(const FunctionSpec& spec) {
    specs_.push_back(spec);
    return FunctionHandle{count_++};
  }

  // Gives the handle to another function. REQUIRES: the machine that reads this table has forgotten
  // the one that had it.
  void replace(FunctionHandle function, const FunctionSpec& spec) {
    FN_ASSERT(function.value < count_);
    specs_[function.value] = spec;
  }

  [[nodiscard]] const FunctionSpec& operator[](FunctionHandle function) const {
    FN_ASSERT(function.value < count_);
    return specs_[function.value];
  }

  [[nodiscard]] std::size_t size() const { return specs_.size(); }

 private:
  std::vector<FunctionSpec> specs_;
  std::uint32_t count_ = 0;  // beside the vector, whose size costs a division
};

}  // namespace fn::core
