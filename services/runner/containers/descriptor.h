// SPDX-License-Identifier: Apache-2.0
//
// Descriptor: an open file of this process that is closed when its owner goes.

#pragma once

#include <string>
#include <utility>

#include "core/base/result.h"

namespace fn::services {

class Descriptor {
 public:
  Descriptor() = default;

  explicit Descriptor(int number) : number_(number) {}

  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}

  Descriptor& operator=(Descriptor&& other) noexcept;
  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;
  ~Descriptor();

  [[nodiscard]] int get() const { return number_; }

  [[nodiscard]] bool valid() const { return number_ >= 0; }

  // Hands it over: the caller closes it.
  [[nodiscard]] int release() { return std::exchange(number_, -1); }

 private:
  int number_ = -1;
};

struct DescriptorPair {
  Descriptor read;
  Descriptor write;
};

// Both close on exec. The error is that there are too many open files.
core::Result<DescriptorPair> make_pipe();

// A file in memory that holds the bytes and is read from its beginning.
core::Result<Descriptor> memory_file(const std::string& bytes);

// What reads as empty and swallows what is written.
core::Result<Descriptor> null_device();

}  // namespace fn::services
