// SPDX-License-Identifier: Apache-2.0

#include "sim/report/text.h"

#include <array>
#include <charconv>
#include <nlohmann/json.hpp>

#include "core/base/assert.h"

namespace fn::sim {
namespace {

// Room for the largest double with all its digits and the decimals that we ask for.
constexpr std::size_t kNumberRoom = 400;

bool continues_a_character(char byte) {
  return (static_cast<unsigned char>(byte) & 0xc0U) == 0x80U;
}

}  // namespace

void append_integer(std::string& out, std::uint64_t value) {
  std::array<char, 24> room{};
  const auto written = std::to_chars(room.data(), room.data() + room.size(), value);
  out.append(room.data(), written.ptr);
}

void append_fixed(std::string& out, double value, int decimals) {
  std::array<char, kNumberRoom> room{};
  // Zero has one form: -0.0 is written without its sign.
  const double shown = value == 0.0 ? 0.0 : value;
  const auto written = std::to_chars(
      room.data(), room.data() + room.size(), shown, std::chars_format::fixed, decimals);
  FN_ASSERT(written.ec == std::errc{});
  out.append(room.data(), written.ptr);
}

void append_shortest(std::string& out, double value) {
  std::array<char, kNumberRoom> room{};
  const auto written = std::to_chars(room.data(), room.data() + room.size(), value);
  const std::string_view text(room.data(), static_cast<std::size_t>(written.ptr - room.data()));
  out += text;
  if (text.find_first_of(".e") == std::string_view::npos) {
    out += ".0";
  }
}

void append_seconds(std::string& out, core::Duration duration) {
  const auto microseconds = static_cast<std::uint64_t>(duration.count() / 1000);
  append_integer(out, microseconds / 1'000'000);
  std::string fraction = std::to_string(microseconds % 1'000'000);
  fraction.insert(0, 6 - fraction.size(), '0');
  out += '.';
  out += fraction;
}

void append_json_string(std::string& out, std::string_view text) {
  using nlohmann::json;
  out += json(text).dump(-1, ' ', false, json::error_handler_t::replace);
}

void append_csv_cell(std::string& out, std::string_view text) {
  if (text.find_first_of(",\"\r\n") == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char byte : text) {
    out.append(byte == '"' ? 2 : 1, byte);
  }
  out += '"';
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (const char byte : text) {
    width += continues_a_character(byte) ? 0U : 1U;
  }
  return width;
}

std::string fit(std::string_view text, std::size_t width) {
  const bool cut = display_width(text) > width;
  const std::size_t keep = cut ? width - 1 : width;
  std::string shown;
  std::size_t characters = 0;
  for (const char byte : text) {
    characters += continues_a_character(byte) ? 0U : 1U;
    if (characters > keep) {
      break;
    }
    const auto code = static_cast<unsigned char>(byte);
    shown += code < 0x20 || code == 0x7f ? '?' : byte;
  }
  return cut ? shown + "…" : shown;
}

}  // namespace fn::sim
