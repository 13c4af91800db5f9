// SPDX-License-Identifier: Apache-2.0
//
// did-you-mean: the known word nearest to one that nobody knows.

#pragma once

#include <span>
#include <string>
#include <string_view>

namespace fn::core {

// The known word that `word` was probably meant to be, or empty when none is near. Near means: few
// letters changed, added, lost or swapped; the beginning of a key, such as one without its unit; or
// the same last part of a dotted key. The first of equally near words wins.
std::string_view closest_word(std::string_view word, std::span<const std::string_view> known);

// `; did you mean "x"?`, or nothing.
std::string did_you_mean(std::string_view word, std::span<const std::string_view> known);

// The words with commas between them.
std::string word_list(std::span<const std::string_view> words);

}  // namespace fn::core
