// SPDX-License-Identifier: Apache-2.0
//
// Tagged records of 32 bytes, the form in which machines answer: what must be done (actions) and
// what was decided and why (facts). A record is cheap to append, to hash and to store.
//
// A body is a plain struct of at most 24 bytes with `static constexpr Kind kKind`, without padding.

#pragma once

#include <array>
#include <cstdint>
#include <cstring>
#include <type_traits>
#include <vector>

namespace fn::core {

template <typename Kind>
class Record {
 public:
  template <typename Body>
  static Record of(const Body& body) {
    static_assert(std::is_trivially_copyable_v<Body> && sizeof(Body) <= 24);
    static_assert(std::is_same_v<decltype(Body::kKind), const Kind>);
    Record record;
    record.kind_ = static_cast<std::uint64_t>(Body::kKind);
    if constexpr (!std::is_empty_v<Body>) {
      std::memcpy(record.words_.data(), &body, sizeof(Body));
    }
    return record;
  }

  [[nodiscard]] Kind kind() const { return static_cast<Kind>(kind_); }

  // The body. REQUIRES: kind() == Body::kKind.
  template <typename Body>
  [[nodiscard]] Body as() const {
    Body body;
    if constexpr (!std::is_empty_v<Body>) {
      std::memcpy(&body, words_.data(), sizeof(Body));
    }
    return body;
  }

  [[nodiscard]] const std::array<std::uint64_t, 3>& words() const { return words_; }

 private:
  std::uint64_t kind_ = 0;
  std::array<std::uint64_t, 3> words_{};
};

// What one step answers: actions, to be carried out in order, and facts. The caller owns it, hands
// it to every step, and clears it afterwards; its memory is reused.
template <typename ActionKind, typename FactKind>
struct Out {
  std::vector<Record<ActionKind>> actions;
  std::vector<Record<FactKind>> facts;

  template <typename Body>
  void act(const Body& body) {
    actions.push_back(Record<ActionKind>::of(body));
  }

  template <typename Body>
  void note(const Body& body) {
    facts.push_back(Record<FactKind>::of(body));
  }

  void clear() {
    actions.clear();
    facts.clear();
  }
};

}  // namespace fn::core
