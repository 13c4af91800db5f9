// SPDX-License-Identifier: Apache-2.0
//
// LbGroup: the driver of core::LoadBalancer for one group. It tells the machine of calls and of the
// runners' answers, and carries out its offers through a RunnerPort. It lives on one core thread
// and knows neither HTTP nor gRPC.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>

#include "core/base/rng.h"
#include "core/lb/lb_config.h"
#include "core/lb/messages.h"
#include "core/pool/membership.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/base/loop.h"
#include "services/lb/call_body.h"
#include "services/lb/function_version.h"
#include "services/lb/lb_observer.h"
#include "services/lb/runner_port.h"
#include "services/wire/call_json.h"

namespace fn::services {

struct CallRequest {
  FunctionVersionPtr function;
  CallFields fields;
  BodyPipePtr body;
  std::uint64_t body_bytes = 0;  // as announced; 0: unknown
  bool detached = false;
};

// How a call ended for its caller.
struct CallEnd {
  core::CallOutcome outcome = core::CallOutcome::kCompleted;
  core::RefusalReason reason = core::RefusalReason::kNone;
  std::uint32_t retry_after_s = 0;
  // What the runner said, where it ran; an HTTP status and its text.
  int code = 0;
  std::string message;
  bool by_function = false;
  // A refusal came after bytes of the body were gone.
  bool body_gone = false;
};

// Takes a call's answers. `accepted` and `answered` come at most once, `ended` once and last.
struct CallSink {
  std::function<void()> accepted;
  std::function<void(unsigned status, HttpHeaders headers, BodyPipePtr body)> answered;
  std::function<void(CallEnd end)> ended;
};

struct CallTicket {
  std::uint32_t call = 0;
  std::uint64_t number = 0;
};

class LbGroup {
 public:
  // REQUIRES: loop, port, budget and observer outlive the group; the loop is not run after its end.
  struct Parts {
    Loop& loop;
    RunnerPort& port;
    BodyBudget& budget;
    CallBodyLimits body;
    LbObserver& observer;
    // A runner that took a call and has not ended it this long after the function's time is over
    // has lost it. It covers the wait for a container, its image and its start.
    core::Duration run_slack = std::chrono::minutes(10);
    // Where given, it is told of each step in a batch, and end_batch() is to be called at the
    // batch's end: so that groups in which nothing happens cost nothing.
    std::function<void()> touched = nullptr;
    // For the node pool manager: what the group needs, each period, and which runners are left
    // alone. Null where there is none.
    std::function<void(const core::Requirement& wanted)> advertise = nullptr;
    std::function<void(core::RunnerHandle runner, bool is_rested)> report = nullptr;
  };

  LbGroup(Parts parts, const core::LbConfig& config, const core::Rng& rng);
  ~LbGroup();
  LbGroup(const LbGroup&) = delete;
  LbGroup& operator=(const LbGroup&) = delete;

  // The group's runners from now on; their handles are the port's.
  void set_members(std::span<const core::Member> members);

  // Places the call. Answers through the sink, maybe from within.
  CallTicket begin(CallRequest request, CallSink sink);

  // The caller hung up: the call is forgotten, nothing is answered.
  void cancel(CallTicket ticket);

  void end_batch();

  [[nodiscard]] std::uint32_t waiting() const;
  [[nodiscard]] std::uint32_t calls() const;
  // Versions of functions for which there is room in its tables.
  [[nodiscard]] std::size_t functions() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
