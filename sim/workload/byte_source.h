// SPDX-License-Identifier: Apache-2.0
//
// Bytes that can be read at any offset, from several threads at once: a file, or memory in tests
// and fuzzers. A trace is read twice, so a pipe will not do.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace fn::sim {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // Fills `into` from `offset` on; returns how many bytes, fewer only at the end.
  virtual core::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const = 0;

  // What error messages call it: the path as the user gave it.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

using ByteSourcePtr = std::shared_ptr<const ByteSource>;

// A regular file, open until the last user lets go.
core::Result<ByteSourcePtr> open_file(const std::string& path);

ByteSourcePtr memory_bytes(std::string name, std::string bytes);

}  // namespace fn::sim
