// SPDX-License-Identifier: Apache-2.0

#include "core/base/histogram.h"

#include <algorithm>
#include <limits>

namespace fn::core {

void Histogram::merge(const Histogram& other) {
  other.each_bucket(
      [this](std::uint32_t bucket, std::uint64_t times) { counter(bucket) += times; });
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
  for (; touched_ != 0; touched_ &= touched_ - 1) {
    pages_[static_cast<std::size_t>(std::countr_zero(touched_))]->fill(0);
  }
  count_ = 0;
  sum_ = 0;
  min_ = kForever;
  max_ = Duration{};
}

std::optional<Duration> Histogram::mean() const {
  if (count_ == 0) {
    return std::nullopt;
  }
  return Duration(static_cast<Duration::rep>(sum_ / static_cast<WideInt>(count_)));
}

std::optional<Duration> Histogram::percentile(std::uint32_t per_mille) const {
  FN_ASSERT(per_mille <= 1000);
  if (count_ == 0) {
    return std::nullopt;
  }
  const WideInt share = static_cast<WideInt>(count_) * per_mille;
  const std::uint64_t rank =
      std::max<std::uint64_t>(1, static_cast<std::uint64_t>((share + 999) / 1000));
  return std::clamp(DurationBuckets::representative(bucket_of_rank(rank)), min_, max_);
}

// Where the value with so many at or below it lies. REQUIRES: 1 <= rank <= count().
std::uint32_t Histogram::bucket_of_rank(std::uint64_t rank) const {
  std::uint64_t below = 0;
  std::uint32_t found = 0;
  each_bucket([&](std::uint32_t bucket, std::uint64_t times) {
    found = below < rank ? bucket : found;
    below += times;
  });
  return found;
}

void Histogram::save(Writer& out) const {
  out.pod(count_);
  out.pod(static_cast<std::uint64_t>(sum_));
  out.pod(static_cast<std::uint64_t>(sum_ >> 64));
  out.pod(min_.count());
  out.pod(max_.count());
  std::uint32_t used = 0;
  each_bucket([&used](std::uint32_t /*bucket*/, std::uint64_t /*times*/) { ++used; });
  out.pod(used);
  each_bucket([&out](std::uint32_t bucket, std::uint64_t times) {
    out.pod(bucket);
    out.pod(times);
  });
}

// Whether sum, minimum and maximum can be those of the counts.
bool Histogram::bounds_hold() const {
  if (count_ == 0) {
    return sum_ == 0 && min_ == kForever && max_ == Duration{};
  }
  const auto count = static_cast<WideInt>(count_);
  return min_.count() >= 0 && max_ >= min_ && DurationBuckets::of(min_) == bucket_of_rank(1) &&
         DurationBuckets::of(max_) == bucket_of_rank(count_) && sum_ >= count * min_.count() &&
         sum_ <= count * max_.count();
}

Result<Histogram> Histogram::load(Reader& in) {
  Histogram histogram;
  std::uint64_t count = 0;
  std::uint64_t low = 0;
  std::uint64_t high = 0;
  Duration::rep min = 0;
  Duration::rep max = 0;
  std::uint32_t used = 0;
  in.pod(count);
  in.pod(low);
  in.pod(high);
  in.pod(min);
  in.pod(max);
  in.pod(used);
  bool sound = true;
  std::uint32_t next = 0;  // buckets ascend
  for (std::uint32_t index = 0; index < used && sound && !in.failed(); ++index) {
    std::uint32_t bucket = 0;
    std::uint64_t times = 0;
    in.pod(bucket);
    in.pod(times);
    sound = bucket >= next && bucket < DurationBuckets::kCount && times > 0 &&
            times <= std::numeric_limits<std::uint64_t>::max() - histogram.count_;
    if (sound) {
      histogram.counter(bucket) = times;
      histogram.count_ += times;
      next = bucket + 1;
    }
  }
  histogram.sum_ = static_cast<WideInt>(high) << 64 | static_cast<WideInt>(low);
  histogram.min_ = Duration(min);
  histogram.max_ = Duration(max);
  if (!sound || in.failed() || histogram.count_ != count || !histogram.bounds_hold()) {
    return fail(ErrorCode::kInvalidArgument, "saved histogram is damaged");
  }
  return histogram;
}

}  // namespace fn::core
