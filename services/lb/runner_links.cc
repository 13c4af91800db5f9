// SPDX-License-Identifier: Apache-2.0

#include "services/lb/runner_links.h"

#include <chrono>
#include <set>
#include <unordered_map>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "services/lb/engage_attempt.h"
#include "services/lb/log_question.h"
#include "services/wire/wire_names.h"

namespace fn::services {
namespace {

// A runner that does not even answer pings for this long has lost the calls that it runs.
constexpr int kPingEveryMs = 10'000;
constexpr int kPingAnswerMs = 5'000;
constexpr int kReconnectFirstMs = 100;
constexpr int kReconnectMaxMs = 2'000;
constexpr std::chrono::seconds kCheckTimeout{5};

struct Link {
  std::string address;
  std::unique_ptr<RunnerProtocol::Stub> stub;
  std::unique_ptr<EngageStub> engage;
  std::unique_ptr<RunnerControlStub> control;
};

class GrpcAttempt final : public Attempt {
 public:
  explicit GrpcAttempt(std::shared_ptr<EngageAttempt> attempt) : attempt_(std::move(attempt)) {}

  ~GrpcAttempt() override { attempt_->cancel(); }

  GrpcAttempt(const GrpcAttempt&) = delete;
  GrpcAttempt& operator=(const GrpcAttempt&) = delete;

 private:
  std::shared_ptr<EngageAttempt> attempt_;
};

// A Status call: owns itself until answered.
class StatusCheck final {
 public:
  using Checks = std::set<StatusCheck*>;

  void cancel() { context_.TryCancel(); }

  static void begin(RunnerProtocol::Stub& stub,
                    grpc::CompletionQueue& queue,
                    std::function<void()> alive,
                    std::shared_ptr<Checks> under_way) {
    auto* const check = new StatusCheck(std::move(alive), std::move(under_way));
    check->under_way_->insert(check);
    check->context_.set_deadline(std::chrono::system_clock::now() + kCheckTimeout);
    check->reader_ = stub.AsyncStatus(&check->context_, {}, &queue);
    check->reader_->Finish(&check->answer_, &check->status_, &check->on_answered_);
  }

 private:
  StatusCheck(std::function<void()> alive, std::shared_ptr<Checks> under_way)
      : alive_(std::move(alive)), under_way_(std::move(under_way)) {}

  void answered(bool /*ok*/) {
    const std::unique_ptr<StatusCheck> self(this);
    under_way_->erase(this);
    if (status_.error_code() != grpc::StatusCode::UNAVAILABLE &&
        status_.error_code() != grpc::StatusCode::DEADLINE_EXCEEDED &&
        status_.error_code() != grpc::StatusCode::CANCELLED) {
      alive_();
    }
  }

  std::function<void()> alive_;
  std::shared_ptr<Checks> under_way_;
  grpc::ClientContext context_;
  grpc::Status status_;
  RunnerStatus answer_;
  std::unique_ptr<grpc::ClientAsyncResponseReader<RunnerStatus>> reader_;
  CompletionOf<StatusCheck, &StatusCheck::answered> on_answered_{*this};
};

}  // namespace

struct RunnerLinks::State {
  State(Loop& its_loop, std::shared_ptr<grpc::ChannelCredentials> its_credentials)
      : loop(its_loop),
        credentials(std::move(its_credentials)),
        thread(loop, std::make_unique<grpc::CompletionQueue>()) {}

  Loop& loop;
  std::shared_ptr<grpc::ChannelCredentials> credentials;
  QueueThread thread;
  std::unordered_map<std::uint32_t, Link> links;  // by handle
  std::uint32_t handles = 0;                      // given so far; none is given again
  // Held by every attempt under way.
  std::shared_ptr<int> alive = std::make_shared<int>(0);
  std::shared_ptr<StatusCheck::Checks> checks = std::make_shared<StatusCheck::Checks>();
  std::shared_ptr<LogQuestion::UnderWay> questions = std::make_shared<LogQuestion::UnderWay>();
  bool closed = false;
};

RunnerLinks::RunnerLinks(Loop& loop, std::shared_ptr<grpc::ChannelCredentials> credentials)
    : state_(std::make_unique<State>(loop, std::move(credentials))) {}

RunnerLinks::~RunnerLinks() {
  close();
}

core::RunnerHandle RunnerLinks::add(const std::string& address) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectFirstMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, kReconnectMaxMs);
  // Placing and retrying are the machine's: none of gRPC's own filters for that.
  arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  arguments.SetInt(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  arguments.SetMaxReceiveMessageSize(-1);
  return add(address, grpc::CreateCustomChannel(address, state_->credentials, arguments));
}

core::RunnerHandle RunnerLinks::add(const std::string& name,
                                    const std::shared_ptr<grpc::Channel>& channel) {
  Link& link = state_->links[state_->handles];
  link.address = name;
  link.stub = RunnerProtocol::NewStub(channel);
  link.engage = std::make_unique<EngageStub>(channel);
  link.control = control::v1::RunnerControl::NewStub(channel);
  return core::RunnerHandle{state_->handles++};
}

void RunnerLinks::remove(core::RunnerHandle runner) {
  state_->links.erase(runner.value);
}

const std::string& RunnerLinks::address(core::RunnerHandle runner) const {
  static const std::string gone = "a runner that has left";
  const auto link = state_->links.find(runner.value);
  return link == state_->links.end() ? gone : link->second.address;
}

std::unique_ptr<Attempt> RunnerLinks::offer(core::RunnerHandle runner,
                                            const EngageRequest& request,
                                            AttemptSink sink) {
  const auto attempt = std::make_shared<EngageAttempt>(request, std::move(sink), state_->alive);
  attempt->start(*state_->links.at(runner.value).engage, state_->thread.queue());
  return std::make_unique<GrpcAttempt>(attempt);
}

void RunnerLinks::check(core::RunnerHandle runner, std::function<void()> alive) {
  if (const auto link = state_->links.find(runner.value); link != state_->links.end()) {
    StatusCheck::begin(
        *link->second.stub, state_->thread.queue(), std::move(alive), state_->checks);
  }
}

void RunnerLinks::ask_log(core::RunnerHandle runner,
                          const std::string& call_id,
                          std::function<void(LogAnswer answer)> handler) {
  State& state = *state_;
  const auto link = state.links.find(runner.value);
  if (link == state.links.end()) {
    state.loop.post([handler = std::move(handler)] {
      handler({LogAnswer::Kind::kUnreachable, "it is in no pool any more"});
    });
    return;
  }
  LogQuestion::ask({state.loop, state.thread.queue(), *link->second.control},
                   call_id,
                   std::move(handler),
                   state.questions);
}

void RunnerLinks::close() {
  if (!std::exchange(state_->closed, true)) {
    for (StatusCheck* check : *state_->checks) {
      check->cancel();
    }
    for (LogQuestion* question : *state_->questions) {
      question->cancel();
    }
    state_->thread.hand_over_until([this] {
      return state_->alive.use_count() == 1 && state_->checks->empty() &&
             state_->questions->empty();
    });
    state_->thread.close();
  }
}

}  // namespace fn::services
