// SPDX-License-Identifier: Apache-2.0
//
// What a list asks for and answers: values of a query, the page (`cursor`, `per_page`) and the
// cursor of the next one. A cursor is the last name as URL-safe base64 without padding; bad values
// fall back silently, as Fn's clients expect.

#pragma once

#include <string>
#include <string_view>

#include "services/api/store.h"

namespace fn::services {

// The first value of the key, decoded; empty: there is none.
[[nodiscard]] std::string query_value(std::string_view query, std::string_view key);

[[nodiscard]] Page page_of(std::string_view query);

[[nodiscard]] std::string cursor_of(std::string_view last_name, std::string_view last_id = {});

// The cursor of the next page; empty: this is the last.
template <typename T, typename CursorOf>
std::string next_cursor(const Listed<T>& page, CursorOf cursor) {
  return page.more ? cursor(page.items.back()) : std::string{};
}

}  // namespace fn::services
