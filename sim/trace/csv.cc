// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/csv.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

namespace fn::sim {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{64} * 1024;

bool printable(char byte) {
  return byte >= 0x20 && byte < 0x7f;
}

}  // namespace

std::string quoted(std::string_view value) {
  constexpr std::size_t kShown = 40;
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "'";
  for (const char byte : value.substr(0, kShown)) {
    if (printable(byte)) {
      text += byte;
    } else {
      const auto code = static_cast<unsigned char>(byte);
      text += "\\x";
      text += kDigits[code >> 4];
      text += kDigits[code & 15];
    }
  }
  return text + (value.size() > kShown ? "...'" : "'");
}

std::string describe(const std::string& file, std::uint64_t line, const RowFault& fault) {
  std::string text = file + ":" + std::to_string(line) + ": ";
  if (!fault.field.empty()) {
    text += "field " + fault.field + ": ";
  }
  const std::string found = fault.said ? fault.found : quoted(fault.found);
  return text + "expected " + fault.expected + ", found " + found;
}

LineReader::LineReader(const ByteSource& source, const TraceLimits& limits, Sha256* digest)
    : source_(source), line_bytes_(limits.line_bytes), digest_(digest), block_(kBlockBytes) {}

core::Result<bool> LineReader::refill() {
  core::Result<std::size_t> got = source_.read_at(block_end_, block_);
  if (!got) {
    return tl::unexpected(got.error());
  }
  rest_ = std::string_view(block_.data(), *got);
  block_end_ += *got;
  if (digest_ != nullptr) {
    digest_->update(rest_);
  }
  return !rest_.empty();
}

core::Status LineReader::skip_rest() {
  while (skipping_) {
    const std::size_t end = rest_.find('\n');
    if (end != std::string_view::npos) {
      rest_.remove_prefix(end + 1);
      skipping_ = false;
      break;
    }
    const core::Result<bool> more = refill();
    if (!more) {
      return tl::unexpected(more.error());
    }
    skipping_ = *more;
  }
  return {};
}

core::Result<bool> LineReader::next() {
  if (const core::Status skipped = skip_rest(); !skipped) {
    return tl::unexpected(skipped.error());
  }
  ++number_;
  fault_ = nullptr;
  stitched_.clear();
  line_offset_ = block_end_ - rest_.size();
  while (true) {
    const std::size_t end = rest_.find('\n');
    const std::string_view piece = rest_.substr(0, end);
    if (stitched_.size() + piece.size() > line_bytes_) {
      line_ = piece.substr(0, 40);
      fault_ = "a shorter line (is this a text file?)";
      skipping_ = true;
      return true;
    }
    if (end != std::string_view::npos) {
      line_ = piece;
      if (!stitched_.empty()) {
        stitched_ += piece;
        line_ = stitched_;
      }
      rest_.remove_prefix(end + 1);
      finish_line();
      return true;
    }
    stitched_ += piece;
    const core::Result<bool> more = refill();
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      line_ = stitched_;
      unended_ = unended_ || !stitched_.empty();
      fault_ = "a line break at the end of the file; it was cut, or lacks its last line break";
      return !stitched_.empty();
    }
  }
}

void LineReader::finish_line() {
  if (!line_.empty() && line_.back() == '\r') {
    line_.remove_suffix(1);
  }
  if (std::memchr(line_.data(), 0, line_.size()) != nullptr) {
    fault_ = "text without zero bytes";
  }
}

void split(std::string_view line, std::size_t limit, std::vector<std::string_view>& fields) {
  fields.clear();
  while (fields.size() < limit) {
    const std::size_t end = line.find(',');
    fields.push_back(line.substr(0, end));
    if (end == std::string_view::npos) {
      return;
    }
    line.remove_prefix(end + 1);
  }
  fields.push_back(line);
}

const char* split_quoted(std::string_view line,
                         std::size_t limit,
                         std::vector<std::string_view>& fields,
                         std::string& unquoted) {
  if (line.find('"') == std::string_view::npos) {
    split(line, limit, fields);
    return nullptr;
  }
  fields.clear();
  unquoted.clear();
  // So that views of what is there already stay valid.
  unquoted.reserve(line.size());
  for (bool more = true; more && fields.size() <= limit;) {
    if (!line.starts_with('"')) {
      const std::size_t end = std::min(line.find(','), line.size());
      fields.push_back(line.substr(0, end));
      more = end < line.size();
      line.remove_prefix(std::min(end + 1, line.size()));
      continue;
    }
    line.remove_prefix(1);
    const std::size_t begin = unquoted.size();
    while (true) {
      const std::size_t end = line.find('"');
      if (end == std::string_view::npos) {
        return "a quoted field that ends on its line";
      }
      unquoted += line.substr(0, end);
      line.remove_prefix(end + 1);
      if (!line.starts_with('"')) {
        break;
      }
      unquoted += '"';
      line.remove_prefix(1);
    }
    fields.push_back(std::string_view(unquoted).substr(begin));
    more = !line.empty();
    if (more && line.front() != ',') {
      return "a comma behind a quoted field";
    }
    line.remove_prefix(more ? 1 : 0);
  }
  return nullptr;
}

core::Result<Header> Header::read(const std::string& file,
                                  LineReader& lines,
                                  const TraceLimits& limits) {
  const core::Result<bool> more = lines.next();
  if (!more) {
    return tl::unexpected(more.error());
  }
  if (!*more) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      file + ":1: expected a header line, found an empty file");
  }
  if (lines.fault() != nullptr) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      describe(file, 1, {"", lines.fault(), std::string(lines.line())}));
  }
  std::string_view line = lines.line();
  if (line.starts_with("\xef\xbb\xbf")) {
    line.remove_prefix(3);
  }
  Header header;
  header.file_ = file;
  constexpr std::size_t kOtherColumns = 64;
  const std::size_t most = limits.minutes + kOtherColumns;
  std::vector<std::string_view> fields;
  std::string unquoted;
  if (const char* wrong = split_quoted(line, most, fields, unquoted)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      describe(file, 1, {"", wrong, std::string(line)}));
  }
  if (fields.size() > most) {
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        file + ":1: expected at most " + std::to_string(most) + " columns, found more");
  }
  header.names_.assign(fields.begin(), fields.end());
  return header;
}

std::size_t Header::find(std::string_view name) const {
  const auto found = std::find(names_.begin(), names_.end(), name);
  return found == names_.end() ? kMissing : static_cast<std::size_t>(found - names_.begin());
}

core::Result<std::size_t> Header::require(std::string_view name) const {
  const std::size_t column = find(name);
  const bool twice =
      column != kMissing &&
      std::find(names_.begin() + static_cast<std::ptrdiff_t>(column) + 1, names_.end(), name) !=
          names_.end();
  if (column == kMissing || twice) {
    std::string found;
    for (std::size_t index = 0; index < names_.size() && index < 4; ++index) {
      found += (index > 0 ? "," : "") + names_[index];
    }
    return core::fail(
        core::ErrorCode::kInvalidArgument,
        describe(file_, 1, {std::string(name), "one column of this name in the header", found}));
  }
  return column;
}

const char* name_fault(std::string_view value, std::uint64_t limit) {
  if (value.empty()) {
    return "a name";
  }
  if (value.size() > limit) {
    return "a shorter name";
  }
  for (const char byte : value) {
    if ((byte >= 0 && byte < 0x20) || byte == 0x7f || byte == '"') {
      return "a name without quotes and control characters";
    }
  }
  return nullptr;
}

bool parse_whole(std::string_view text, std::uint64_t limit, std::uint64_t& value) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end && value <= limit;
}

bool parse_decimal(std::string_view text, double limit, double& value) {
  const char* end = text.data() + text.size();
  const auto [stopped, error] = std::from_chars(text.data(), end, value);
  return error == std::errc{} && stopped == end && value >= 0 && value <= limit;
}

}  // namespace fn::sim
