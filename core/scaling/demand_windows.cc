// SPDX-License-Identifier: Apache-2.0

#include "core/scaling/demand_windows.h"

#include <algorithm>

namespace fn::core {

namespace {

std::int64_t second_of(Instant now) {
  return now.time_since_epoch() / Duration(std::chrono::seconds(1));
}

}  // namespace

void DemandWindows::begin(Instant now) {
  first_second_ = second_of(now);
  last_second_ = first_second_;
  buckets_[slot(last_second_)] = Demand{};
}

void DemandWindows::record(Instant now, const Demand& demand) {
  const std::int64_t second = second_of(now);
  const auto longest = static_cast<std::int64_t>(buckets_.size());
  const Demand standing = buckets_[slot(last_second_)];
  // Seconds in which nothing was said had the demand of the last one.
  for (std::int64_t quiet = std::max(last_second_ + 1, second - longest); quiet < second; ++quiet) {
    buckets_[slot(quiet)] = standing;
  }
  buckets_[slot(second)] = demand;
  last_second_ = second;
}

DemandWindows::Sum DemandWindows::sum(std::uint32_t seconds) const {
  Sum sum;
  sum.seconds = std::min<std::int64_t>(seconds, last_second_ - first_second_ + 1);
  for (std::int64_t back = 0; back < sum.seconds; ++back) {
    const Demand& bucket = buckets_[slot(last_second_ - back)];
    sum.demand.memory_mib += bucket.memory_mib;
    sum.demand.cpu_milli += bucket.cpu_milli;
  }
  return sum;
}

void DemandWindows::save(Writer& out) const {
  out.list(buckets_);
  out.pod(first_second_);
  out.pod(last_second_);
}

Status DemandWindows::load(Reader& in) {
  const std::size_t size = buckets_.size();
  std::vector<Demand> buckets;
  in.list(buckets);
  in.pod(first_second_);
  in.pod(last_second_);
  if (in.failed() || buckets.size() != size || first_second_ < 0 || last_second_ < first_second_) {
    return fail(ErrorCode::kInvalidArgument, "saved demand windows: not of the configured length");
  }
  buckets_ = std::move(buckets);
  return {};
}

}  // namespace fn::core
