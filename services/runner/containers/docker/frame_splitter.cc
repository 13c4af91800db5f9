// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/frame_splitter.h"

#include <algorithm>

namespace fn::services {
namespace {

constexpr std::size_t kHead = 8;
constexpr char kErrors = 2;

}  // namespace

bool FrameSplitter::feed(std::string_view bytes) {
  while (!bytes.empty() && !broken_) {
    if (left_ == 0) {
      const std::size_t more = std::min(kHead - head_.size(), bytes.size());
      head_ += bytes.substr(0, more);
      bytes.remove_prefix(more);
      if (head_.size() == kHead) {
        broken_ = head_[0] < 0 || head_[0] > kErrors || head_.substr(1, 3) != std::string(3, '\0');
        for (const char byte : std::string_view(head_).substr(4)) {
          left_ = left_ << 8U | static_cast<unsigned char>(byte);
        }
        if (left_ == 0) {
          head_.clear();
        }
      }
    } else {
      const std::size_t size = std::min<std::size_t>(left_, bytes.size());
      left_ -= static_cast<std::uint32_t>(size);
      const Take& take = head_[0] == kErrors ? errors_ : output_;
      if (left_ == 0) {
        const Take last = take;
        head_.clear();
        last(bytes.substr(0, size));
      } else {
        take(bytes.substr(0, size));
      }
      bytes.remove_prefix(size);
    }
  }
  return !broken_;
}

}  // namespace fn::services
