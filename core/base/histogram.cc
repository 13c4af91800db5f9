// SPDX-License-Identifier: Apache-2.0

#include "core/base/histogram.h"

#include <algorithm>
#include <limits>

namespace fn::core {

void Histogram::merge(const Histogram& other) {
  for (std::uint32_t bucket = other.first_; bucket <= other.last_; ++bucket) {
    if (const std::uint64_t times = other.at(bucket); times > 0) {
      counter(bucket) += times;
    }
  }
  count_ += other.count_;
  sum_ += other.sum_;
  min_ = std::min(min_, other.min_);
  max_ = std::max(max_, other.max_);
}

void Histogram::clear() {
  for (std::uint32_t page = first_ / kPageSize; page <= last_ / kPageSize; ++page) {
    if (pages_[page] != nullptr) {
      const std::uint32_t start = page * kPageSize;
      const auto from = static_cast<std::ptrdiff_t>(std::max(first_, start) - start);
      const auto to = static_cast<std::ptrdiff_t>(std::min(last_ - start, kPageSize - 1) + 1);
      std::fill(pages_[page]->begin() + from, pages_[page]->begin() + to, 0);
    }
  }
  count_ = 0;
  sum_ = 0;
  min_ = kForever;
  max_ = Duration{};
  first_ = kPages * kPageSize;
  last_ = 0;
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
  std::uint64_t below = 0;
  std::uint32_t bucket = first_;
  for (; bucket < last_; ++bucket) {
    below += at(bucket);
    if (below >= rank) {
      break;
    }
  }
  return std::clamp(representative(bucket), min_, max_);
}

Duration Histogram::representative(std::uint32_t bucket) {
  const std::uint32_t page = bucket / kPageSize;
  if (page == 0) {
    return std::chrono::microseconds(bucket);
  }
  // The bucket is [low, low + width) microseconds; its middle is a whole number of half ones. The
  // last page ends beyond kForever, so the product is kept wide.
  const std::uint64_t width = std::uint64_t{1} << (page - 1);
  const std::uint64_t low = (std::uint64_t{kPageSize} + bucket % kPageSize) * width;
  const WideInt middle = (static_cast<WideInt>(low) * 2 + static_cast<WideInt>(width)) * 500;
  return Duration(static_cast<Duration::rep>(
      std::min<WideInt>(middle, std::numeric_limits<Duration::rep>::max())));
}

void Histogram::save(Writer& out) const {
  out.pod(count_);
  out.pod(static_cast<std::uint64_t>(sum_));
  out.pod(static_cast<std::uint64_t>(sum_ >> 64));
  out.pod(min_.count());
  out.pod(max_.count());
  std::uint32_t used = 0;
  for (std::uint32_t bucket = first_; bucket <= last_; ++bucket) {
    used += at(bucket) > 0 ? 1U : 0U;
  }
  out.pod(used);
  for (std::uint32_t bucket = first_; bucket <= last_; ++bucket) {
    if (const std::uint64_t times = at(bucket); times > 0) {
      out.pod(bucket);
      out.pod(times);
    }
  }
}

// False when the bucket is out of order or the count would overflow.
bool Histogram::take_bucket(std::uint32_t bucket, std::uint64_t times) {
  const bool in_order = count_ == 0 || bucket > last_;
  if (bucket >= kPages * kPageSize || !in_order || times == 0 ||
      times > std::numeric_limits<std::uint64_t>::max() - count_) {
    return false;
  }
  counter(bucket) = times;
  count_ += times;
  return true;
}

// Whether sum, minimum and maximum can be those of the counts.
bool Histogram::bounds_hold() const {
  if (count_ == 0) {
    return sum_ == 0 && min_ == kForever && max_ == Duration{};
  }
  const auto count = static_cast<WideInt>(count_);
  return min_.count() >= 0 && max_ >= min_ && bucket_of(min_) == first_ &&
         bucket_of(max_) == last_ && sum_ >= count * min_.count() && sum_ <= count * max_.count();
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
  for (std::uint32_t index = 0; index < used && sound && !in.failed(); ++index) {
    std::uint32_t bucket = 0;
    std::uint64_t times = 0;
    in.pod(bucket);
    in.pod(times);
    sound = histogram.take_bucket(bucket, times);
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
