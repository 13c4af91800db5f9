// SPDX-License-Identifier: Apache-2.0
//
// What machines answer, as lines that a person reads: actions in words of their own, facts in the
// words of core/facts. Tests compare them and transcripts show them.

#pragma once

#include <cstdint>
#include <sstream>
#include <string>
#include <type_traits>
#include <variant>

#include "core/facts/fact_names.h"
#include "core/facts/fact_text.h"
#include "core/lb/messages.h"
#include "core/npm/messages.h"
#include "core/runner/messages.h"

namespace fn::tests {

// Seconds with as many decimals as it takes.
inline std::string seconds_text(core::Duration duration) {
  std::string text = std::to_string(duration.count() / 1'000'000'000);
  std::string decimals = std::to_string(1'000'000'000 + duration.count() % 1'000'000'000).substr(1);
  while (!decimals.empty() && decimals.back() == '0') {
    decimals.pop_back();
  }
  return text + (decimals.empty() ? "" : "." + decimals);
}

template <typename Part>
void add_part(std::ostringstream& out, const Part& part) {
  if constexpr (std::is_enum_v<Part>) {
    out << core::name_of(part);
  } else if constexpr (requires { part.value; }) {
    out << part.value;
  } else {
    out << part;
  }
}

template <typename... Parts>
std::string words(const Parts&... parts) {
  std::ostringstream out;
  (add_part(out, parts), ...);
  return out.str();
}

inline std::string text(const core::LbAction& action) {
  switch (action.kind()) {
    case core::LbActionKind::kTryCall: {
      const auto body = action.as<core::TryCall>();
      return words("try call ", body.call, " on runner ", body.runner);
    }
    case core::LbActionKind::kCancelCall: {
      const auto body = action.as<core::CancelCall>();
      return words("cancel call ", body.call, " on runner ", body.runner);
    }
    case core::LbActionKind::kRespondToCaller: {
      const auto body = action.as<core::RespondToCaller>();
      if (body.reason == core::RefusalReason::kNone) {
        return words("answer call ", body.call, ": ", body.outcome);
      }
      return words("answer call ", body.call, ": ", body.outcome, ", ", body.reason);
    }
    case core::LbActionKind::kAdvertiseCapacity: {
      const core::Requirement wants = action.as<core::AdvertiseCapacity>().requirement;
      return words("advertise ", wants.memory_mib, " MiB, ", wants.waiting_calls, " waiting calls");
    }
    case core::LbActionKind::kCheckRunner:
      return words("check runner ", action.as<core::CheckRunner>().runner);
    case core::LbActionKind::kReportRunner: {
      const auto body = action.as<core::ReportRunner>();
      return words("report runner ", body.runner, body.rested != 0 ? " rested" : " in use");
    }
  }
  return "unknown action";
}

inline std::string text(const core::RunnerAction& action) {
  switch (action.kind()) {
    case core::RunnerActionKind::kAcceptCall:
      return words("accept call ", action.as<core::AcceptCall>().call);
    case core::RunnerActionKind::kNackCall: {
      const auto body = action.as<core::NackCall>();
      return words("refuse call ", body.call, ": ", body.reason);
    }
    case core::RunnerActionKind::kFinishCall: {
      const auto body = action.as<core::FinishCall>();
      return words("finish call ", body.call, ": ", body.outcome);
    }
    case core::RunnerActionKind::kStartContainer: {
      const auto body = action.as<core::StartContainer>();
      return words("start container ",
                   body.number,
                   " of function ",
                   body.function,
                   body.image_cached != 0 ? "" : ", pull the image");
    }
    case core::RunnerActionKind::kRunCall: {
      const auto body = action.as<core::RunCall>();
      return words("run call ",
                   body.call,
                   " in container ",
                   body.number,
                   body.first_run != 0 ? ", its first" : "",
                   body.thaw != 0 ? ", thaw it" : "");
    }
    case core::RunnerActionKind::kStopRun: {
      const auto body = action.as<core::StopRun>();
      return words("stop call ", body.call, " in container ", body.number);
    }
    case core::RunnerActionKind::kRemoveContainer: {
      const auto body = action.as<core::RemoveContainer>();
      const char* const why[] = {"expired", "evicted", "broken"};
      return words("remove container ", body.number, ": ", why[static_cast<int>(body.reason)]);
    }
    case core::RunnerActionKind::kFreezeContainer:
      return words("freeze container ", action.as<core::FreezeContainer>().number);
    case core::RunnerActionKind::kReportIdle: {
      const std::uint32_t drain = action.as<core::ReportIdle>().drain;
      return drain == 0 ? "report idle" : words("report idle in drain ", drain);
    }
  }
  return "unknown action";
}

inline std::string text(const core::NpmAction& action) {
  switch (action.kind()) {
    case core::NpmActionKind::kProvisionRunners:
      return words("provision ", action.as<core::ProvisionRunners>().count, " runners");
    case core::NpmActionKind::kDrainRunner:
      return words("drain runner ", action.as<core::DrainRunner>().runner);
    case core::NpmActionKind::kReviveRunner:
      return words("revive runner ", action.as<core::ReviveRunner>().runner);
    case core::NpmActionKind::kRemoveRunner:
      return words("remove runner ", action.as<core::RemoveRunner>().runner);
    case core::NpmActionKind::kPublishMembership:
      return words("publish ", action.as<core::PublishMembership>().members, " members");
  }
  return "unknown action";
}

// The fact's name, its fields, and its reason in brackets.
template <typename Fact>
std::string fact_text(const Fact& fact) {
  const core::FactText parts = core::describe(fact);
  std::ostringstream out;
  out << parts.fact;
  for (const core::FactField& field : parts.fields) {
    out << ' ' << field.name << '=';
    if (const auto* number = std::get_if<std::uint64_t>(&field.value)) {
      out << *number;
    } else if (const auto* duration = std::get_if<core::Duration>(&field.value)) {
      out << seconds_text(*duration);
    } else if (const auto* word = std::get_if<std::string_view>(&field.value)) {
      out << *word;
    } else {
      out << '-';
    }
  }
  out << " (" << parts.reason << ')';
  return out.str();
}

}  // namespace fn::tests
