// SPDX-License-Identifier: Apache-2.0
//
// What sources that can be read only once have in common: the first block is kept, so that it can
// be looked at before the reading begins.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/io/byte_source.h"

namespace fn::core {

class SequentialBytes : public ByteSource {
 public:
  explicit SequentialBytes(std::string name) : ByteSource(std::move(name)) {}

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const final;

  [[nodiscard]] bool seekable() const final { return false; }

 protected:
  // The next bytes, at least one unless this is the end.
  virtual Result<std::size_t> next(std::span<char> into) = 0;

 private:
  Result<std::size_t> fill(std::span<char> into);

  std::vector<char> head_;
  std::uint64_t position_ = 0;
};

}  // namespace fn::core
