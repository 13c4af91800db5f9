// SPDX-License-Identifier: Apache-2.0
//
// Reads .fntrace files (fntrace_format.h). Nothing in a file is believed: sizes, widths, function
// numbers, order and sums are checked before they are used, and an error says file, byte and what
// was expected. Memory: the functions, the directory and one block of each kind.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "core/io/fntrace_format.h"
#include "core/io/trace_model.h"
#include "core/io/varint.h"

struct ZSTD_DCtx_s;

namespace fn::core {

// Whether these first bytes of a file are those of a .fntrace file.
bool is_fntrace(std::string_view head);

class FntraceReader {
 public:
  // REQUIRES: the source is seekable.
  static Result<std::unique_ptr<FntraceReader>> open(ByteSourcePtr source);

  FntraceReader(const FntraceReader&) = delete;
  FntraceReader& operator=(const FntraceReader&) = delete;
  ~FntraceReader();

  [[nodiscard]] const TraceHead& head() const { return head_; }

  // One by one and counted.
  [[nodiscard]] std::uint64_t calls() const { return file_.calls; }

  // The next minute that has calls; false after the last one.
  Result<bool> next(TraceMinute& minute);

  // What lies before this minute is not read. REQUIRES: comes before next().
  void skip_to(std::int64_t minute);

 private:
  explicit FntraceReader(ByteSourcePtr source);

  Status read_header();
  Status read_directory();
  Status read_functions(const fntrace::DirectoryEntry& entry);
  Status read_head(const fntrace::DirectoryEntry& entry);
  Status load_calls();
  Status load_counts();
  Status take_count_minute();
  void take_calls(TraceMinute& minute);
  Status check_minute(const TraceMinute& minute);
  [[nodiscard]] Status check_end() const;
  [[nodiscard]] bool decode_calls(const fntrace::BlockHeader& header);
  // The content of a block, valid until the next one.
  Result<std::string_view> unpack(const fntrace::DirectoryEntry& entry);
  Status read_exactly(std::uint64_t offset, std::span<char> into) const;
  [[nodiscard]] tl::unexpected<Error> wrong(std::uint64_t offset,
                                            const std::string& expected) const;

  ByteSourcePtr source_;
  std::unique_ptr<ZSTD_DCtx_s, std::size_t (*)(ZSTD_DCtx_s*)> context_;
  fntrace::FileHeader file_;
  TraceHead head_;
  // In the order of the file, which is the order of time.
  std::vector<fntrace::DirectoryEntry> call_blocks_;
  std::vector<fntrace::DirectoryEntry> count_blocks_;
  std::size_t next_calls_ = 0;
  std::size_t next_counts_ = 0;
  std::vector<char> packed_;
  std::string plain_;

  std::vector<TraceCall> calls_;
  std::size_t calls_taken_ = 0;
  std::vector<std::uint64_t> columns_;

  std::string counts_plain_;
  VarintReader counts_{{}};
  std::uint32_t count_minutes_left_ = 0;
  std::int64_t count_minute_ = 0;  // of what counted_ holds, or begins the next block
  std::vector<TraceCount> counted_;
  bool counted_ready_ = false;
  std::int64_t from_minute_ = 0;

  std::vector<std::uint64_t> calls_left_;  // by function: stated and not read yet
};

}  // namespace fn::core
