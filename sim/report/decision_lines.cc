// SPDX-License-Identifier: Apache-2.0

#include "sim/report/decision_lines.h"

#include <cstddef>
#include <cstdint>
#include <variant>

#include "core/facts/fact_names.h"
#include "core/facts/fact_text.h"
#include "sim/report/text.h"

namespace fn::sim {
namespace {

struct FieldForm {
  std::string& out;

  void operator()(std::monostate /*unknown*/) const { out += "null"; }

  void operator()(std::uint64_t value) const { append_integer(out, value); }

  void operator()(core::Duration value) const { append_seconds(out, value); }

  void operator()(std::string_view value) const { append_json_string(out, value); }
};

std::string_view role_of(const core::LbFact& /*fact*/) {
  return "lb";
}

std::string_view role_of(const core::RunnerFact& /*fact*/) {
  return "runner";
}

std::string_view role_of(const core::NpmFact& /*fact*/) {
  return "npm";
}

void append_start(std::string& out,
                  core::Instant at,
                  std::string_view group,
                  std::string_view role) {
  out += "{\"t_s\":";
  append_seconds(out, at - core::Instant{});
  out += ",\"group\":";
  append_json_string(out, group);
  out += ",\"role\":\"";
  out += role;
  out += '"';
}

// One line for each kind of one role.
template <typename Kind>
void append_left_out(std::string& out,
                     const std::string& start,
                     std::size_t kinds,
                     const DecisionLog& log) {
  for (std::size_t index = 0; index < kinds; ++index) {
    const auto kind = static_cast<Kind>(index);
    if (const std::uint64_t count = log.left_out(kind); count > 0) {
      out += start;
      out += ",\"node\":null,\"fact\":\"left-out\",\"of\":\"";
      out += core::name_of(kind);
      out += "\",\"count\":";
      append_integer(out, count);
      out += ",\"reason\":\"limit\"}\n";
    }
  }
}

std::string start_of(core::Instant at, std::string_view group, std::string_view role) {
  std::string start;
  append_start(start, at, group, role);
  return start;
}

}  // namespace

void append_decision(std::string& out, std::string_view group, const Decision& decision) {
  const std::string_view role =
      std::visit([](const auto& fact) { return role_of(fact); }, decision.fact);
  const core::FactText text =
      std::visit([](const auto& fact) { return core::describe(fact); }, decision.fact);
  append_start(out, decision.at, group, role);
  out += ",\"node\":\"";
  out += role;
  if (!std::holds_alternative<core::NpmFact>(decision.fact)) {
    out += '-';
    append_integer(out, decision.node);
  }
  out += "\",\"fact\":\"";
  out += text.fact;
  out += '"';
  for (const core::FactField& field : text.fields) {
    out += ",\"";
    out += field.name;
    out += "\":";
    std::visit(FieldForm{out}, field.value);
  }
  out += ",\"reason\":\"";
  out += text.reason;
  out += "\"}\n";
}

void append_minute(std::string& out,
                   std::string_view group,
                   core::Instant minute_end,
                   const DecisionLog& log) {
  for (const Decision& decision : log.decisions()) {
    append_decision(out, group, decision);
  }
  append_left_out<core::LbFactKind>(
      out, start_of(minute_end, group, "lb"), DecisionLog::kLbKinds, log);
  append_left_out<core::RunnerFactKind>(
      out, start_of(minute_end, group, "runner"), DecisionLog::kRunnerKinds, log);
  append_left_out<core::NpmFactKind>(
      out, start_of(minute_end, group, "npm"), DecisionLog::kNpmKinds, log);
}

}  // namespace fn::sim
