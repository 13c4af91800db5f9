// SPDX-License-Identifier: Apache-2.0
//
// What a container's function wrote to stderr, by call: the last calls, each up to a limit, all of
// them together up to twice that limit.

#pragma once

#include <cstddef>
#include <deque>
#include <string>
#include <string_view>

namespace fn::services {

class CallLogs {
 public:
  CallLogs(std::size_t bytes_of_call, std::size_t calls);

  // What comes from now on belongs to this call. Before the first call it belongs to the start.
  void begin(const std::string& call_id);
  void append(std::string_view bytes);

  // Of one call; of all, and of the start, for an empty id.
  [[nodiscard]] std::string of(const std::string& call_id) const;

 private:
  struct Log {
    std::string call_id;
    std::string text;
    bool cut = false;
  };

  std::size_t bytes_of_call_;
  std::size_t calls_;
  std::size_t held_ = 0;
  std::deque<Log> logs_;  // the first is the oldest, at least one
};

}  // namespace fn::services
