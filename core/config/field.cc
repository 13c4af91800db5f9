// SPDX-License-Identifier: Apache-2.0

#include "core/config/field.h"

#include <cstdint>
#include <string>
#include <variant>

#include "core/base/assert.h"
#include "core/config/suggest.h"

namespace fn::core {

namespace {

constexpr std::string_view kNeverWord = "never";

std::string number(double value) {
  // Ends of ranges are whole, small, or neither; the shortest exact text suits all.
  const auto whole = static_cast<std::int64_t>(value);
  return static_cast<double>(whole) == value ? to_text(whole) : to_text(value);
}

std::string range_text(const FieldInfo& info, std::string_view key) {
  const Unit unit = unit_of(key);
  std::string text = unit.name.empty() ? "" : " of " + std::string(unit.name);
  text += " from " + number(info.range.min) + " to " + number(info.range.max);
  return info.range.or_never ? text + ", or \"never\"" : text;
}

// What was written, short enough for one line and without anything that would break it.
std::string shown(const Value& value) {
  constexpr std::size_t kLongest = 60;
  std::string text = to_text(value);
  const bool cut = text.size() > kLongest;
  text.resize(cut ? kLongest : text.size());
  for (char& letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    letter = code < 0x20 || code == 0x7f ? '?' : letter;
  }
  text += cut ? "..." : "";
  return std::holds_alternative<std::string>(value) ? "\"" + text + "\"" : text;
}

tl::unexpected<Error> refuse(const FieldInfo& info,
                             std::string_view key,
                             const Value& value,
                             const std::string& remedy) {
  return fail(
      ErrorCode::kInvalidArgument,
      std::string(key) + " = " + shown(value) + ": expected " + expectation(info, key) + remedy);
}

Result<Value> check_number(const FieldInfo& info, std::string_view key, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text != nullptr && info.range.or_never && *text == kNeverWord) {
    return value;
  }
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  if (whole == nullptr && real == nullptr) {
    const bool quoted = text != nullptr && !std::holds_alternative<std::string>(parse_value(*text));
    return refuse(info, key, value, quoted ? "; write it without quotes" : "");
  }
  const double amount = whole != nullptr ? static_cast<double>(*whole) : *real;
  // Also refuses what is not a number.
  if (!(amount >= info.range.min && amount <= info.range.max)) {
    return refuse(info, key, value, "");
  }
  if (info.kind == FieldKind::kReal) {
    return Value(amount);
  }
  if (info.kind == FieldKind::kInteger && whole == nullptr) {
    const auto rounded = static_cast<std::int64_t>(amount);
    if (static_cast<double>(rounded) != amount) {
      return refuse(info, key, value, "");
    }
    return Value(rounded);
  }
  return value;
}

Result<Value> check_text(const FieldInfo& info, std::string_view key, const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  if (text == nullptr) {
    return refuse(info, key, value, "; put it in quotes if it is meant as text");
  }
  if (info.words == nullptr) {
    return value;
  }
  for (const std::string_view word : info.words()) {
    if (*text == word) {
      return value;
    }
  }
  return refuse(info, key, value, did_you_mean(*text, info.words()));
}

}  // namespace

std::string expectation(const FieldInfo& info, std::string_view key) {
  switch (info.kind) {
    case FieldKind::kBool:
      return "true or false";
    case FieldKind::kInteger:
      return "a whole number" + range_text(info, key);
    case FieldKind::kReal:
    case FieldKind::kDuration:
      return "a number" + range_text(info, key);
    case FieldKind::kText:
      break;
  }
  return info.words == nullptr ? "text" : "one of " + word_list(info.words());
}

Result<Value> check_value(const FieldInfo& info, std::string_view key, const Value& value) {
  switch (info.kind) {
    case FieldKind::kBool:
      if (!std::holds_alternative<bool>(value)) {
        return refuse(info, key, value, "");
      }
      return value;
    case FieldKind::kInteger:
    case FieldKind::kReal:
    case FieldKind::kDuration:
      return check_number(info, key, value);
    case FieldKind::kText:
      break;
  }
  return check_text(info, key, value);
}

bool bool_of(const Value& value) {
  const auto* truth = std::get_if<bool>(&value);
  FN_ASSERT(truth != nullptr);
  return *truth;
}

std::int64_t whole_of(const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  FN_ASSERT(whole != nullptr);
  return *whole;
}

double real_of(const Value& value) {
  const auto* real = std::get_if<double>(&value);
  FN_ASSERT(real != nullptr);
  return *real;
}

const std::string& text_of(const Value& value) {
  const auto* text = std::get_if<std::string>(&value);
  FN_ASSERT(text != nullptr);
  return *text;
}

Duration duration_of(std::string_view key, const Value& value) {
  const std::int64_t unit = unit_of(key).nanoseconds;
  FN_ASSERT(unit > 0);
  if (const auto* whole = std::get_if<std::int64_t>(&value)) {
    return Duration(*whole * unit);
  }
  if (const auto* real = std::get_if<double>(&value)) {
    const double nanoseconds = *real * static_cast<double>(unit);
    return Duration(static_cast<std::int64_t>(nanoseconds + (nanoseconds < 0 ? -0.5 : 0.5)));
  }
  return kForever;
}

Value duration_value(std::string_view key, Duration duration) {
  const std::int64_t unit = unit_of(key).nanoseconds;
  FN_ASSERT(unit > 0);
  if (duration == kForever) {
    return std::string(kNeverWord);
  }
  const std::int64_t nanoseconds = duration.count();
  if (nanoseconds % unit == 0) {
    return nanoseconds / unit;
  }
  return static_cast<double>(nanoseconds) / static_cast<double>(unit);
}

}  // namespace fn::core
