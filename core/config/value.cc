// SPDX-License-Identifier: Apache-2.0

#include "core/config/value.h"

#include <array>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace fn::core {

namespace {

// True when the whole of `text` is a number of type T, which is then in `number`.
template <typename T>
bool read_number(std::string_view text, T& number) {
  if (text.starts_with('+')) {
    text.remove_prefix(1);
  }
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  return error == std::errc{} && stop == end;
}

bool looks_like_number(std::string_view text) {
  // "inf" and "nan" are words here.
  return text.find_first_of("0123456789") != std::string_view::npos;
}

template <typename T>
std::string number_text(T number) {
  std::array<char, 64> buffer{};
  const auto [end, error] = std::to_chars(buffer.data(), buffer.data() + buffer.size(), number);
  return error == std::errc{} ? std::string(buffer.data(), end) : std::string("?");
}

}  // namespace

Value parse_value(std::string_view text) {
  if (text == "true" || text == "false") {
    return text == "true";
  }
  if (looks_like_number(text)) {
    std::int64_t whole = 0;
    if (read_number(text, whole)) {
      return whole;
    }
    double real = 0;
    if (read_number(text, real)) {
      return real;
    }
  }
  if (text.size() >= 2 && text.front() == '"' && text.back() == '"') {
    text = text.substr(1, text.size() - 2);
  }
  return std::string(text);
}

std::string to_text(const Value& value) {
  if (const auto* truth = std::get_if<bool>(&value)) {
    return *truth ? "true" : "false";
  }
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return number_text(*whole);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    return number_text(*real);
  }
  const auto* text = std::get_if<std::string>(&value);
  return text != nullptr ? *text : std::string();
}

}  // namespace fn::core
