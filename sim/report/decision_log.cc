// SPDX-License-Identifier: Apache-2.0

#include "sim/report/decision_log.h"

namespace fn::sim {

void DecisionLog::clear() {
  decisions_.clear();
  lb_seen_.fill(0);
  runner_seen_.fill(0);
  npm_seen_.fill(0);
}

std::uint32_t DecisionLog::limit_of(core::LbFactKind kind) const {
  return kind == core::LbFactKind::kRunnerRested || kind == core::LbFactKind::kRunnerUsedAgain
             ? limits_.rare
             : limits_.frequent;
}

std::uint32_t DecisionLog::limit_of(core::RunnerFactKind /*kind*/) const {
  return limits_.frequent;
}

std::uint32_t DecisionLog::limit_of(core::NpmFactKind kind) const {
  return kind == core::NpmFactKind::kEventIgnored ? limits_.frequent : limits_.rare;
}

}  // namespace fn::sim
