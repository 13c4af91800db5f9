// SPDX-License-Identifier: Apache-2.0
//
// RetryAfter: when a refused caller should come back. It estimates how long the waiting calls need
// at the pace at which calls finish now, and spreads the answers by half to both sides, so that the
// refused do not come back together. Fn answers a constant 15 s.

#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/result.h"
#include "core/base/rng.h"
#include "core/base/time.h"
#include "core/base/wide.h"

namespace fn::core {

class RetryAfter {
 public:
  void finished(Instant now) {
    // A pause of the group says nothing about the pace at which calls finish.
    const std::int64_t interval = std::min(to_ns(now) - last_finish_ns_, kLongest * kSecond);
    interval_ns_ += (interval - interval_ns_) / 16;
    last_finish_ns_ = to_ns(now);
  }

  // Whole seconds, 1 to 90.
  [[nodiscard]] std::uint32_t seconds(std::uint32_t waiting, Rng& rng) const {
    const WideInt queue = WideInt{interval_ns_} * (std::int64_t{waiting} + 1);
    const auto drain =
        static_cast<std::int64_t>(std::min<WideInt>((queue + kSecond - 1) / kSecond, kLongest));
    const auto base = static_cast<std::uint64_t>(std::clamp(drain, std::int64_t{1}, kLongest));
    return static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1, (base + 1) / 2 + rng.below(base + 1)));
  }

  void save(Writer& out) const {
    out.pod(last_finish_ns_);
    out.pod(interval_ns_);
  }

  // `now` is the time at which the state was saved.
  Status load(Reader& in, Instant now) {
    in.pod(last_finish_ns_);
    in.pod(interval_ns_);
    if (in.failed() || last_finish_ns_ < 0 || last_finish_ns_ > to_ns(now) || interval_ns_ < 0 ||
        interval_ns_ > kLongest * kSecond) {
      return fail(ErrorCode::kInvalidArgument, "saved pace of finishing calls: out of range");
    }
    return {};
  }

 private:
  static constexpr std::int64_t kSecond = 1'000'000'000;
  static constexpr std::int64_t kLongest = 60;

  std::int64_t last_finish_ns_ = 0;
  std::int64_t interval_ns_ = 1'000'000'000;
};

}  // namespace fn::core
