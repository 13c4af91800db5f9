// SPDX-License-Identifier: Apache-2.0
//
// FrameSplitter: the engine's attach stream taken apart. A frame is 8 bytes of head, the stream's
// number and, last, the length as 32 bits, big end first; then as many bytes.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <string_view>

namespace fn::services {

class FrameSplitter {
 public:
  using Take = std::function<void(std::string_view bytes)>;

  FrameSplitter(Take output, Take errors)
      : output_(std::move(output)), errors_(std::move(errors)) {}

  // Hands on what the bytes bring, whole frames or not. False: these are no such frames; nothing
  // is handed on from there.
  bool feed(std::string_view bytes);

 private:
  std::size_t take_head(std::string_view bytes);
  std::size_t take_content(std::string_view bytes);

  Take output_;
  Take errors_;
  std::string head_;
  char stream_ = 0;
  std::uint32_t left_ = 0;  // of the present frame
  bool broken_ = false;
};

}  // namespace fn::services
