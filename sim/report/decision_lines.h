// SPDX-License-Identifier: Apache-2.0
//
// Lines of decisions.jsonl: one JSON object per fact, in the words of core/facts.
//   {"t_s":12.5,"group":"a","role":"npm","node":"npm","fact":"group-scaled",...,"reason":"demand"}

#pragma once

#include <string>
#include <string_view>

#include "sim/report/decision_log.h"

namespace fn::sim {

void append_decision(std::string& out, std::string_view group, const Decision& decision);

// The lines of one group's minute: its decisions in order, then, per kind of fact of which some
// were not kept, one line that says how many, at the minute's end.
void append_minute(std::string& out,
                   std::string_view group,
                   core::Instant minute_end,
                   const DecisionLog& log);

}  // namespace fn::sim
