// SPDX-License-Identifier: Apache-2.0

#include "services/api/listing.h"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <cstdint>
#include <optional>

#include "services/base/http.h"

namespace fn::services {
namespace {

constexpr std::string_view kDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
constexpr std::int64_t kPerPage = 30;
constexpr std::int64_t kMaxPerPage = 100;

std::string base64_of(std::string_view bytes) {
  std::string text;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char byte : bytes) {
    held = held << 8 | static_cast<unsigned char>(byte);
    for (bits += 8; bits >= 6; bits -= 6) {
      text.push_back(kDigits[held >> (bits - 6) & 63]);
    }
  }
  if (bits > 0) {
    text.push_back(kDigits[held << (6 - bits) & 63]);
  }
  return text;
}

std::optional<std::string> bytes_of(std::string_view base64) {
  std::string bytes;
  std::uint32_t held = 0;
  int bits = 0;
  for (const char letter : base64) {
    const std::size_t digit = kDigits.find(letter);
    if (digit == std::string_view::npos) {
      return std::nullopt;
    }
    held = held << 6 | static_cast<std::uint32_t>(digit);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      bytes.push_back(static_cast<char>(held >> bits & 255));
    }
  }
  return bytes;
}

// In a query, unlike in a path, '+' is a blank.
std::string decoded(std::string_view text) {
  std::string plain(text);
  std::ranges::replace(plain, '+', ' ');
  return percent_decoded(plain);
}

}  // namespace

std::string query_value(std::string_view query, std::string_view key) {
  while (!query.empty()) {
    const std::string_view pair = query.substr(0, query.find('&'));
    query.remove_prefix(std::min(query.size(), pair.size() + 1));
    const std::size_t equals = pair.find('=');
    if (decoded(pair.substr(0, equals)) == key) {
      return equals == std::string_view::npos ? std::string{} : decoded(pair.substr(equals + 1));
    }
  }
  return {};
}

Page page_of(std::string_view query) {
  Page page;
  const std::string number = query_value(query, "per_page");
  const char* const end = number.data() + number.size();
  std::int64_t per_page = 0;
  const auto [rest, error] = std::from_chars(number.data(), end, per_page);
  if (error != std::errc{} || rest != end || per_page < 1) {
    per_page = kPerPage;
  }
  page.limit = std::min(per_page, kMaxPerPage);
  page.after = bytes_of(query_value(query, "cursor")).value_or("");
  if (const std::size_t mark = page.after.find('\0'); mark != std::string::npos) {
    page.after_id = page.after.substr(mark + 1);
    page.after.resize(mark);
  }
  return page;
}

std::string cursor_of(std::string_view last_name, std::string_view last_id) {
  std::string last(last_name);
  if (!last_id.empty()) {
    last.append(1, '\0').append(last_id);
  }
  return base64_of(last);
}

}  // namespace fn::services
