// SPDX-License-Identifier: Apache-2.0
//
// A fact as words and numbers, ready to be written in any form (a JSON line, a log line, a page):
// its name, its fields in a fixed order, and its reason. Every kind of fact has both; names of
// fields end in their unit. This is off the path of calls: it allocates.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "core/base/time.h"
#include "core/lb/messages.h"
#include "core/npm/messages.h"
#include "core/runner/messages.h"

namespace fn::core {

struct FactField {
  std::string_view name;
  // Nothing: the fact does not know it (a handle that stands for none).
  std::variant<std::monostate, std::uint64_t, Duration, std::string_view> value;
};

struct FactText {
  std::string_view fact;
  std::vector<FactField> fields;
  std::string reason;
};

FactText describe(const LbFact& fact);
FactText describe(const RunnerFact& fact);
FactText describe(const NpmFact& fact);

}  // namespace fn::core
