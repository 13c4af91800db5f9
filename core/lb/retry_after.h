// SPDX-License-Identifier: Apache-2.0
//
// RetryAfter: when a refused caller should come back. It estimates how long the waiting calls need
// at the pace at which calls finish now, and spreads the answers by half to both sides, so that the
// refused do not come back together. Fn answers a constant 15 s.

#pragma once

#include <algorithm>
#include <cstdint>

#include "core/base/bytes.h"
#include "core/base/rng.h"
#include "core/base/time.h"

namespace fn::core {

class RetryAfter {
 public:
  void finished(Instant now) {
    const std::int64_t interval = to_ns(now) - last_finish_ns_;
    interval_ns_ += (interval - interval_ns_) / 16;
    last_finish_ns_ = to_ns(now);
  }

  // Whole seconds, 1 to 90.
  [[nodiscard]] std::uint32_t seconds(std::uint32_t waiting, Rng& rng) const {
    constexpr std::int64_t kSecond = 1'000'000'000;
    constexpr std::int64_t kLongest = 60;
    const std::int64_t per_call = std::min(interval_ns_, kLongest * kSecond);
    const std::int64_t drain = (per_call * (std::int64_t{waiting} + 1) + kSecond - 1) / kSecond;
    const auto base = static_cast<std::uint64_t>(std::clamp(drain, std::int64_t{1}, kLongest));
    return static_cast<std::uint32_t>(
        std::max<std::uint64_t>(1, (base + 1) / 2 + rng.below(base + 1)));
  }

  void save(Writer& out) const {
    out.pod(last_finish_ns_);
    out.pod(interval_ns_);
  }

  void load(Reader& in) {
    in.pod(last_finish_ns_);
    in.pod(interval_ns_);
  }

 private:
  std::int64_t last_finish_ns_ = 0;
  std::int64_t interval_ns_ = 1'000'000'000;
};

}  // namespace fn::core
