// SPDX-License-Identifier: Apache-2.0
//
// Goal: bytes that are no saved load balancer are refused, or make one that goes on without a
// broken belief; no byte can be damaged so that the program stops later.

#include <algorithm>

#include <gtest/gtest.h>

#include "tests/core/lb/lb_rig.h"
#include "tests/support/damage.h"

namespace fn::tests {
namespace {

using core::CallHandle;
using core::RunnerHandle;

core::LbConfig watching(const std::string& placer) {
  core::LbConfig config = LbRig::quiet(placer);
  config.health.enabled = true;
  return config;
}

// Calls that run, are offered, go past a head and wait; one runner rests, one has left.
void make_rich(LbRig& rig) {
  const auto large = rig.function(900, 100);
  const auto small = rig.function(100);
  rig.members({0, 0, 1000, 1000});
  for (std::uint32_t call = 0; call < 4; ++call) {
    rig.run(call, large);
  }
  rig.give(core::RunnerBroke{RunnerHandle{3}});
  rig.membership({core::Member{RunnerHandle{0}, 0, 0},
                  core::Member{RunnerHandle{2}, 1000, 0},
                  core::Member{RunnerHandle{3}, 1000, 0}});
  rig.arrive(4, large, 10);
  rig.refuse(4);
  rig.arrive(5, small, 20, 1);
  rig.arrive(6, small, 30);
  rig.finish(0);
  rig.refuse(4);
  rig.pass(1s);
}

// Everything that may still come, whether this LB knows of it or not.
void go_on(core::LoadBalancer& lb, core::Instant now) {
  core::LbOut out;
  for (int step = 0; step < 40; ++step) {
    now = std::max(now, std::min(lb.next_deadline(), now + 2s));
    lb.step(now, core::LbDeadlineReached{}, out);
    for (std::size_t index = 0; index < out.actions.size() && index < 50; ++index) {
      if (out.actions[index].kind() == core::LbActionKind::kTryCall) {
        const auto offer = out.actions[index].as<core::TryCall>();
        lb.step(now, core::CallNacked{offer.call, offer.attempt}, out);
      }
    }
    out.clear();
  }
  for (std::uint32_t attempt = 0; attempt < 12; ++attempt) {
    for (std::uint32_t call = 0; call < 7; ++call) {
      lb.step(now, core::CallAccepted{CallHandle{call}, attempt}, out);
      lb.step(now, core::CallFinished{CallHandle{call}, attempt}, out);
    }
  }
  for (std::uint32_t runner = 0; runner < 4; ++runner) {
    lb.step(now, core::RunnerBroke{RunnerHandle{runner}}, out);
  }
  const std::vector<core::Member> members = {core::Member{RunnerHandle{9}, 1000, 0}};
  lb.step(now, core::MembershipReceived{1000, members}, out);
  for (std::uint32_t call = 0; call < 7; ++call) {
    lb.step(now, core::CallerGone{CallHandle{call}}, out);
  }
}

class LbSaveLoad : public testing::TestWithParam<const char*> {};

TEST_P(LbSaveLoad, RefusesDamageOrGoesOn) {
  const core::LbConfig config = watching(GetParam());
  LbRig rig(config);
  make_rich(rig);
  core::Writer saved;
  rig.lb().save(saved);
  refuses_damage_or_goes_on(saved.bytes(), [&](core::Reader& in) {
    core::LoadBalancer lb(config, rig.functions, core::Rng(1));
    const bool loaded = lb.load(in).has_value();
    if (loaded) {
      go_on(lb, rig.now);
    }
    return loaded;
  });
}

TEST_P(LbSaveLoad, RefusesWhatIsCut) {
  const core::LbConfig config = watching(GetParam());
  LbRig rig(config);
  make_rich(rig);
  core::Writer saved;
  rig.lb().save(saved);
  refuses_what_is_cut(saved.bytes(), [&](core::Reader& in) {
    return core::LoadBalancer(config, rig.functions, core::Rng(1)).load(in).has_value();
  });
}

TEST_P(LbSaveLoad, RefusesCallsOfFunctionsThatThereAreNot) {
  const core::LbConfig config = watching(GetParam());
  LbRig rig(config);
  make_rich(rig);
  core::Writer saved;
  rig.lb().save(saved);
  core::FunctionTable fewer;
  fewer.add(rig.functions[core::FunctionHandle{0}]);
  core::LoadBalancer lb(config, fewer, core::Rng(1));
  core::Reader reader(saved.bytes());
  EXPECT_FALSE(lb.load(reader).has_value());
}

INSTANTIATE_TEST_SUITE_P(Placers, LbSaveLoad, testing::Values("round-robin", "chbl", "naive"));

}  // namespace
}  // namespace fn::tests
