// SPDX-License-Identifier: Apache-2.0

#include "core/facts/fact_text.h"

#include <utility>

#include "core/facts/fact_names.h"

namespace fn::core {
namespace {

template <typename Tag>
FactField handle(std::string_view name, Handle<Tag> value) {
  FactField field{name, std::monostate{}};
  if (value.valid()) {
    field.value = std::uint64_t{value.value};
  }
  return field;
}

FactField number(std::string_view name, std::uint64_t value) {
  return FactField{name, value};
}

FactField duration(std::string_view name, Duration value) {
  return FactField{name, value};
}

FactField word(std::string_view name, std::string_view value) {
  return FactField{name, value};
}

FactText text_of(std::vector<FactField> fields, std::string_view reason) {
  return FactText{.fact = {}, .fields = std::move(fields), .reason = std::string(reason)};
}

FactText text(const CallPlaced& fact) {
  return text_of({handle("call", fact.call),
                  handle("runner", fact.runner),
                  number("attempts", fact.attempts),
                  duration("waited_s", fact.waited)},
                 "accepted");
}

FactText text(const CallRetried& fact) {
  return text_of(
      {handle("call", fact.call), handle("runner", fact.runner), number("attempt", fact.attempt)},
      name_of(fact.reason));
}

FactText text(const CallQueued& fact) {
  return text_of({handle("call", fact.call), number("waiting", fact.waiting)},
                 name_of(fact.reason));
}

FactText text(const CallOvertook& fact) {
  return text_of({handle("call", fact.call), handle("head", fact.head)}, "head-refused");
}

FactText text(const CallEnded& fact) {
  return text_of({handle("call", fact.call),
                  word("outcome", name_of(fact.outcome)),
                  number("attempts", fact.attempts),
                  duration("waited_s", fact.waited)},
                 name_of(fact.reason));
}

FactText text(const RunnerRested& fact) {
  return text_of({handle("runner", fact.runner), duration("pause_s", fact.pause)},
                 fact.silent != 0 ? "silent" : "broken-stream");
}

FactText text(const RunnerUsedAgain& fact) {
  return text_of({handle("runner", fact.runner)}, "rest-over");
}

FactText text(const LbEventIgnored& fact) {
  return text_of({number("subject", fact.subject)}, name_of(fact.what));
}

FactText text(const OfferRefused& fact) {
  return text_of({handle("call", fact.call),
                  handle("function", fact.function),
                  number("missing_mib", fact.missing_mib),
                  number("missing_milli", fact.missing_milli)},
                 name_of(fact.reason));
}

FactText text(const ContainerEvicted& fact) {
  return text_of({handle("function", fact.function),
                  handle("for_function", fact.for_function),
                  duration("idle_s", fact.idle)},
                 "room-needed");
}

FactText text(const RunnerEventIgnored& fact) {
  return text_of({number("subject", fact.subject)}, name_of(fact.what));
}

FactText text(const GroupScaled& fact) {
  return text_of({number("demand_mib", fact.demand_mib),
                  number("wish", fact.wish),
                  number("target", fact.target),
                  number("provisioned", fact.provisioned),
                  number("revived", fact.revived),
                  number("drained", fact.drained),
                  number("cancelled", fact.cancelled)},
                 limits_text(fact.limits));
}

FactText text(const RunnerChanged& fact) {
  return text_of({handle("runner", fact.runner), word("change", name_of(fact.change))},
                 reason_of(fact.change));
}

FactText text(const OrderFailed& fact) {
  return text_of({number("order", fact.order),
                  number("missing", fact.missing),
                  duration("pause_s", fact.pause)},
                 "not-delivered");
}

FactText text(const RequirementExpired& fact) {
  return text_of({handle("lb", fact.lb), number("memory_mib", fact.memory_mib)}, "lease-expired");
}

FactText text(const NpmEventIgnored& fact) {
  return text_of({number("subject", fact.subject)}, name_of(fact.what));
}

FactText body_of(const LbFact& fact) {
  switch (fact.kind()) {
    case LbFactKind::kCallPlaced:
      return text(fact.as<CallPlaced>());
    case LbFactKind::kCallRetried:
      return text(fact.as<CallRetried>());
    case LbFactKind::kCallQueued:
      return text(fact.as<CallQueued>());
    case LbFactKind::kCallOvertook:
      return text(fact.as<CallOvertook>());
    case LbFactKind::kCallEnded:
      return text(fact.as<CallEnded>());
    case LbFactKind::kRunnerRested:
      return text(fact.as<RunnerRested>());
    case LbFactKind::kRunnerUsedAgain:
      return text(fact.as<RunnerUsedAgain>());
    case LbFactKind::kEventIgnored:
      return text(fact.as<LbEventIgnored>());
  }
  return {};
}

FactText body_of(const RunnerFact& fact) {
  switch (fact.kind()) {
    case RunnerFactKind::kOfferRefused:
      return text(fact.as<OfferRefused>());
    case RunnerFactKind::kContainerEvicted:
      return text(fact.as<ContainerEvicted>());
    case RunnerFactKind::kEventIgnored:
      return text(fact.as<RunnerEventIgnored>());
  }
  return {};
}

FactText body_of(const NpmFact& fact) {
  switch (fact.kind()) {
    case NpmFactKind::kGroupScaled:
      return text(fact.as<GroupScaled>());
    case NpmFactKind::kRunnerChanged:
      return text(fact.as<RunnerChanged>());
    case NpmFactKind::kOrderFailed:
      return text(fact.as<OrderFailed>());
    case NpmFactKind::kRequirementExpired:
      return text(fact.as<RequirementExpired>());
    case NpmFactKind::kEventIgnored:
      return text(fact.as<NpmEventIgnored>());
  }
  return {};
}

template <typename Fact>
FactText named(const Fact& fact) {
  FactText described = body_of(fact);
  described.fact = name_of(fact.kind());
  return described;
}

}  // namespace

FactText describe(const LbFact& fact) {
  return named(fact);
}

FactText describe(const RunnerFact& fact) {
  return named(fact);
}

FactText describe(const NpmFact& fact) {
  return named(fact);
}

}  // namespace fn::core
