// SPDX-License-Identifier: Apache-2.0

#include "services/base/setting_form.h"

#include <algorithm>
#include <charconv>
#include <cstdint>
#include <variant>

#include "core/config/suggest.h"
#include "core/config/unit.h"

namespace fn::services {
namespace {

using core::Value;
using Taken = core::Result<std::optional<Value>>;
using Form = SettingForm;

tl::unexpected<core::Error> no_but(std::string what) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(what));
}

std::string lower(std::string_view text) {
  std::string out(text);
  for (char& letter : out) {
    letter = letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  }
  return out;
}

// As Go's strconv.ParseBool.
Value truth_of(const std::string& text) {
  const std::string word = lower(text);
  if (word == "1" || word == "t" || word == "true") {
    return true;
  }
  if (word == "0" || word == "f" || word == "false") {
    return false;
  }
  return text;
}

// Level names in capitals are meant, and so is logrus' "warning".
Value word_of(const core::FieldInfo& info, const std::string& text) {
  const auto words = info.words();
  std::string word = lower(text);
  const bool known_as_is = std::find(words.begin(), words.end(), text) != words.end();
  if (!known_as_is && word == "warning" && info.key == "log.level") {
    word = "warn";
  }
  const bool known = std::find(words.begin(), words.end(), word) != words.end();
  return known && !known_as_is ? word : text;
}

Value time_of(const core::FieldInfo& info, Form form, const std::string& text) {
  if (text == "0" || text == "never") {
    return text == "0" ? Value(std::int64_t{0}) : Value(text);
  }
  if (form != Form::kDuration) {
    Value plain = core::parse_value(text);
    if (!std::holds_alternative<std::string>(plain)) {
      return plain;
    }
  }
  const auto time = core::parse_duration(text);
  return time ? core::duration_value(info.key, *time) : Value(text);
}

Value value_of(const core::FieldInfo& info, Form form, const std::string& text) {
  switch (info.kind) {
    case core::FieldKind::kBool:
      return truth_of(text);
    case core::FieldKind::kDuration:
      return time_of(info, form, text);
    case core::FieldKind::kInteger:
    case core::FieldKind::kReal:
      return core::parse_value(text);
    case core::FieldKind::kText:
      break;
  }
  return info.words != nullptr ? word_of(info, text) : Value(text);
}

double number_of(const Value& value) {
  const auto* whole = std::get_if<std::int64_t>(&value);
  const auto* real = std::get_if<double>(&value);
  return whole != nullptr ? static_cast<double>(*whole) : real != nullptr ? *real : 1;
}

Taken memory_of(const Value& bytes) {
  constexpr std::int64_t kBytesPerMib = 1 << 20;
  const auto* whole = std::get_if<std::int64_t>(&bytes);
  if (whole == nullptr || (*whole != 0 && *whole < kBytesPerMib)) {
    return no_but("a whole number of bytes from 1048576 on, or 0");
  }
  return *whole == 0 ? std::optional<Value>() : Value(*whole / kBytesPerMib);
}

bool has_host(std::string_view text, std::string_view scheme) {
  return text.starts_with(scheme) && text.size() > scheme.size() && text[scheme.size()] != '/';
}

Taken addresses_of(std::string text) {
  std::erase(text, ' ');
  std::string_view rest = text;
  while (true) {
    const std::size_t comma = rest.find(',');
    if (!is_address(rest.substr(0, comma))) {
      return no_but("host:port, several with commas between them");
    }
    if (comma == std::string_view::npos) {
      return Value(text);
    }
    rest.remove_prefix(comma + 1);
  }
}

Taken url_of(Form form, const std::string& text) {
  const bool http = has_host(text, "http://");
  if (form == Form::kHttpUrl && !http) {
    return no_but("http://HOST:PORT");
  }
  if (form == Form::kAnyHttpUrl && !http && !has_host(text, "https://")) {
    return no_but("http://HOST or https://HOST");
  }
  if (form == Form::kSqliteUrl && (!text.starts_with("sqlite3://") || text.size() == 10)) {
    return no_but("sqlite3://PATH, the only kind of database there is");
  }
  const bool log_file = text.starts_with("file:///") && text.size() > 8;
  if (form == Form::kLogUrl && text != "stderr" && !log_file && !has_host(text, "udp://") &&
      !has_host(text, "tcp://")) {
    return no_but("stderr, file:///PATH, udp://HOST:PORT or tcp://HOST:PORT");
  }
  return Value(text);
}

// The peculiarities of times; `value` is a number, "never", or not a time at all.
Taken in_form(Form form, const core::FieldInfo& info, const Value& value) {
  const double number = number_of(value);
  const bool negative = number < 0;
  if (form == Form::kFreezeMsecs) {
    // What is too short to notice stands for "at once", since the knob's 0 is "never".
    constexpr double kAtOnceMs = 0.001;
    return negative ? Value(std::int64_t{0}) : number == 0 ? Value(kAtOnceMs) : value;
  }
  const bool never = form == Form::kMsecs ? negative : number == 0;
  return never && info.range.or_never ? Value("never") : value;
}

}  // namespace

Taken taken(Form form, const core::FieldInfo& info, const Value& written) {
  const auto* text = std::get_if<std::string>(&written);
  const Value value = text != nullptr ? value_of(info, form, *text) : written;
  const auto* words = std::get_if<std::string>(&value);
  const auto* truth = std::get_if<bool>(&value);
  switch (form) {
    case Form::kPlain:
      break;
    case Form::kMsecs:
    case Form::kFreezeMsecs:
      return in_form(form, info, value);
    case Form::kDuration:
      if (words != nullptr && *words != "never") {
        return no_but("a time with its unit, such as 500ms, 30s or 1h30m, or 0 for never");
      }
      return in_form(form, info, value);
    case Form::kMemoryBytes:
      return memory_of(value);
    case Form::kZeroIsUnset:
      return number_of(value) == 0 ? std::optional<Value>() : value;
    case Form::kNegated:
      return truth != nullptr ? Value(!*truth) : value;
    case Form::kHttpUrl:
    case Form::kAnyHttpUrl:
    case Form::kSqliteUrl:
    case Form::kLogUrl:
      return words != nullptr ? url_of(form, *words) : Taken(value);
    case Form::kAddress:
      if (words != nullptr && !is_address(*words)) {
        return no_but("host:port");
      }
      break;
    case Form::kAddresses:
      return words != nullptr ? addresses_of(*words) : Taken(value);
  }
  return value;
}

std::string refusal(std::string_view name, const Value& written, std::string_view expected) {
  constexpr std::size_t kShown = 100;
  std::string text = core::to_text(written);
  const bool cut = text.size() > kShown;
  text.resize(cut ? kShown : text.size());
  for (char& letter : text) {
    const auto code = static_cast<unsigned char>(letter);
    letter = code < 0x20 || code == 0x7f ? '?' : letter;
  }
  return std::string(name) + " = \"" + text + (cut ? "...\"" : "\"") + ": expected " +
         std::string(expected);
}

bool is_address(std::string_view text) {
  const std::size_t colon = text.rfind(':');
  if (colon == std::string_view::npos || colon == 0) {
    return false;
  }
  const std::string_view host = text.substr(0, colon);
  const std::string_view port = text.substr(colon + 1);
  const bool bracketed = host.starts_with('[') && host.ends_with(']') && host.size() > 2;
  if (!bracketed && host.find_first_of(":[]/@ ") != std::string_view::npos) {
    return false;
  }
  std::uint16_t number = 0;
  const char* end = port.data() + port.size();
  const auto [stop, error] = std::from_chars(port.data(), end, number);
  return error == std::errc{} && stop == end && number > 0;
}

}  // namespace fn::services
