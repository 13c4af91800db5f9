// SPDX-License-Identifier: Apache-2.0
//
// Reading of comma-separated files: a header line, one row a line, every line ended; in the public
// traces without quotes. The fast parser that Debian packages (libfccp) wants the columns when it
// is compiled and throws, hence this one for all formats. Bytes stream through a fixed block; a
// fault of the text is reported with its file, line, field and what was expected instead, always on
// one line.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/sha256.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

using core::ByteSource;
using core::ByteSourcePtr;

// `value` in quotes, cut to a readable length, with bytes that are no printable ASCII escaped.
std::string quoted(std::string_view value);

// What is wrong with one row: its place is added by who knows it.
struct RowFault {
  std::string field;     // empty: the line as a whole
  std::string expected;  // a noun phrase
  std::string found;     // as is, not yet quoted
  bool said = false;     // `found` is our own word, which wants no quotes
};

// "inv.csv:7: field minute_3: expected a whole number, found 'x'".
std::string describe(const std::string& file, std::uint64_t line, const RowFault& fault);

// Lines of a source, one after the other. Feeds every byte to `digest` if one is given.
class LineReader {
 public:
  LineReader(const ByteSource& source, const TraceLimits& limits, Sha256* digest);

  // Goes to the next line; false after the last one. An error only if the source cannot be read.
  core::Result<bool> next();

  // Without its line break, "\n" or "\r\n". Valid until next().
  [[nodiscard]] std::string_view line() const { return line_; }

  // From 1.
  [[nodiscard]] std::uint64_t number() const { return number_; }

  // Of the line's first byte in the source.
  [[nodiscard]] std::uint64_t offset() const { return line_offset_; }

  // Not null when the line is no text that could be split: what was expected instead.
  [[nodiscard]] const char* fault() const { return fault_; }

  // The file ends without a line break, which is a fault too: what stands there may be cut.
  [[nodiscard]] bool unended() const { return unended_; }

 private:
  core::Result<bool> refill();
  core::Status skip_rest();
  void finish_line();

  const ByteSource& source_;
  std::uint64_t line_bytes_;
  Sha256* digest_;
  std::vector<char> block_;
  std::string_view rest_;        // of the block
  std::uint64_t block_end_ = 0;  // offset in the source
  std::string stitched_;         // a line that crosses blocks
  std::string_view line_;
  std::uint64_t line_offset_ = 0;
  std::uint64_t number_ = 0;
  const char* fault_ = nullptr;
  bool skipping_ = false;
  bool unended_ = false;
};

// Splits `line` at commas into `fields`, at most `limit` + 1 of them.
void split(std::string_view line, std::size_t limit, std::vector<std::string_view>& fields);

// The same for fields that may stand in quotes (RFC 4180), whose content goes into `unquoted` if it
// differs from the bytes in `line`. What is wrong with the quotes, or null.
const char* split_quoted(std::string_view line,
                         std::size_t limit,
                         std::vector<std::string_view>& fields,
                         std::string& unquoted);

// The names in a file's first line.
class Header {
 public:
  static constexpr std::size_t kMissing = ~std::size_t{0};

  // Reads the first line of `lines`.
  static core::Result<Header> read(const std::string& file,
                                   LineReader& lines,
                                   const TraceLimits& limits);

  [[nodiscard]] const std::vector<std::string>& names() const { return names_; }

  // The column of that name, or kMissing.
  [[nodiscard]] std::size_t find(std::string_view name) const;

  // The same, but an error that names file and column.
  [[nodiscard]] core::Result<std::size_t> require(std::string_view name) const;

 private:
  std::string file_;
  std::vector<std::string> names_;
};

// A name: 1 to `limit` bytes, no control characters, no quotes. Says what is wrong, or null.
const char* name_fault(std::string_view value, std::uint64_t limit);

// A whole number from 0 to `limit`; false if it is anything else.
bool parse_whole(std::string_view text, std::uint64_t limit, std::uint64_t& value);

// A decimal number from 0 to `limit`; false if it is anything else.
bool parse_decimal(std::string_view text, double limit, double& value);

}  // namespace fn::sim
