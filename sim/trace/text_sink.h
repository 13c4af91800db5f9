// SPDX-License-Identifier: Apache-2.0
//
// Text on its way into a sink, a megabyte at a time. Whoever appends to it asks flush_if_full()
// now and then, and flush() at the end; both fail as the sink does.

#pragma once

#include <cstddef>
#include <string>

#include "core/base/result.h"
#include "core/io/byte_sink.h"

namespace fn::sim {

class TextSink {
 public:
  // REQUIRES: the sink outlives this.
  explicit TextSink(core::ByteSink& sink) : sink_(sink) {}

  // To be appended to.
  [[nodiscard]] std::string& text() { return text_; }

  core::Status flush_if_full() {
    constexpr std::size_t kFull = std::size_t{1024} * 1024;
    return text_.size() >= kFull ? flush() : core::Status();
  }

  core::Status flush() {
    core::Status written = sink_.append(text_);
    text_.clear();
    return written;
  }

 private:
  core::ByteSink& sink_;
  std::string text_;
};

}  // namespace fn::sim
