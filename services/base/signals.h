// SPDX-License-Identifier: Apache-2.0
//
// Signals: what SIGTERM and SIGINT do to a node. The first of them is told to a loop; the second
// ends the process at once with status 1, whatever the loop is doing, after `last_words`, which
// must not wait without bound. So does one that comes when the Signals are gone, until the process
// is: how a node ends has one of two statuses. Each SIGHUP is told to the loop too, where somebody
// wants it. SIGPIPE is ignored from the first Signals on: writing to a closed socket is an error,
// not an end. Programs started later inherit that and undo it. SIGCHLD is left alone.

#pragma once

#include <functional>
#include <memory>

#include "services/base/loop.h"

namespace fn::services {

class Signals {
 public:
  // One at a time in a process. `first` and `reload` run on the loop.
  Signals(Loop& loop,
          std::function<void()> first,
          std::function<void()> last_words,
          std::function<void()> reload = nullptr);
  ~Signals();
  Signals(const Signals&) = delete;
  Signals& operator=(const Signals&) = delete;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
