// SPDX-License-Identifier: Apache-2.0

#include "sim/report/figures.h"

#include <array>
#include <cstdint>

namespace fn::sim {
namespace {

constexpr int kMillisecondDecimals = 3;
constexpr int kMeanDecimals = 3;
constexpr int kAmountDecimals = 6;

template <auto Member>
constexpr Figure count(std::string_view name) {
  return Figure{.name = name,
                .decimals = 0,
                .optional = false,
                .get = [](const GroupSummary& from) -> std::optional<double> {
                  return static_cast<double>(from.*Member);
                },
                .set =
                    [](GroupSummary& to, std::optional<double> value) {
                      to.*Member = static_cast<std::uint64_t>(value.value_or(0));
                    }};
}

template <auto Member>
constexpr Figure optional_count(std::string_view name) {
  return Figure{.name = name,
                .decimals = 0,
                .optional = true,
                .get = [](const GroupSummary& from) -> std::optional<double> {
                  const auto& value = from.*Member;
                  return value ? std::optional<double>(static_cast<double>(*value)) : std::nullopt;
                },
                .set =
                    [](GroupSummary& to, std::optional<double> value) {
                      (to.*Member).reset();
                      if (value) {
                        to.*Member = static_cast<std::uint64_t>(*value);
                      }
                    }};
}

template <auto Member>
constexpr Figure amount(std::string_view name) {
  return Figure{
      .name = name,
      .decimals = kAmountDecimals,
      .optional = false,
      .get = [](const GroupSummary& from) -> std::optional<double> { return from.*Member; },
      .set =
          [](GroupSummary& to, std::optional<double> value) {
            to.*Member = value.value_or(0);
          }};
}

template <auto Member>
constexpr Figure optional_amount(std::string_view name, int decimals) {
  return Figure{.name = name,
                .decimals = decimals,
                .optional = true,
                .get = [](const GroupSummary& from) { return from.*Member; },
                .set =
                    [](GroupSummary& to, std::optional<double> value) {
                      to.*Member = value;
                    }};
}

// A figure that came later than the schema.
constexpr Figure added(Figure figure) {
  figure.added = true;
  return figure;
}

// One number of a spread. A spread is null as a whole: setting a number makes it, and setting null
// takes it away.
template <auto Whole, auto Member>
constexpr Figure of_spread(std::string_view name) {
  return Figure{.name = name,
                .decimals = kMillisecondDecimals,
                .optional = true,
                .get = [](const GroupSummary& from) -> std::optional<double> {
                  const std::optional<Percentiles>& spread = from.*Whole;
                  return spread ? std::optional<double>((*spread).*Member) : std::nullopt;
                },
                .set =
                    [](GroupSummary& to, std::optional<double> value) {
                      std::optional<Percentiles>& spread = to.*Whole;
                      if (!value) {
                        spread.reset();
                        return;
                      }
                      if (!spread) {
                        spread.emplace();
                      }
                      (*spread).*Member = *value;
                    }};
}

using S = GroupSummary;

constexpr std::array kFigures = {
    count<&S::calls>("calls"),
    count<&S::completed>("completed"),
    count<&S::cold>("cold"),
    count<&S::warm>("warm"),
    count<&S::refused>("refused"),
    count<&S::timed_out>("timed_out"),
    count<&S::failed>("failed"),
    count<&S::retries>("retries"),
    count<&S::overtakes>("overtakes"),
    optional_amount<&S::within_slo>("within_slo", kAmountDecimals),
    of_spread<&S::wait_ms, &Percentiles::mean>("wait_ms.mean"),
    of_spread<&S::wait_ms, &Percentiles::p50>("wait_ms.p50"),
    of_spread<&S::wait_ms, &Percentiles::p90>("wait_ms.p90"),
    of_spread<&S::wait_ms, &Percentiles::p99>("wait_ms.p99"),
    of_spread<&S::wait_ms, &Percentiles::p99_9>("wait_ms.p99_9"),
    of_spread<&S::latency_ms, &Percentiles::mean>("latency_ms.mean"),
    of_spread<&S::latency_ms, &Percentiles::p50>("latency_ms.p50"),
    of_spread<&S::latency_ms, &Percentiles::p90>("latency_ms.p90"),
    of_spread<&S::latency_ms, &Percentiles::p99>("latency_ms.p99"),
    of_spread<&S::latency_ms, &Percentiles::p99_9>("latency_ms.p99_9"),
    amount<&S::cold_overhead_s>("cold_overhead_s"),
    amount<&S::runner_hours>("runner_hours"),
    amount<&S::cost>("cost"),
    amount<&S::idle_gib_hours>("idle_gib_hours"),
    count<&S::scale_ups>("scale_ups"),
    count<&S::scale_downs>("scale_downs"),
    count<&S::direction_changes>("direction_changes"),
    count<&S::drains_cut>("drains_cut"),
    optional_amount<&S::containers_mean>("containers_mean", kMeanDecimals),
    optional_count<&S::containers_peak>("containers_peak"),
    optional_amount<&S::runners_mean>("runners_mean", kMeanDecimals),
    optional_count<&S::runners_peak>("runners_peak"),
    added(optional_amount<&S::runner_hours_idle>("runner_hours_idle", kAmountDecimals)),
    added(optional_amount<&S::cost_idle>("cost_idle", kAmountDecimals)),
};

}  // namespace

std::span<const Figure> figures() {
  return kFigures;
}

const Figure* find_figure(std::string_view name) {
  for (const Figure& figure : kFigures) {
    if (figure.name == name) {
      return &figure;
    }
  }
  return nullptr;
}

}  // namespace fn::sim
