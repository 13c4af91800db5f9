// SPDX-License-Identifier: Apache-2.0
//
// Tagged records of 32 bytes, the form in which machines answer: what must be done (actions) and
// what was decided and why (facts). A record is cheap to append, to hash and to store.
//
// A body is a plain struct of at most 24 bytes with `static constexpr Kind kKind`, without padding.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <type_traits>

#include "core/base/append_list.h"

namespace fn::core {

using Words = std::array<std::uint64_t, 3>;

// Four bytes of a plain struct, the `Index`th; zero behind its end.
template <std::size_t Index, typename Body>
std::uint64_t quarter(const Body& body) {
  std::uint32_t value = 0;
  if constexpr (4 * Index < sizeof(Body)) {
    std::memcpy(&value, reinterpret_cast<const std::byte*>(&body) + 4 * Index, sizeof(value));
  }
  return value;
}

template <std::size_t Index, typename Body>
void set_quarter(Body& body, std::uint64_t value) {
  if constexpr (4 * Index < sizeof(Body)) {
    const auto four_bytes = static_cast<std::uint32_t>(value);
    std::memcpy(reinterpret_cast<std::byte*>(&body) + 4 * Index, &four_bytes, sizeof(four_bytes));
  }
}

template <typename Body>
constexpr bool fits_words() {
  static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= sizeof(Words));
  static_assert(std::is_empty_v<Body> || sizeof(Body) % 4 == 0);
  return !std::is_empty_v<Body>;
}

// A plain struct of at most 24 bytes as words, and back, four bytes at a time. Copied as a whole, a
// struct whose fields were just written goes through memory, and reading whole words from memory
// that was just written in parts stalls the processor; this way it stays in registers.
template <typename Body>
Words pack(const Body& body) {
  if constexpr (fits_words<Body>()) {
    static_assert(std::has_unique_object_representations_v<Body>, "padding has no fixed value");
    return Words{quarter<0>(body) | (quarter<1>(body) << 32),
                 quarter<2>(body) | (quarter<3>(body) << 32),
                 quarter<4>(body) | (quarter<5>(body) << 32)};
  }
  return Words{};
}

template <typename Body>
Body unpack(const Words& words) {
  Body body;
  if constexpr (fits_words<Body>()) {
    set_quarter<0>(body, words[0]);
    set_quarter<1>(body, words[0] >> 32);
    set_quarter<2>(body, words[1]);
    set_quarter<3>(body, words[1] >> 32);
    set_quarter<4>(body, words[2]);
    set_quarter<5>(body, words[2] >> 32);
  }
  return body;
}

template <typename Kind>
class Record {
 public:
  Record() = default;

  // Word by word, for the same reason as pack().
  Record(Kind kind, const Words& words)
      : kind_(static_cast<std::uint64_t>(kind)), words_{words[0], words[1], words[2]} {}

  template <typename Body>
  static Record of(const Body& body) {
    static_assert(std::is_same_v<decltype(Body::kKind), const Kind>);
    return Record(Body::kKind, pack(body));
  }

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(kind_); }

  // The body. REQUIRES: kind() == Body::kKind.
  template <typename Body>
  [[nodiscard]] Body as() const {
    return unpack<Body>(words_);
  }

  [[nodiscard]] const Words& words() const { return words_; }

 private:
  std::uint64_t kind_ = 0;
  Words words_{};
};

// What one step answers: actions, to be carried out in order, and facts. The caller owns it, hands
// it to every step, and clears it afterwards; its memory is reused.
template <typename ActionKind, typename FactKind>
struct Out {
  AppendList<Record<ActionKind>> actions;
  AppendList<Record<FactKind>> facts;

  template <typename Body>
  void act(const Body& body) {
    actions.append(Record<ActionKind>::of(body));
  }

  template <typename Body>
  void note(const Body& body) {
    facts.append(Record<FactKind>::of(body));
  }

  void clear() {
    actions.clear();
    facts.clear();
  }
};

}  // namespace fn::core
