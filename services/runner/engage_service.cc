// SPDX-License-Identifier: Apache-2.0

#include "services/runner/engage_service.h"

#include <chrono>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "services/runner/engage_stream.h"
#include "services/runner/rare_call.h"
#include "services/runner/runner_rpc.h"
#include "services/wire/wire_names.h"

namespace fn::services {
struct EngageService::State {
  State(Loop& its_loop, RunnerNode& its_node) : loop(its_loop), node(its_node) {}

  void wait_for_stream() {
    if (!closing) {
      EngageStream::wait(
          engage, *queue, node, [this] { wait_for_stream(); }, alive);
    }
  }

  void wait_for_rare_call() {
    if (!closing) {
      RareCall::wait(
          rare, *queue, node, [this] { wait_for_rare_call(); }, alive);
    }
  }

  Loop& loop;
  RunnerNode& node;
  EngageRpc engage;
  grpc::AsyncGenericService rare;
  grpc::ServerCompletionQueue* queue = nullptr;  // the thread's
  std::unique_ptr<QueueThread> thread;
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<int> alive = std::make_shared<int>(0);  // held by every stream and rare call
  bool closing = false;
};

EngageService::EngageService(Loop& loop, RunnerNode& node)
    : state_(std::make_unique<State>(loop, node)) {}

EngageService::~EngageService() {
  close();
}

core::Result<int> EngageService::start(
    const std::string& address, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::ServerBuilder builder;
  int port = 0;
  if (!address.empty()) {
    builder.AddListeningPort(address, credentials, &port);
  }
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.AddChannelArgument(GRPC_ARG_MINIMAL_STACK, 1);
  // Windows that follow the round trip cost pings on every connection; fixed ones do here.
  builder.AddChannelArgument(GRPC_ARG_HTTP2_BDP_PROBE, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_STREAM_LOOKAHEAD_BYTES, kWindowBytes);
  builder.RegisterService(&state_->engage);
  builder.RegisterAsyncGenericService(&state_->rare);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  state_->queue = queue.get();
  state_->server = builder.BuildAndStart();
  state_->thread = std::make_unique<QueueThread>(state_->loop, std::move(queue));
  if (state_->server == nullptr || (!address.empty() && port == 0)) {
    return core::fail(core::ErrorCode::kUnavailable,
                      "cannot listen on " + address + ": is another program using the port?");
  }
  state_->wait_for_stream();
  state_->wait_for_rare_call();
  return port;
}

std::shared_ptr<grpc::Channel> EngageService::channel_within() {
  return state_->server->InProcessChannel({});
}

bool EngageService::busy() const {
  constexpr long kAtRest = 3;  // this one, and of each kind the call that is waited for
  return state_->alive.use_count() > kAtRest;
}

void EngageService::close() {
  if (std::exchange(state_->closing, true) || state_->thread == nullptr) {
    return;
  }
  if (state_->server != nullptr) {
    state_->server->Shutdown(std::chrono::system_clock::now());
  }
  state_->thread->hand_over_until([this] {
    state_->node.stop_leaving();
    return state_->alive.use_count() == 1;
  });
  state_->thread->close();
}

}  // namespace fn::services
