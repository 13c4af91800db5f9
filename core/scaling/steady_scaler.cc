// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/steady_scaler.h"

#include "core/base/assert.h"
#include "core/scaling/scale_limit.h"

namespace fn::core {

SteadyScaler::SteadyScaler(const ScalerConfig& config)
    : config_(config), predictor_(std::make_unique<IdentityPredictor>()), limits_(config.limits) {
  FN_ASSERT(config.steady.utilisation_percent > 0);
}

bool SteadyScaler::waits_in_vain(const GroupView& view,
                                 const MergedRequirement& demand,
                                 std::uint32_t wish) const {
  if (std::chrono::milliseconds(demand.oldest_wait_ms) <= config_.steady.long_wait ||
      wish > view.active.size() || view.active.empty()) {
    return false;
  }
  // A runner that has just come has not been told of yet: it may be all that the call needs.
  return view.now - view.active_since.back() >= config_.steady.long_wait;
}

void SteadyScaler::decide(const GroupView& view, GroupDecision& decision) {
  const MergedRequirement demand = predictor_->forecast(view.now, view.demand);
  const std::int64_t percent = config_.steady.utilisation_percent;
  const auto at_utilisation = [percent](std::int64_t amount) {
    return (amount * 100 + percent - 1) / percent;
  };
  const std::uint32_t wish = runners_for(at_utilisation(demand.memory_mib),
                                         at_utilisation(demand.cpu_milli),
                                         view,
                                         expected_runner(view, config_));
  if (waits_in_vain(view, demand, wish)) {
    const auto one_more = static_cast<std::uint32_t>(view.active.size() + 1);
    limits_.apply(view, wish, one_more, kLimitLongWait, decision);
  } else {
    limits_.apply(view, wish, wish, kLimitNone, decision);
  }
}

void SteadyScaler::save(Writer& out) const {
  predictor_->save(out);
  limits_.save(out);
}

Status SteadyScaler::load(Reader& in) {
  predictor_->load(in);
  return limits_.load(in);
}

}  // namespace fn::core
