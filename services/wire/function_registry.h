// SPDX-License-Identifier: Apache-2.0
//
// The functions that a node knows: a handle per slot key, and what their containers need. A changed
// function is a new one, so most are used for a while and never again: the node counts what uses
// each, and of the unused ones those that were used last are kept, up to a number. The others are
// let go of, and their handles are given anew.

#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "core/model/function_table.h"
#include "services/wire/function_setup.h"

namespace fn::services {

class FunctionRegistry {
 public:
  static constexpr std::size_t kUnusedMax = 10'000;

  explicit FunctionRegistry(std::size_t unused_max = kUnusedMax) : unused_max_(unused_max) {}

  // The function of this slot key, added on first sight; now it has one use more.
  core::FunctionHandle use(const std::string& slot, const FunctionSetup& setup);

  // One use more, and one less.
  void use(core::FunctionHandle function);
  void release(core::FunctionHandle function);

  // What the node's machine must be told to forget.
  struct Forgotten {
    core::FunctionHandle function;
    // Its image's number, if no other function has this image.
    std::optional<std::uint32_t> image;
  };

  // Lets go of the function that is unused for longest, if too many are. The machine must be told
  // before the next use().
  std::optional<Forgotten> let_go();

  // REQUIRES: the function is used.
  [[nodiscard]] const FunctionSetup& setup(core::FunctionHandle function) const {
    return entries_[function.value].setup;
  }

  [[nodiscard]] const core::FunctionTable& table() const { return table_; }

  // Functions that are known, used or not.
  [[nodiscard]] std::size_t size() const { return by_slot_.size(); }

 private:
  using Handles = std::list<core::FunctionHandle>;

  struct Entry {
    FunctionSetup setup;
    std::string slot;
    std::uint64_t uses = 0;
    Handles::iterator place;  // in used_ or unused_
  };

  struct Image {
    std::uint32_t number = 0;
    std::uint32_t functions = 0;
  };

  core::FunctionHandle add(const std::string& slot, const FunctionSetup& setup);
  std::uint32_t use_image(const std::string& name);
  std::optional<std::uint32_t> release_image(const std::string& name);

  std::size_t unused_max_;
  core::FunctionTable table_;
  std::deque<Entry> entries_;  // by handle
  std::unordered_map<std::string, core::FunctionHandle> by_slot_;
  Handles used_;
  Handles unused_;  // the one that was used last comes last
  std::vector<core::FunctionHandle> free_;
  std::unordered_map<std::string, Image> images_;
  std::vector<std::uint32_t> free_images_;
};

// The key by which placers hash a function: of its id, as Fn's (fn.md 3.5).
[[nodiscard]] std::uint64_t placement_key(std::string_view fn_id);

}  // namespace fn::services
