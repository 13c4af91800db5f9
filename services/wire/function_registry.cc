// SPDX-License-Identifier: Apache-2.0

#include "services/wire/function_registry.h"

#include <iterator>

#include "core/base/assert.h"
#include "core/base/hash.h"

namespace fn::services {

core::FunctionHandle FunctionRegistry::use(const std::string& slot, const FunctionSetup& setup) {
  const auto known = by_slot_.find(slot);
  const core::FunctionHandle function = known != by_slot_.end() ? known->second : add(slot, setup);
  use(function);
  return function;
}

void FunctionRegistry::use(core::FunctionHandle function) {
  Entry& entry = entries_[function.value];
  if (entry.uses++ == 0) {
    used_.splice(used_.end(), unused_, entry.place);
  }
}

void FunctionRegistry::release(core::FunctionHandle function) {
  Entry& entry = entries_[function.value];
  FN_ASSERT(entry.uses > 0);
  if (--entry.uses == 0) {
    unused_.splice(unused_.end(), used_, entry.place);
  }
}

std::optional<FunctionRegistry::Forgotten> FunctionRegistry::let_go() {
  if (unused_.size() <= unused_max_) {
    return std::nullopt;
  }
  const core::FunctionHandle function = unused_.front();
  unused_.pop_front();
  Entry& entry = entries_[function.value];
  const Forgotten forgotten{function, release_image(entry.setup.image)};
  by_slot_.erase(entry.slot);
  entry = Entry{};
  free_.push_back(function);
  return forgotten;
}

core::FunctionHandle FunctionRegistry::add(const std::string& slot, const FunctionSetup& setup) {
  core::FunctionSpec spec;
  spec.key = placement_key(setup.fn_id);
  spec.memory = setup.memory;
  spec.cpu = setup.cpu;
  spec.image = use_image(setup.image);
  spec.idle_timeout = setup.idle_timeout;
  spec.group = core::GroupHandle{0};
  core::FunctionHandle function;
  if (free_.empty()) {
    function = table_.add(spec);
    entries_.emplace_back();
  } else {
    function = free_.back();
    free_.pop_back();
    table_.replace(function, spec);
  }
  unused_.push_back(function);
  entries_[function.value] = Entry{.setup = setup, .slot = slot, .place = std::prev(unused_.end())};
  by_slot_.emplace(slot, function);
  return function;
}

std::uint32_t FunctionRegistry::use_image(const std::string& name) {
  const auto [known, is_new] = images_.try_emplace(name);
  Image& image = known->second;
  if (is_new && free_images_.empty()) {
    image.number = static_cast<std::uint32_t>(images_.size() - 1);
  } else if (is_new) {
    image.number = free_images_.back();
    free_images_.pop_back();
  }
  ++image.functions;
  return image.number;
}

// Its number, if that was the last use.
std::optional<std::uint32_t> FunctionRegistry::release_image(const std::string& name) {
  const auto known = images_.find(name);
  if (--known->second.functions > 0) {
    return std::nullopt;
  }
  const std::uint32_t number = known->second.number;
  images_.erase(known);
  free_images_.push_back(number);
  return number;
}

std::uint64_t placement_key(std::string_view fn_id) {
  return core::siphash24(0, 0x4c617279426f6174ULL, fn_id);
}

}  // namespace fn::services
