// SPDX-License-Identifier: Apache-2.0
//
// Bytes to read: a file, a pipe, the decompressed content of either, or memory in tests and
// fuzzers. Regular files and memory can be read at any offset; a pipe and what is decompressed only
// once, from the beginning to the end, but their first block may be looked at before.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <utility>

#include "core/base/result.h"

namespace fn::core {

class ByteSource {
 public:
  explicit ByteSource(std::string name) : name_(std::move(name)) {}

  ByteSource(const ByteSource&) = delete;
  ByteSource& operator=(const ByteSource&) = delete;
  virtual ~ByteSource() = default;

  // Fills `into` from `offset` on; returns how many bytes, fewer only at the end.
  // REQUIRES, unless seekable(): `offset` is where the last read ended, or 0 as long as no more
  // than the first kPeekBytes were read.
  [[nodiscard]] virtual Result<std::size_t> read_at(std::uint64_t offset,
                                                    std::span<char> into) const = 0;

  // Whether it can be read at any offset, and by several readers.
  [[nodiscard]] virtual bool seekable() const { return true; }

  // What error messages call it: the path as the user gave it.
  [[nodiscard]] const std::string& name() const { return name_; }

 private:
  std::string name_;
};

using ByteSourcePtr = std::shared_ptr<const ByteSource>;

inline constexpr std::size_t kPeekBytes = std::size_t{64} * 1024;

// The file, open until the last user lets go; "-" is standard input. What begins as a zstd frame
// (RFC 8878) reads as its content.
Result<ByteSourcePtr> open_bytes(const std::string& path);

// The same bytes, seekable: those of a pipe are copied into a nameless file in $TMPDIR (/tmp).
Result<ByteSourcePtr> make_seekable(ByteSourcePtr source);

// `seekable`: false to be read like a pipe.
ByteSourcePtr memory_bytes(std::string name, std::string bytes, bool seekable = true);

// The content of the zstd frames in `packed`, whose name it has.
ByteSourcePtr unpack_zstd(ByteSourcePtr packed);

}  // namespace fn::core
