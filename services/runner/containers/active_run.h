// SPDX-License-Identifier: Apache-2.0
//
// One run of a container from its request to its end, whatever the function's format: it keeps the
// time limit, answers once, ends once, and moves the answer's body so that its end is known.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/base/loop.h"
#include "services/runner/container.h"
#include "services/runner/containers/body_pump.h"

namespace fn::services {

struct ProcessExit {
  int code = 0;  // 128 + the signal that ended it
  bool out_of_memory = false;
  // Why there was no process at all; the code is not 0 then.
  std::optional<FunctionError> not_started{};
};

// The errors that Fn's users know (fn.md 4.4, 4.5).
FunctionError timed_out_error();
FunctionError function_failed_error();
FunctionError invalid_response_error();
FunctionError io_error();
FunctionError body_too_large_error();
FunctionError header_too_large_error();
FunctionError exit_error(const ProcessExit& exit);

class ActiveRun : public std::enable_shared_from_this<ActiveRun> {
 public:
  // `timed_out` is called before the run ends because its time is over. A time of 0 is endless.
  ActiveRun(Loop& loop, core::Duration timeout, RunSink sink, std::function<void()> timed_out);

  // Starts the clock.
  void begin();

  // The reader of the answer wants no more of it.
  [[nodiscard]] bool abandoned() const { return answer_ && answer_->abandoned(); }

  [[nodiscard]] bool over() const { return !sink_.ended; }

  // Gives the head and moves the body; `done` hears how the body ended, unless the run is over.
  void answer(unsigned status,
              HttpHeaders headers,
              const BodyPipePtr& body,
              std::function<void(core::Status)> done);

  // Ends the run; nothing if it is over. An answer that is under way breaks off unless it went
  // well.
  void complete();
  void fail(FunctionError error, bool reusable);
  void time_out(bool reusable);
  void stop();

  // Ends it without a word to its sink; an answer that is under way breaks off.
  void forget();

 private:
  void run_out();
  void end(RunOutcome outcome);
  void break_answer(const std::string& why);

  LoopTimer timer_;
  core::Duration timeout_;
  RunSink sink_;
  std::function<void()> timed_out_;
  BodyPipePtr source_;
  BodyPipePtr answer_;
};

using ActiveRunPtr = std::shared_ptr<ActiveRun>;

}  // namespace fn::services
