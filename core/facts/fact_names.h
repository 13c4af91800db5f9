// SPDX-License-Identifier: Apache-2.0
//
// The words for facts, reasons, outcomes and limits: the same in decision records, metrics,
// messages to callers and explanations. Words are lower case with hyphens and part of our
// contracts: they do not change. A value that no enumerator has is called "unknown".

#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/lb/messages.h"
#include "core/npm/messages.h"
#include "core/runner/messages.h"

namespace fn::core {

std::string_view name_of(CallOutcome outcome);
std::string_view name_of(RefusalReason reason);

std::string_view name_of(LbFactKind kind);
std::string_view name_of(RunnerFactKind kind);
std::string_view name_of(NpmFactKind kind);

std::string_view name_of(IgnoredLbEvent what);
std::string_view name_of(IgnoredRunnerEvent what);
std::string_view name_of(IgnoredNpmEvent what);

// What became of a runner, and why.
std::string_view name_of(RunnerChange change);
std::string_view reason_of(RunnerChange change);

// One limit. REQUIRES: one bit.
std::string_view name_of(ScaleLimit limit);

// A set of limits: "demand" when none cut the wish, else their names joined by '+'.
std::string limits_text(std::uint32_t limits);

}  // namespace fn::core
