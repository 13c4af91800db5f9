// SPDX-License-Identifier: Apache-2.0

#include "services/npm/runner_control.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <utility>

#include "proto/pool.pb.h"
#include "proto/runner.pb.h"

#include "services/npm/unary_call.h"

namespace fn::services {
namespace {

namespace wire = pool::v1;

constexpr core::Duration kReportLimit = std::chrono::milliseconds(1'500);
constexpr core::Duration kOrderLimit = std::chrono::seconds(5);
constexpr core::Duration kSayAgain = std::chrono::seconds(1);
constexpr int kPingEveryMs = 10'000;
constexpr int kPingAnswerMs = 5'000;
constexpr int kReconnectFirstMs = 100;
constexpr int kReconnectMaxMs = 1'000;

// What a runner was last told about its membership.
struct Wanted {
  enum class Kind : std::uint8_t { kNothing, kDrain, kServe };
  Kind kind = Kind::kNothing;
  std::uint32_t drain = 0;
  std::function<void()> idle;
  std::uint64_t number = 0;  // of the word; an answer to an earlier one is not looked at
};

struct Link {
  explicit Link(Loop& loop) : timer(loop) {}

  std::unique_ptr<grpc::GenericStub> stub;
  bool of_fn = false;
  Wanted wanted;
  LoopTimer timer;
};

std::string method(const char* name) {
  return std::string("/fn.pool.v1.LeasedRunner/") + name;
}

core::Status status_of(const grpc::Status& status) {
  if (status.ok()) {
    return {};
  }
  core::ErrorCode code = core::ErrorCode::kUnavailable;
  if (status.error_code() == grpc::StatusCode::DEADLINE_EXCEEDED) {
    code = core::ErrorCode::kDeadlineExceeded;
  } else if (status.error_code() == grpc::StatusCode::FAILED_PRECONDITION) {
    code = core::ErrorCode::kTooBusy;
  }
  return core::fail(code, status.error_message());
}

bool unknown_method(const grpc::Status& status) {
  return status.error_code() == grpc::StatusCode::UNIMPLEMENTED;
}

core::Result<RunnerState> state_of(const std::string& bytes) {
  wire::RunnerReport report;
  if (!report.ParseFromString(bytes)) {
    return core::fail(core::ErrorCode::kUnavailable, "its report is no RunnerReport");
  }
  return RunnerState{.ready = report.ready(),
                     .draining = report.draining(),
                     .calls = report.calls(),
                     .memory_mib = report.memory_mib(),
                     .cpu_milli = report.cpu_milli(),
                     .group = report.group(),
                     .lease = report.lease()};
}

core::Result<RunnerState> state_of_fn(const std::string& bytes) {
  RunnerStatus status;
  if (!status.ParseFromString(bytes)) {
    return core::fail(core::ErrorCode::kUnavailable, "its status is no RunnerStatus");
  }
  RunnerState state;
  state.ready = true;
  state.calls = static_cast<std::uint32_t>(std::max(0, status.active()));
  state.of_fn = true;
  return state;
}

}  // namespace

struct RunnerControl::State {
  State(Loop& its_loop, std::shared_ptr<grpc::ChannelCredentials> its_credentials)
      : loop(its_loop),
        credentials(std::move(its_credentials)),
        thread(its_loop, std::make_unique<grpc::CompletionQueue>()) {}

  Link& link(const std::string& address);

  // After close() nothing is said any more, and nobody told.
  void call(const std::string& address, const UnaryCall::Request& request, UnaryCall::Done done) {
    if (!closed) {
      UnaryCall::begin(*link(address).stub, thread.queue(), request, std::move(done), under_way);
    }
  }

  void report(const std::string& address, Reported done);
  void say(const std::string& address);
  void said(const std::string& address, std::uint64_t number, const grpc::Status& status);
  void ask_of_fn(const std::string& address, std::uint64_t number);
  void say_later(const std::string& address, std::uint64_t number);
  void is_idle(Link& link);

  // The link, if this is still the last word said to it.
  Link* of(const std::string& address, std::uint64_t number) {
    const auto found = links.find(address);
    const bool present = found != links.end() && found->second->wanted.number == number;
    return present ? found->second.get() : nullptr;
  }

  Loop& loop;
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  QueueThread thread;
  std::map<std::string, std::unique_ptr<Link>> links;
  std::shared_ptr<UnaryCall::UnderWay> under_way = std::make_shared<UnaryCall::UnderWay>();
  std::uint64_t words = 0;
  bool closed = false;
};

Link& RunnerControl::State::link(const std::string& address) {
  std::unique_ptr<Link>& link = links[address];
  if (link == nullptr) {
    link = std::make_unique<Link>(loop);
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
    arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
    arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
    arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
    arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    link->stub = std::make_unique<grpc::GenericStub>(
        grpc::CreateCustomChannel(address, credentials, arguments));
  }
  return *link;
}

void RunnerControl::State::report(const std::string& address, Reported done) {
  if (link(address).of_fn) {
    call(address,
         {"/RunnerProtocol/Status", "", kReportLimit},
         [done = std::move(done)](const grpc::Status& status, const std::string& bytes) {
           const core::Status ended = status_of(status);
           done(ended ? state_of_fn(bytes) : tl::unexpected(ended.error()));
         });
    return;
  }
  call(address,
       {method("Report"), "", kReportLimit},
       [this, address, done = std::move(done)](const grpc::Status& status,
                                               const std::string& bytes) {
         if (unknown_method(status) && !closed) {
           link(address).of_fn = true;
           report(address, done);
           return;
         }
         const core::Status ended = status_of(status);
         done(ended ? state_of(bytes) : tl::unexpected(ended.error()));
       });
}

// Says what is wanted of the runner.
void RunnerControl::State::say(const std::string& address) {
  Link& present = link(address);
  Wanted& wanted = present.wanted;
  if (present.of_fn) {
    ask_of_fn(address, wanted.number);
    return;
  }
  UnaryCall::Request request{method("Revive"), "", kOrderLimit};
  if (wanted.kind == Wanted::Kind::kDrain) {
    wire::DrainRequest drain;
    drain.set_drain(wanted.drain);
    request = {method("Drain"), drain.SerializeAsString(), core::kForever};
  }
  call(address,
       request,
       [this, address, number = wanted.number](const grpc::Status& status,
                                               const std::string& bytes) {
         Link* told = of(address, number);
         if (told == nullptr || closed) {
           return;
         }
         if (unknown_method(status)) {
           told->of_fn = true;
           ask_of_fn(address, number);
           return;
         }
         wire::DrainEnded ended;
         if (!status.ok()) {
           say_later(address, number);
         } else if (told->wanted.kind == Wanted::Kind::kDrain && ended.ParseFromString(bytes) &&
                    ended.idle() && ended.drain() == told->wanted.drain) {
           is_idle(*told);
         } else {
           told->wanted = Wanted{};
         }
       });
}

// A runner of Fn cannot be told to drain: it gets no call any more, and holds none in the end.
void RunnerControl::State::ask_of_fn(const std::string& address, std::uint64_t number) {
  if (of(address, number)->wanted.kind != Wanted::Kind::kDrain) {
    of(address, number)->wanted = Wanted{};
    return;
  }
  report(address, [this, address, number](const core::Result<RunnerState>& report) {
    Link* asked = of(address, number);
    if (asked == nullptr || closed) {
      return;
    }
    if (report && report->calls == 0) {
      is_idle(*asked);
    } else {
      say_later(address, number);
    }
  });
}

void RunnerControl::State::say_later(const std::string& address, std::uint64_t number) {
  of(address, number)->timer.set_after(kSayAgain, [this, address, number] {
    if (of(address, number) != nullptr && !closed) {
      say(address);
    }
  });
}

void RunnerControl::State::is_idle(Link& link) {
  const std::function<void()> idle = std::move(link.wanted.idle);
  link.wanted = Wanted{};
  idle();
}

RunnerControl::RunnerControl(Loop& loop, std::shared_ptr<grpc::ChannelCredentials> credentials)
    : state_(std::make_unique<State>(loop, std::move(credentials))) {}

RunnerControl::~RunnerControl() {
  close();
}

void RunnerControl::report(const std::string& address, Reported done) {
  state_->report(address, std::move(done));
}

void RunnerControl::lease(const std::string& address,
                          const std::string& group,
                          std::uint64_t lease,
                          Done done) {
  wire::LeaseRequest request;
  request.set_group(group);
  request.set_lease(lease);
  state_->call(address,
               {method("Lease"), request.SerializeAsString(), kOrderLimit},
               [done = std::move(done)](const grpc::Status& status, const std::string& /*bytes*/) {
                 done(unknown_method(status) ? core::Status() : status_of(status));
               });
}

void RunnerControl::remove_containers(const std::string& address, Done done) {
  state_->call(address,
               {method("RemoveContainers"), "", kOrderLimit},
               [done = std::move(done)](const grpc::Status& status, const std::string& /*bytes*/) {
                 done(unknown_method(status) ? core::Status() : status_of(status));
               });
}

void RunnerControl::drain(const std::string& address,
                          std::uint32_t number,
                          std::function<void()> idle) {
  state_->link(address).wanted = {Wanted::Kind::kDrain, number, std::move(idle), ++state_->words};
  state_->say(address);
}

void RunnerControl::revive(const std::string& address) {
  state_->link(address).wanted = {Wanted::Kind::kServe, 0, nullptr, ++state_->words};
  state_->say(address);
}

void RunnerControl::release(const std::string& address) {
  if (const auto found = state_->links.find(address); found != state_->links.end()) {
    found->second->wanted = Wanted{};
    found->second->timer.cancel();
  }
}

void RunnerControl::drop(const std::string& address) {
  state_->links.erase(address);
}

void RunnerControl::close() {
  if (std::exchange(state_->closed, true)) {
    return;
  }
  for (UnaryCall* call : *state_->under_way) {
    call->cancel();
  }
  state_->thread.hand_over_until([this] { return state_->under_way->empty(); });
  state_->links.clear();
  state_->thread.close();
}

}  // namespace fn::services
