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
#include <vector>

namespace fn::core {

using Words = std::array<std::uint64_t, 3>;

// A plain struct of at most 24 bytes as words, and back. The halves of a word are joined in
// registers: reading whole words from memory that was just written in halves stalls the processor.
template <typename Body>
Words pack(const Body& body) {
  Words words{};
  if constexpr (!std::is_empty_v<Body>) {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= sizeof(Words));
    static_assert(std::has_unique_object_representations_v<Body>, "padding has no fixed value");
    std::array<std::uint32_t, 6> halves{};
    std::memcpy(halves.data(), &body, sizeof(Body));
    for (std::size_t index = 0; index < words.size(); ++index) {
      words[index] = halves[2 * index] | (std::uint64_t{halves[2 * index + 1]} << 32);
    }
  }
  return words;
}

template <typename Body>
Body unpack(const Words& words) {
  Body body;
  if constexpr (!std::is_empty_v<Body>) {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= sizeof(Words));
    std::array<std::uint32_t, 6> halves{};
    for (std::size_t index = 0; index < words.size(); ++index) {
      halves[2 * index] = static_cast<std::uint32_t>(words[index]);
      halves[2 * index + 1] = static_cast<std::uint32_t>(words[index] >> 32);
    }
    std::memcpy(static_cast<void*>(&body), halves.data(), sizeof(Body));
  }
  return body;
}

template <typename Kind>
class Record {
 public:
  Record(Kind kind, const Words& words)
      : kind_(static_cast<std::uint64_t>(kind)), words_(words) {}

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
  std::uint64_t kind_;
  Words words_;
};

// What one step answers: actions, to be carried out in order, and facts. The caller owns it, hands
// it to every step, and clears it afterwards; its memory is reused.
template <typename ActionKind, typename FactKind>
struct Out {
  std::vector<Record<ActionKind>> actions;
  std::vector<Record<FactKind>> facts;

  template <typename Body>
  void act(const Body& body) {
    static_assert(std::is_same_v<decltype(Body::kKind), const ActionKind>);
    actions.emplace_back(Body::kKind, pack(body));
  }

  template <typename Body>
  void note(const Body& body) {
    static_assert(std::is_same_v<decltype(Body::kKind), const FactKind>);
    facts.emplace_back(Body::kKind, pack(body));
  }

  void clear() {
    actions.clear();
    facts.clear();
  }
};

}  // namespace fn::core
