// SPDX-License-Identifier: Apache-2.0
//
// Which images a runner has on its disk. A start of an image that is not there must pull it; when
// the cache is full, the image whose last start is longest ago makes room.

#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/result.h"

namespace fn::core {

class ImageCache {
 public:
  explicit ImageCache(std::uint32_t images_max) : images_max_(images_max) {}

  // Notes a start of `image`; true when it was cached.
  bool start(std::uint32_t image) {
    if (image >= last_start_.size()) {
      last_start_.resize(image + std::size_t{1}, 0);
    }
    const bool cached = last_start_[image] != 0;
    last_start_[image] = ++starts_;
    if (!cached && ++count_ > images_max_) {
      evict_oldest();
    }
    return cached;
  }

  // Its number may be given to another image, which is not on the disk.
  void forget(std::uint32_t image) {
    if (image < last_start_.size() && last_start_[image] != 0) {
      last_start_[image] = 0;
      --count_;
    }
  }

  void save(Writer& out) const {
    out.list(last_start_);
    out.pod(starts_);
    out.pod(count_);
  }

  Status load(Reader& in) {
    in.list(last_start_);
    in.pod(starts_);
    in.pod(count_);
    std::uint64_t cached = 0;
    for (const std::uint64_t start : last_start_) {
      cached += start != 0 ? 1U : 0U;
    }
    if (in.failed() || cached != count_) {
      return fail(ErrorCode::kInvalidArgument, "saved images: cut short or of two minds");
    }
    return {};
  }

 private:
  void evict_oldest() {
    std::size_t oldest = 0;
    std::uint64_t earliest = ~std::uint64_t{0};
    for (std::size_t image = 0; image < last_start_.size(); ++image) {
      if (last_start_[image] != 0 && last_start_[image] < earliest) {
        earliest = last_start_[image];
        oldest = image;
      }
    }
    last_start_[oldest] = 0;
    --count_;
  }

  std::uint32_t images_max_;
  std::vector<std::uint64_t> last_start_;  // by image; zero: not cached
  std::uint64_t starts_ = 0;
  std::uint64_t count_ = 0;
};

}  // namespace fn::core
