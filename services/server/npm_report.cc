// SPDX-License-Identifier: Apache-2.0

#include "services/server/npm_report.h"

#include <chrono>

#include "core/facts/fact_names.h"
#include "services/base/clock.h"

namespace fn::services {
namespace {

constexpr std::int64_t kBytesPerMib = 1 << 20;
constexpr std::size_t kDecisionsKept = 100;

Labels of_group(const std::string& group) {
  return {{core::kGroupLabel, group}};
}

}  // namespace

NpmReport::NpmReport(Metrics& metrics, Log& log) : metrics_(metrics), log_(log) {}

NpmReport::Series& NpmReport::series(const std::string& group) {
  const auto [found, fresh] = series_.try_emplace(group);
  Series& series = found->second;
  if (fresh) {
    for (std::size_t state = 0; state < series.runners.size(); ++state) {
      series.runners[state] = &metrics_.gauge(
          core::metric::kNpmRunners,
          {{core::kGroupLabel, group},
           {core::metric::kNpmRunners.label, std::string(core::metric::kRunnerStates[state])}});
    }
    series.demand = &metrics_.gauge(core::metric::kNpmDemandBytes, of_group(group));
    series.capacity = &metrics_.gauge(core::metric::kNpmCapacityBytes, of_group(group));
    series.ups = &metrics_.counter(core::metric::kNpmScaleUps, of_group(group));
    series.downs = &metrics_.counter(core::metric::kNpmScaleDowns, of_group(group));
    series.turns = &metrics_.counter(core::metric::kNpmDirectionChanges, of_group(group));
    series.cut = &metrics_.counter(core::metric::kNpmDrainsCut, of_group(group));
  }
  return series;
}

void NpmReport::remember(const std::string& group, const std::string& line) {
  std::deque<std::string>& lines = series(group).decisions;
  lines.push_back(rfc3339(wall_now_ns()) + " " + line);
  if (lines.size() > kDecisionsKept) {
    lines.pop_front();
  }
}

std::vector<std::string> NpmReport::decisions(const std::string& group) const {
  const auto found = series_.find(group);
  if (found == series_.end()) {
    return {};
  }
  return {found->second.decisions.begin(), found->second.decisions.end()};
}

void NpmReport::group_made(const std::string& group) {
  series(group);
  log_.info("Making new LBG to handle " + group, {{"lb_group", group}});
}

void NpmReport::decided(const std::string& group,
                        const core::NpmFact& fact,
                        const std::string& address) {
  switch (fact.kind()) {
    case core::NpmFactKind::kGroupScaled:
      scaled(group, fact.as<core::GroupScaled>());
      break;
    case core::NpmFactKind::kRunnerChanged:
      runner_changed(group, fact.as<core::RunnerChanged>().change, address);
      break;
    case core::NpmFactKind::kOrderFailed: {
      const auto failed = fact.as<core::OrderFailed>();
      remember(group, "order-failed missing=" + std::to_string(failed.missing));
      log_.error("Error occured during attempt to scale up",
                 {{"lb_group", group},
                  {"missing", failed.missing},
                  {"retry_ms", failed.pause / std::chrono::milliseconds(1)}});
      break;
    }
    case core::NpmFactKind::kRequirementExpired: {
      const auto expired = fact.as<core::RequirementExpired>();
      log_.warn("Purging LB " + std::to_string(expired.lb.value) + " from " + group +
                    " - no communication received",
                {{"lb_group", group}, {"memory_mib", expired.memory_mib}});
      break;
    }
    case core::NpmFactKind::kEventIgnored: {
      const auto ignored = fact.as<core::NpmEventIgnored>();
      log_.debug("passed over", {{"lb_group", group}, {"why", core::name_of(ignored.what)}});
      break;
    }
  }
}

void NpmReport::scaled(const std::string& group, const core::GroupScaled& scaled) {
  log_.info("Targeting capacity requirement of " + std::to_string(scaled.demand_mib) +
                " gives desired scale of " + std::to_string(scaled.target),
            {{"lb_group", group},
             {"wish", scaled.wish},
             {"limits", core::limits_text(scaled.limits)},
             {"provisioned", scaled.provisioned},
             {"revived", scaled.revived},
             {"drained", scaled.drained},
             {"cancelled", scaled.cancelled}});
  remember(group,
           "scaled demand_mib=" + std::to_string(scaled.demand_mib) +
               " wish=" + std::to_string(scaled.wish) + " target=" + std::to_string(scaled.target) +
               " limits=" + core::limits_text(scaled.limits) + " provisioned=" +
               std::to_string(scaled.provisioned) + " revived=" + std::to_string(scaled.revived) +
               " drained=" + std::to_string(scaled.drained) +
               " cancelled=" + std::to_string(scaled.cancelled));
  Series& counted = series(group);
  const int ups = scaled.provisioned;
  const int downs = scaled.drained + scaled.cancelled;
  counted.ups->add(static_cast<std::uint64_t>(ups));
  counted.downs->add(static_cast<std::uint64_t>(downs));
  const int direction = ups + scaled.revived >= downs ? 1 : -1;
  if (counted.direction == -direction) {
    counted.turns->add();
  }
  counted.direction = direction;
}

void NpmReport::runner_changed(const std::string& group,
                               core::RunnerChange change,
                               const std::string& address) {
  std::string message;
  switch (change) {
    case core::RunnerChange::kActive:
    case core::RunnerChange::kAdopted:
      message = " ... host " + address + " is new";
      break;
    case core::RunnerChange::kRevived:
      message = "Recovering runner at " + address + " from draindown";
      break;
    case core::RunnerChange::kDraining:
    case core::RunnerChange::kReplaced:
      message = "Marking runner at " + address + " for draindown";
      break;
    case core::RunnerChange::kRemovedIdle:
    case core::RunnerChange::kRemovedAtDeadline:
      message = "Drain down for runner at " + address + " complete: signalling shutdown";
      break;
    case core::RunnerChange::kLost:
      message = "Removing runner at " + address + " that has disappeared";
      break;
  }
  remember(group,
           "runner " + std::string(core::name_of(change)) + " " + address +
               " why=" + std::string(core::reason_of(change)));
  log_.info(message,
            {{"lb_group", group},
             {"runner", address},
             {"change", core::name_of(change)},
             {"why", core::reason_of(change)}});
}

void NpmReport::runner_removed(const std::string& group,
                               const std::string& address,
                               std::uint32_t calls_cut) {
  if (calls_cut > 0) {
    series(group).cut->add(calls_cut);
    log_.warn("a drain reached its deadline: calls are cut",
              {{"lb_group", group}, {"runner", address}, {"calls", calls_cut}});
  }
}

void NpmReport::published(const std::string& group, const std::string& addresses) {
  log_.info("LBGroup membership for " + group + " is [" + addresses + "]", {{"lb_group", group}});
}

void NpmReport::counted(const std::string& group,
                        const core::NodePoolManager::Counts& counts,
                        std::int64_t demand_mib,
                        std::int64_t capacity_mib) {
  const Series& counted = series(group);
  const std::array<std::uint32_t, 4> states = {
      counts.requested, counts.booting, counts.active, counts.draining};
  for (std::size_t state = 0; state < states.size(); ++state) {
    counted.runners[state]->set(states[state]);
  }
  counted.demand->set(demand_mib * kBytesPerMib);
  counted.capacity->set(capacity_mib * kBytesPerMib);
}

void NpmReport::warn(const std::string& message, const std::string& subject) {
  if (subject.empty()) {
    log_.warn(message);
  } else {
    log_.warn(message, {{"lb_group", subject}});
  }
}

void NpmReport::debug(const std::string& message) {
  log_.debug(message);
}

bool NpmReport::debugs() const {
  return log_.on(LogLevel::kDebug);
}

}  // namespace fn::services
