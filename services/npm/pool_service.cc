// SPDX-License-Identifier: Apache-2.0

#include "services/npm/pool_service.h"

#include <chrono>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "services/npm/pool_call.h"
#include "services/npm/pool_handlers.h"

namespace fn::services {

struct PoolService::State {
  State(Loop& its_loop, NpmNode& its_node) : loop(its_loop), node(its_node) {}

  void wait_for_call() {
    if (!closing) {
      PoolCall::wait(
          rpc, *queue, make_handler, [this] { wait_for_call(); }, calls);
    }
  }

  Loop& loop;
  NpmNode& node;
  AdvertiseStreams streams;
  PoolCall::MakeHandler make_handler = [this](const std::string& method) {
    return make_pool_handler({node, streams}, method);
  };
  grpc::AsyncGenericService rpc;
  grpc::ServerCompletionQueue* queue = nullptr;  // the thread's
  std::unique_ptr<QueueThread> thread;
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<PoolCall::All> calls = std::make_shared<PoolCall::All>();
  bool closing = false;
};

PoolService::PoolService(Loop& loop, NpmNode& node) : state_(std::make_unique<State>(loop, node)) {}

PoolService::~PoolService() {
  close();
}

core::Result<int> PoolService::start(const std::string& address,
                                     const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort(address, credentials, &port);
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 500);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  // A load balancer that has gone without a word is noticed, and its streams end.
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIME_MS, 10'000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, 5'000);
  builder.RegisterAsyncGenericService(&state_->rpc);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  state_->queue = queue.get();
  state_->server = builder.BuildAndStart();
  state_->thread = std::make_unique<QueueThread>(state_->loop, std::move(queue));
  if (state_->server == nullptr || port == 0) {
    return core::fail(core::ErrorCode::kUnavailable,
                      "cannot listen on " + address + ": is another program using the port?");
  }
  state_->wait_for_call();
  return port;
}

void PoolService::drain() {
  const std::vector<PoolCall*> calls(state_->calls->begin(), state_->calls->end());
  for (PoolCall* call : calls) {
    if (call->begun()) {
      call->finish({grpc::StatusCode::UNAVAILABLE, "this node pool manager is ending"});
    }
  }
}

void PoolService::close() {
  if (std::exchange(state_->closing, true) || state_->thread == nullptr) {
    return;
  }
  drain();
  if (state_->server != nullptr) {
    state_->server->Shutdown(std::chrono::system_clock::now());
  }
  state_->thread->hand_over_until([this] { return state_->calls->empty(); });
  state_->thread->close();
}

}  // namespace fn::services
