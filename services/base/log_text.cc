// SPDX-License-Identifier: Apache-2.0

#include "services/base/log_text.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <variant>

#include "services/base/clock.h"

namespace fn::services {
namespace {

constexpr std::size_t kLongestText = std::size_t{16} << 10;
constexpr std::string_view kCut = "...";

constexpr std::array<std::string_view, 4> kLevels = {"debug", "info", "warning", "error"};
constexpr std::array<std::string_view, 4> kShortLevels = {"DEBU", "INFO", "WARN", "ERRO"};

enum class Style : std::uint8_t { kGo, kJson, kBare };

bool is_tail(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

// How many bytes the character of several bytes at the front takes; 0: it is none (RFC 3629).
std::size_t long_character(std::string_view text) {
  const auto first = static_cast<unsigned char>(text[0]);
  const auto second = text.size() > 1 ? static_cast<unsigned char>(text[1]) : 0U;
  std::size_t length = 0;
  if (first >= 0xc2 && first <= 0xdf) {
    length = 2;
  } else if (first >= 0xe0 && first <= 0xef) {
    length = 3;
  } else if (first >= 0xf0 && first <= 0xf4) {
    length = 4;
  }
  if (length == 0 || text.size() < length ||
      !std::all_of(text.begin() + 1, text.begin() + static_cast<std::ptrdiff_t>(length), is_tail)) {
    return 0;
  }
  // Longer than needed, half of a pair, or beyond the last character.
  const bool wrong = (first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
                     (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f);
  return wrong ? 0 : length;
}

void append_code(std::string& out, unsigned code, std::string_view begin) {
  constexpr std::string_view kHex = "0123456789abcdef";
  out += begin;
  out += kHex[code >> 4U];
  out += kHex[code & 15U];
}

// A character of one byte.
void append_short(std::string& out, char letter, Style style) {
  const auto code = static_cast<unsigned char>(letter);
  switch (letter) {
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    case '"':
    case '\\':
      if (style != Style::kBare) {
        out += '\\';
      }
      out += letter;
      return;
    default:
      break;
  }
  if (code < 0x20 || code == 0x7f) {
    append_code(out, code, style == Style::kJson ? "\\u00" : "\\x");
  } else {
    out += letter;
  }
}

// With nothing in it that ends a line, moves a cursor, or is not UTF-8.
void append_escaped(std::string& out, std::string_view text, Style style) {
  const bool cut = text.size() > kLongestText;
  text = text.substr(0, kLongestText);
  while (!text.empty()) {
    std::size_t taken = 1;
    if (static_cast<unsigned char>(text[0]) < 0x80) {
      append_short(out, text[0], style);
    } else if (taken = long_character(text); taken == 0) {
      out += "\xef\xbf\xbd";
      taken = 1;
    } else if (text[0] == '\xc2' && static_cast<unsigned char>(text[1]) < 0xa0) {
      // Control characters of the second block.
      append_code(out, static_cast<unsigned char>(text[1]), "\\u00");
    } else {
      out += text.substr(0, taken);
    }
    text.remove_prefix(taken);
  }
  out += cut ? kCut : "";
}

void append_quoted(std::string& out, std::string_view text, Style style) {
  out += '"';
  append_escaped(out, text, style);
  out += '"';
}

// As logrus decides it.
bool is_plain(std::string_view text) {
  return !text.empty() && text.size() <= kLongestText &&
         std::all_of(text.begin(), text.end(), [](char letter) {
           return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
                  (letter >= '0' && letter <= '9') ||
                  std::string_view("-._/@^+").find(letter) != std::string_view::npos;
         });
}

template <typename Number>
void append_number(std::string& out, Number number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  out.append(text.data(), static_cast<std::size_t>(end - text.data()));
}

void append_value(std::string& out, const LogField::Value& value, bool json) {
  if (const auto* text = std::get_if<std::string_view>(&value)) {
    if (!json && is_plain(*text)) {
      out += *text;
    } else {
      append_quoted(out, *text, json ? Style::kJson : Style::kGo);
    }
  } else if (const auto* truth = std::get_if<bool>(&value)) {
    out += *truth ? "true" : "false";
  } else if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    append_number(out, *whole);
  } else if (const auto* natural = std::get_if<std::uint64_t>(&value)) {
    append_number(out, *natural);
  } else if (const auto* real = std::get_if<double>(&value)) {
    // JSON has no word for what is no number.
    if (json && !std::isfinite(*real)) {
      out += "null";
    } else {
      append_number(out, *real);
    }
  }
}

void append_fields(std::string& out, LogFields fields) {
  for (const LogField& field : fields) {
    ((out += ' ') += field.name) += '=';
    append_value(out, field.value, false);
  }
}

void append_terminal(std::string& out,
                     std::string_view time,
                     LogLevel level,
                     std::string_view message,
                     LogFields fields) {
  constexpr std::size_t kMessageWidth = 44;
  out += kShortLevels[static_cast<std::size_t>(level)];
  ((out += '[') += time) += "] ";
  const std::size_t begin = out.size();
  append_escaped(out, message, Style::kBare);
  const std::size_t width = out.size() - begin;
  if (fields.size() > 0 && width < kMessageWidth) {
    out.append(kMessageWidth - width, ' ');
  }
  append_fields(out, fields);
}

void append_logfmt(std::string& out,
                   std::string_view time,
                   LogLevel level,
                   std::string_view message,
                   LogFields fields) {
  ((out += "time=\"") += time) += "\" level=";
  (out += kLevels[static_cast<std::size_t>(level)]) += " msg=";
  append_quoted(out, message, Style::kGo);
  append_fields(out, fields);
}

void append_json(std::string& out,
                 std::string_view time,
                 LogLevel level,
                 std::string_view message,
                 LogFields fields) {
  ((out += R"({"time":")") += time) += R"(","level":")";
  (out += kLevels[static_cast<std::size_t>(level)]) += R"(","msg":)";
  append_quoted(out, message, Style::kJson);
  for (const LogField& field : fields) {
    ((out += ",\"") += field.name) += "\":";
    append_value(out, field.value, true);
  }
  out += '}';
}

}  // namespace

void append_line(std::string& out,
                 const Log::Writing& writing,
                 std::int64_t wall_ns,
                 LogLevel level,
                 std::string_view message,
                 LogFields fields) {
  const std::string time = rfc3339(wall_ns);
  const std::string& before = writing.before_time[static_cast<std::size_t>(level)];
  if (!before.empty()) {
    ((out += before) += time) += writing.after_time;
  }
  std::string prefixed;
  if (!writing.prefix.empty()) {
    (prefixed = writing.prefix) += message;
    message = prefixed;
  }
  switch (writing.layout) {
    case Log::Layout::kLogfmt:
      append_logfmt(out, time, level, message, fields);
      break;
    case Log::Layout::kTerminal:
      append_terminal(out, time, level, message, fields);
      break;
    case Log::Layout::kJson:
      append_json(out, time, level, message, fields);
      break;
  }
  out += '\n';
}

}  // namespace fn::services
