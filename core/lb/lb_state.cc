// SPDX-License-Identifier: Apache-2.0
//
// The load balancer's state as bytes.

#include "core/lb/load_balancer.h"

namespace fn::core {

void LoadBalancer::save(Writer& out) const {
  rng_.save(out);
  placer_->save(out);
  pool_.save(out);
  advertiser_.save(out);
  waiting_.save(out);
  retry_after_.save(out);
  passes_.save(out);
  out.list(calls_);
  out.pod(membership_generation_);
  out.pod(memberships_);
  out.pod(arrivals_);
  out.pod(attempts_);
  out.pod(first_detached_);
  out.pod(to_ns(probe_at_));
  out.pod(to_ns(pass_at_));
  out.pod(to_ns(now_));
}

void LoadBalancer::load(Reader& in) {
  rng_.load(in);
  placer_->load(in);
  pool_.load(in);
  advertiser_.load(in);
  waiting_.load(in);
  retry_after_.load(in);
  passes_.load(in);
  in.list(calls_);
  in.pod(membership_generation_);
  in.pod(memberships_);
  in.pod(arrivals_);
  in.pod(attempts_);
  in.pod(first_detached_);
  std::int64_t probe = 0;
  std::int64_t pass = 0;
  std::int64_t now = 0;
  in.pod(probe);
  in.pod(pass);
  in.pod(now);
  probe_at_ = Instant(Duration(probe));
  pass_at_ = Instant(Duration(pass));
  now_ = Instant(Duration(now));
  placer_->members_changed(pool_.view());
}

}  // namespace fn::core
