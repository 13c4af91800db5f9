// SPDX-License-Identifier: Apache-2.0
//
// What the functions of this runner wrote to stderr, by call: of the last calls, and of so many
// bytes together; the oldest go first. It outlives their containers.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace fn::services {

struct CallLogLimits {
  std::size_t calls = 1'000;
  std::size_t bytes = std::size_t{16} << 20;
};

class CallLogStore {
 public:
  struct Kept {
    std::string call_id;
    std::uint32_t container = 0;
    std::string log;
  };

  explicit CallLogStore(const CallLogLimits& limits) : limits_(limits) {}

  // The call begins in the container of this number. Answers with a number by which it is known
  // until it is let go.
  std::uint64_t begin(const std::string& call_id, std::uint32_t container);

  // All that the call has written so far; of more than the limit, the end. A shorter text than the
  // one that is kept says less, and is passed over, as is one of a call that has been let go.
  void set(std::uint64_t number, std::string log);

  // As set() for all calls of the container, which is about to go: they may have written after
  // they had ended.
  void renew(std::uint32_t container,
             const std::function<std::string(const std::string& call_id)>& log_of);

  // The last call of this id; null: it has been let go, or never began.
  [[nodiscard]] const Kept* find(const std::string& call_id) const;

 private:
  [[nodiscard]] Kept& at(std::uint64_t number) { return ring_[number % limits_.calls]; }

  [[nodiscard]] const Kept& at(std::uint64_t number) const { return ring_[number % limits_.calls]; }

  void let_go_of_oldest();

  CallLogLimits limits_;
  std::vector<Kept> ring_;    // grows up to the limit, then its oldest place is used again
  std::uint64_t oldest_ = 0;  // numbers from here to next_ are kept
  std::uint64_t next_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace fn::services
