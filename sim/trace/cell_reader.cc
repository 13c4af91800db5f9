// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/cell_reader.h"

#include <span>

#include "core/base/assert.h"

namespace fn::sim {

namespace {

constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;

bool is_blank(int byte) {
  return byte == ' ' || byte == '\n' || byte == '\r' || byte == '\t';
}

}  // namespace

CellReader::CellReader(const core::ByteSource& source, Sha256* digest)
    : source_(source), digest_(digest), block_(kBlockBytes) {
  for (const char byte : {'\xef', '\xbb', '\xbf'}) {
    if (peek() != static_cast<unsigned char>(byte)) {
      break;
    }
    ++at_;
  }
}

bool CellReader::refill() {
  if (!status_) {
    return false;
  }
  const core::Result<std::size_t> got = source_.read_at(offset_, block_);
  if (!got) {
    status_ = tl::unexpected(got.error());
    return false;
  }
  at_ = 0;
  block_end_ = *got;
  offset_ += *got;
  if (digest_ != nullptr) {
    digest_->update(std::span<const char>(block_).first(block_end_));
  }
  return block_end_ > 0;
}

core::Result<bool> CellReader::next_row() {
  while (more_cells_) {
    skip();
  }
  row_line_ = line_;
  more_cells_ = peek() != kEndOfFile;
  unended_ = false;
  if (!status_) {
    return tl::unexpected(status_.error());
  }
  return more_cells_;
}

void CellReader::begin_cell() {
  FN_ASSERT(more_cells_);
  fault_ = nullptr;
  element_.clear();
  quoted_ = peek() == '"';
  at_ += quoted_ ? 1U : 0U;
  char_ = next_char();
}

// Behind the cell's last character stands `byte`, which was not taken yet.
int CellReader::end_cell(int byte) {
  if (byte == '\r') {
    ++at_;
    byte = peek();
    if (byte != '\n') {
      fault_ = "a line break behind a carriage return";
      more_cells_ = byte != kEndOfFile;
      return kEndOfCell;
    }
  }
  more_cells_ = byte == ',';
  unended_ = byte == kEndOfFile;
  line_ += byte == '\n' ? 1U : 0U;
  at_ += unended_ ? 0U : 1U;
  return kEndOfCell;
}

// The next character of the cell's content; kEndOfCell at its end, which is then left.
int CellReader::next_char() {
  const int byte = peek();
  if (byte == kEndOfFile) {
    fault_ = quoted_ ? "a quoted field that ends; the file was cut" : nullptr;
    return end_cell(byte);
  }
  if (!quoted_) {
    if (byte == ',' || byte == '\n' || byte == '\r') {
      return end_cell(byte);
    }
    ++at_;
    return byte;
  }
  ++at_;
  if (byte != '"') {
    line_ += byte == '\n' ? 1U : 0U;
    return byte;
  }
  const int behind = peek();
  if (behind == '"') {
    ++at_;
    return byte;
  }
  quoted_ = false;
  if (behind != ',' && behind != '\n' && behind != '\r' && behind != kEndOfFile) {
    fault_ = "a comma behind a quoted field";
    return next_char();
  }
  return end_cell(behind);
}

// Passes over the rest of the cell.
void CellReader::leave() {
  while (char_ != kEndOfCell) {
    char_ = next_char();
  }
}

const char* CellReader::skip() {
  begin_cell();
  leave();
  return fault_;
}

const char* CellReader::text(std::size_t limit, std::string& text) {
  begin_cell();
  for (; char_ != kEndOfCell; char_ = next_char()) {
    if (element_.size() <= limit) {
      element_ += static_cast<char>(char_);
    }
  }
  text = element_;
  return fault_ != nullptr || text.size() <= limit ? fault_ : "a shorter text";
}

void CellReader::skip_blanks() {
  while (is_blank(char_)) {
    char_ = next_char();
  }
}

void CellReader::open_list() {
  begin_cell();
  skip_blanks();
  bracketed_ = char_ == '[';
  after_comma_ = false;
  if (bracketed_) {
    char_ = next_char();
  }
}

// Elements are parted by a comma or by blanks.
bool CellReader::next_element() {
  element_.clear();
  skip_blanks();
  while (char_ != kEndOfCell && char_ != ',' && char_ != ']' && !is_blank(char_)) {
    if (element_.size() <= kElementBytes) {
      element_ += static_cast<char>(char_);
    }
    char_ = next_char();
  }
  if (element_.empty()) {
    return false;
  }
  skip_blanks();
  after_comma_ = char_ == ',';
  if (after_comma_) {
    char_ = next_char();
  }
  return true;
}

const char* CellReader::close_list() {
  const bool closed = bracketed_ ? char_ == ']' : char_ == kEndOfCell;
  if (closed && bracketed_) {
    char_ = next_char();
    skip_blanks();
  }
  const bool whole = closed && !after_comma_ && char_ == kEndOfCell;
  if (!whole && char_ != kEndOfCell) {
    element_ = static_cast<char>(char_);
  }
  leave();
  if (fault_ != nullptr) {
    return fault_;
  }
  return whole ? nullptr : "a list such as [0.5, 2] that ends with its bracket";
}

}  // namespace fn::sim
