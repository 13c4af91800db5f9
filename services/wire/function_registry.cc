// SPDX-License-Identifier: Apache-2.0

#include "services/wire/function_registry.h"

#include "core/base/hash.h"

namespace fn::services {

core::FunctionHandle FunctionRegistry::of(const std::string& slot, const FunctionSetup& setup) {
  if (const auto known = by_slot_.find(slot); known != by_slot_.end()) {
    return known->second;
  }
  const auto image = images_.try_emplace(setup.image, static_cast<std::uint32_t>(images_.size()));
  core::FunctionSpec spec;
  spec.key = placement_key(setup.fn_id);
  spec.memory = setup.memory;
  spec.cpu = setup.cpu;
  spec.image = image.first->second;
  spec.idle_timeout = setup.idle_timeout;
  spec.group = core::GroupHandle{0};
  const core::FunctionHandle function = table_.add(spec);
  setups_.push_back(setup);
  by_slot_.emplace(slot, function);
  return function;
}

std::uint64_t placement_key(std::string_view fn_id) {
  return core::siphash24(0, 0x4c617279426f6174ULL, fn_id);
}

}  // namespace fn::services
