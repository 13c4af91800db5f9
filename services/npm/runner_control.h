// SPDX-License-Identifier: Apache-2.0
//
// RunnerControl: what the node pool manager says to runners, by address: our LeasedRunner protocol,
// and with a runner of Fn, which does not know it, as much as Fn's own allows. A drain and its
// revocation are repeated until the runner has heard; the last one counts.

#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "core/base/result.h"
#include "services/base/loop.h"

namespace grpc {
class ChannelCredentials;
}  // namespace grpc

namespace fn::services {

struct RunnerState {
  bool ready = false;
  bool draining = false;
  std::uint32_t calls = 0;
  // Zero: unknown.
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;
  // What it was leased to; empty: nothing, or it is of Fn and does not remember.
  std::string group;
  std::uint64_t lease = 0;
  bool of_fn = false;
};

class RunnerControl {
 public:
  using Reported = std::function<void(const core::Result<RunnerState>& report)>;
  using Done = std::function<void(const core::Status& status)>;

  // REQUIRES: loop outlives this.
  RunnerControl(Loop& loop, std::shared_ptr<grpc::ChannelCredentials> credentials);
  ~RunnerControl();
  RunnerControl(const RunnerControl&) = delete;
  RunnerControl& operator=(const RunnerControl&) = delete;

  // Answers within two seconds. ErrorCode::kUnavailable: nobody listens there;
  // kDeadlineExceeded: somebody does, and says nothing.
  void report(const std::string& address, Reported done);

  // These answer within five seconds.
  void lease(const std::string& address, const std::string& group, std::uint64_t lease, Done done);
  void remove_containers(const std::string& address, Done done);

  // `idle` is called once when the runner holds no call, unless a later word was said to it.
  void drain(const std::string& address, std::uint32_t number, std::function<void()> idle);
  void revive(const std::string& address);
  // Nothing more is said to it about drains.
  void release(const std::string& address);

  // Closes the connection; the runner is not spoken to any more.
  void drop(const std::string& address);

  // Breaks off what is under way. On the core thread or after it ended.
  void close();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
