// SPDX-License-Identifier: Apache-2.0

#include "core/config/suggest.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace fn::core {

namespace {

// Longer words are not compared: the table would grow with the square of what a stranger wrote.
constexpr std::size_t kLongestWord = 120;

// Changes, additions, losses and swaps of neighbours that turn one word into the other.
std::size_t edit_distance(std::string_view from, std::string_view to) {
  std::vector<std::size_t> before(to.size() + 1);
  std::vector<std::size_t> above(to.size() + 1);
  std::vector<std::size_t> row(to.size() + 1);
  for (std::size_t column = 0; column <= to.size(); ++column) {
    above[column] = column;
  }
  for (std::size_t line = 1; line <= from.size(); ++line) {
    row[0] = line;
    for (std::size_t column = 1; column <= to.size(); ++column) {
      const bool same = from[line - 1] == to[column - 1];
      row[column] =
          std::min({above[column] + 1, row[column - 1] + 1, above[column - 1] + (same ? 0U : 1U)});
      const bool swapped = line > 1 && column > 1 && from[line - 1] == to[column - 2] &&
                           from[line - 2] == to[column - 1];
      if (swapped) {
        row[column] = std::min(row[column], before[column - 2] + 1);
      }
    }
    before.swap(above);
    above.swap(row);
  }
  return above[to.size()];
}

std::string_view last_part(std::string_view key) {
  const std::size_t dot = key.rfind('.');
  return dot == std::string_view::npos ? key : key.substr(dot + 1);
}

}  // namespace

std::string_view closest_word(std::string_view word, std::span<const std::string_view> known) {
  if (word.empty() || word.size() > kLongestWord) {
    return {};
  }
  std::size_t best = std::max<std::size_t>(1, word.size() / 3);
  std::string_view found;
  for (const std::string_view candidate : known) {
    const std::size_t longer = std::max(candidate.size(), word.size());
    const std::size_t shorter = std::min(candidate.size(), word.size());
    if (longer - shorter > best || candidate.size() > kLongestWord) {
      continue;
    }
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best || (distance == best && found.empty())) {
      best = distance;
      found = candidate;
    }
  }
  if (!found.empty() && best <= 2) {
    return found;
  }
  // A key without its unit, else one of the same name elsewhere.
  for (const std::string_view candidate : known) {
    if (candidate.size() > word.size() && candidate.starts_with(word) &&
        (candidate[word.size()] == '_' || candidate[word.size()] == '.')) {
      return candidate;
    }
  }
  for (const std::string_view candidate : known) {
    if (last_part(candidate) == last_part(word)) {
      return candidate;
    }
  }
  return found;
}

std::string did_you_mean(std::string_view word, std::span<const std::string_view> known) {
  const std::string_view found = closest_word(word, known);
  return found.empty() ? std::string() : "; did you mean \"" + std::string(found) + "\"?";
}

std::string word_list(std::span<const std::string_view> words) {
  std::string list;
  for (const std::string_view word : words) {
    list += list.empty() ? "" : ", ";
    list += word;
  }
  return list;
}

}  // namespace fn::core
