// SPDX-License-Identifier: Apache-2.0
//
// A number that changes over time, its exact integral from a given start, and the highest value
// that was held for more than an instant since then.

#pragma once

#include <cstdint>

#include "core/base/time.h"
#include "core/base/wide.h"

namespace fn::sim {

class Level {
 public:
  // What is held before `start` counts for nothing.
  explicit Level(core::Instant start) : since_(start) {}

  void change(core::Instant at, std::int64_t delta) {
    hold(at);
    value_ += delta;
  }

  // The present value was held until `at`; times do not go back.
  void hold(core::Instant at) {
    if (at > since_) {
      area_ += static_cast<core::WideInt>(value_) * (at - since_).count();
      peak_ = value_ > peak_ ? value_ : peak_;
      since_ = at;
    }
  }

  [[nodiscard]] std::int64_t value() const { return value_; }

  [[nodiscard]] std::int64_t peak() const { return peak_; }

  // In units of the value times nanoseconds.
  [[nodiscard]] core::WideInt area() const { return area_; }

 private:
  std::int64_t value_ = 0;
  std::int64_t peak_ = 0;
  core::Instant since_;
  core::WideInt area_ = 0;
};

}  // namespace fn::sim
