// SPDX-License-Identifier: Apache-2.0
//
// Which runner took a call, of the last calls: whoever asks for a call's log is led there. To
// remember a call allocates nothing once the number is reached; to find one looks through all,
// which is rare.

#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/handle.h"
#include "services/lb/function_version.h"

namespace fn::services {

class RememberedCalls {
 public:
  struct Known {
    FunctionVersionPtr function;
    core::RunnerHandle runner;
  };

  explicit RememberedCalls(std::size_t calls) : calls_(calls) {}

  // REQUIRES: an id of this load balancer's making; one that is longer is not remembered.
  void remember(std::string_view call_id,
                const FunctionVersionPtr& function,
                core::RunnerHandle runner);

  // Where it was taken last; none: long ago, or never.
  [[nodiscard]] std::optional<Known> find(std::string_view call_id) const;

 private:
  using Id = std::array<char, 32>;  // a call's id has 26 letters; the rest is zero

  struct Entry {
    Id id{};
    Known known;
  };

  static std::optional<Id> id_of(std::string_view text);

  std::size_t calls_;
  std::vector<Entry> ring_;
  std::size_t next_ = 0;
};

}  // namespace fn::services
