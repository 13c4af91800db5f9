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
    bytes.remove_prefix(left_ == 0 ? take_head(bytes) : take_content(bytes));
  }
  return !broken_;
}

// Both answer how many bytes they took.
std::size_t FrameSplitter::take_head(std::string_view bytes) {
  const std::size_t size = std::min(kHead - head_.size(), bytes.size());
  head_ += bytes.substr(0, size);
  if (head_.size() < kHead) {
    return size;
  }
  broken_ = head_[0] < 0 || head_[0] > kErrors || head_.substr(1, 3) != std::string(3, '\0');
  for (const char byte : std::string_view(head_).substr(4)) {
    left_ = left_ << 8U | static_cast<unsigned char>(byte);
  }
  stream_ = head_[0];
  head_.clear();
  return size;
}

std::size_t FrameSplitter::take_content(std::string_view bytes) {
  const std::size_t size = std::min<std::size_t>(left_, bytes.size());
  left_ -= static_cast<std::uint32_t>(size);
  (stream_ == kErrors ? errors_ : output_)(bytes.substr(0, size));
  return size;
}

}  // namespace fn::services
