// SPDX-License-Identifier: Apache-2.0

#include "core/io/toml_guard.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

namespace fn::core {

namespace {

constexpr std::size_t kLargestText = std::size_t{1} << 20;
// The parser nests a table per dot of a key and frees them recursively. A key ends with its line,
// and values nest TOML_MAX_NESTED_VALUES deep (see meson.build), so this bounds the depth.
constexpr std::size_t kMostDotsInLine = 200;

// Reads the text as far as it must to know what is a comment and what is a text. After the first
// error in the text it may be wrong; the parser does not come that far.
class Scanner {
 public:
  explicit Scanner(std::string_view text) : text_(text) {}

  // Goes on to the next character; false at the end.
  bool next() {
    if (newline_) {
      ++line_;
      dots_ = 0;
      line_start_ = at_;
      newline_ = false;
    }
    if (at_ >= text_.size()) {
      return false;
    }
    letter_ = text_[at_];
    dots_ += letter_ == '.' ? 1 : 0;
    newline_ = letter_ == '\n';
    column_ = at_ - line_start_ + 1;
    take();
    return true;
  }

  // The character just read may not stand there.
  [[nodiscard]] bool misplaced() const {
    const bool ascii = static_cast<unsigned char>(letter_) < 0x80;
    return !ascii && (where_ == Where::kPlain || where_ == Where::kLongText);
  }

  [[nodiscard]] std::size_t dots() const { return dots_; }

  [[nodiscard]] std::string place() const {
    return std::to_string(line_) + ":" + std::to_string(column_);
  }

 private:
  enum class Where : std::uint8_t { kPlain, kComment, kText, kLongText };

  [[nodiscard]] bool three_quotes() const {
    const std::string_view rest = text_.substr(at_);
    return rest.size() >= 3 && rest[0] == quote_ && rest[1] == quote_ && rest[2] == quote_;
  }

  void take() {
    switch (where_) {
      case Where::kPlain:
        take_plain();
        return;
      case Where::kComment:
        if (newline_) {
          where_ = Where::kPlain;
          fresh_ = begins_anew();
        }
        ++at_;
        return;
      case Where::kText:
      case Where::kLongText:
        take_text();
        return;
    }
  }

  void take_plain() {
    if (letter_ == '#') {
      where_ = Where::kComment;
    } else if (fresh_ && (letter_ == '"' || letter_ == '\'')) {
      quote_ = letter_;
      const bool is_long = three_quotes();
      where_ = is_long ? Where::kLongText : Where::kText;
      at_ += is_long ? 2 : 0;
      fresh_ = false;
    } else {
      fresh_ = begins_anew();
    }
    ++at_;
  }

  // Whether a key or a value, and so a text, may begin behind this character. A quote elsewhere is
  // an error; the parser may look past it before it says so, and finds no shelter for letters.
  bool begins_anew() {
    switch (letter_) {
      case ' ':
      case '\t':
      case '\r':
        return true;
      case '\n':
        in_key_ = in_key_ || open_.empty();
        return true;
      case ',':
        in_key_ = !open_.empty() && open_.back() == '{';
        return true;
      case '=':
        return std::exchange(in_key_, false);
      case '.':
        return in_key_;
      case '[':
      case '{':
        return opens();
      case ']':
      case '}':
        if (!open_.empty()) {
          open_.pop_back();
          in_key_ = false;
        }
        return false;
      default:
        return false;
    }
  }

  bool opens() {
    if (in_key_ || !fresh_) {
      return in_key_ && fresh_ && letter_ == '[';  // a table's heading
    }
    open_.push_back(letter_);
    in_key_ = letter_ == '{';
    return true;
  }

  void take_text() {
    if (letter_ == '\\' && quote_ == '"') {
      // What follows is escaped, but it may not hide a new line or a letter.
      const bool hides_quote =
          at_ + 1 < text_.size() && (text_[at_ + 1] == '"' || text_[at_ + 1] == '\\');
      at_ += hides_quote ? 2 : 1;
      return;
    }
    if (where_ == Where::kText && (newline_ || letter_ == quote_)) {
      where_ = Where::kPlain;
    } else if (where_ == Where::kLongText && letter_ == quote_ && three_quotes()) {
      where_ = Where::kPlain;
      // One or two quotes more are the end of the text itself.
      at_ += 2;
      for (int more = 0; more < 2 && at_ + 1 < text_.size() && text_[at_ + 1] == quote_; ++more) {
        ++at_;
      }
    }
    ++at_;
  }

  std::string_view text_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
  std::size_t line_start_ = 0;
  std::size_t column_ = 1;
  std::size_t dots_ = 0;
  char letter_ = '\0';
  char quote_ = '"';
  bool newline_ = false;
  bool fresh_ = true;
  bool in_key_ = true;
  // The lists and inline tables that are open.
  std::string open_;
  Where where_ = Where::kPlain;
};

}  // namespace

Status guard_toml(std::string_view text, std::string_view name) {
  const std::string file(name);
  if (text.size() > kLargestText) {
    return fail(ErrorCode::kInvalidArgument,
                file + ": larger than 1 MiB: expected a TOML file of settings");
  }
  if (text.starts_with("\xef\xbb\xbf")) {
    text.remove_prefix(3);
  }
  for (Scanner scanner(text); scanner.next();) {
    if (scanner.dots() > kMostDotsInLine) {
      return fail(ErrorCode::kInvalidArgument,
                  file + ":" + scanner.place() +
                      ": more than 200 dots in one line; break a long list into several lines");
    }
    if (scanner.misplaced()) {
      return fail(ErrorCode::kInvalidArgument,
                  file + ":" + scanner.place() +
                      ": expected letters beyond ASCII only in comments and in texts of one line");
    }
  }
  return {};
}

}  // namespace fn::core
