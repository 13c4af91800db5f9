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

// The page that the query asks for, and one more, which tells whether another page follows.
[[nodiscard]] Page page_of(std::string_view query);

[[nodiscard]] std::string cursor_of(std::string_view last_name, std::string_view last_id = {});

// Cuts the one more off. Answers with the cursor of the next page; empty: this is the last.
template <typename List, typename CursorOf>
std::string end_page(List& list, const Page& page, CursorOf cursor) {
  if (static_cast<std::int64_t>(list.size()) < page.limit) {
    return {};
  }
  list.pop_back();
  return cursor(list.back());
}

}  // namespace fn::services
