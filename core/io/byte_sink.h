// SPDX-License-Identifier: Apache-2.0
//
// Bytes to write, one after the other, of which some at the beginning may be written again.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>

#include "core/base/result.h"
#include "core/io/byte_source.h"

namespace fn::core {

class ByteSink {
 public:
  ByteSink() = default;
  ByteSink(const ByteSink&) = delete;
  ByteSink& operator=(const ByteSink&) = delete;
  virtual ~ByteSink() = default;

  virtual Status append(std::span<const char> bytes) = 0;

  // REQUIRES: these bytes were appended before.
  virtual Status overwrite(std::uint64_t offset, std::span<const char> bytes) = 0;
};

class MemorySink final : public ByteSink {
 public:
  Status append(std::span<const char> bytes) override;
  Status overwrite(std::uint64_t offset, std::span<const char> bytes) override;

  [[nodiscard]] const std::string& bytes() const { return bytes_; }

 private:
  std::string bytes_;
};

// A file. It has its name once commit() went well, and until then none at all, so that a program
// that is ended leaves nothing behind; where the file system knows no nameless files it has a
// temporary one
// ("x.fntrace.<process>.partial"), which goes with the sink. Errors name the file and the reason.
class FileSink final : public ByteSink {
 public:
  // A file of this path that exists is replaced by commit().
  static Result<std::unique_ptr<FileSink>> create(const std::string& path);

  // A nameless file in $TMPDIR (/tmp) that goes with its last user.
  static Result<std::unique_ptr<FileSink>> temporary();

  FileSink(const FileSink&) = delete;
  FileSink& operator=(const FileSink&) = delete;
  ~FileSink() override;

  Status append(std::span<const char> bytes) override;
  Status overwrite(std::uint64_t offset, std::span<const char> bytes) override;

  Status commit();

  // What was written, to be read under `name`, also when the sink is gone.
  [[nodiscard]] Result<ByteSourcePtr> source(const std::string& name) const;

 private:
  FileSink(std::string name, std::string partial, int descriptor);

  [[nodiscard]] tl::unexpected<Error> unwritable() const;

  std::string name_;
  std::string partial_;  // name until commit()
  bool named_ = false;   // a file of that name exists
  int descriptor_;
};

}  // namespace fn::core
