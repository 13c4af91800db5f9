// SPDX-License-Identifier: Apache-2.0

#include "services/runner/engage_service.h"

#include <chrono>
#include <utility>

#include <grpcpp/grpcpp.h>

#include "services/runner/engage_stream.h"

namespace fn::services {
namespace {

class RunnerRpcService final : public RunnerRpc {
 public:
  RunnerRpcService(Loop& loop, RunnerNode& node) : loop_(loop), node_(node) {}

  grpc::ServerUnaryReactor* Status(grpc::CallbackServerContext* context,
                                   const google::protobuf::Empty* /*request*/,
                                   RunnerStatus* response) override {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    loop_.post([this, reactor, response] {
      const RunnerCounts counts = node_.counts();
      response->set_active(static_cast<int>(counts.held));
      response->set_requestsreceived(counts.offered);
      response->set_requestshandled(counts.completed + counts.failed);
      reactor->Finish(grpc::Status::OK);
    });
    return reactor;
  }

  grpc::ServerUnaryReactor* ConfigureRunner(grpc::CallbackServerContext* context,
                                            const ConfigMsg* /*request*/,
                                            ConfigStatus* /*response*/) override {
    return not_here(context, "ConfigureRunner");
  }

  grpc::ServerUnaryReactor* Status2(grpc::CallbackServerContext* context,
                                    const google::protobuf::Struct* /*request*/,
                                    RunnerStatus* /*response*/) override {
    return not_here(context, "Status2");
  }

 private:
  static grpc::ServerUnaryReactor* not_here(grpc::CallbackServerContext* context,
                                            const std::string& name) {
    grpc::ServerUnaryReactor* reactor = context->DefaultReactor();
    reactor->Finish({grpc::StatusCode::UNIMPLEMENTED, name + ": this runner does not offer it"});
    return reactor;
  }

  Loop& loop_;
  RunnerNode& node_;
};

}  // namespace

struct EngageService::State {
  State(Loop& its_loop, RunnerNode& its_node)
      : loop(its_loop), node(its_node), rpc(its_loop, its_node) {}

  void wait_for_stream() {
    if (!closing) {
      EngageStream::wait(
          rpc, *server_queue, node, [this] { wait_for_stream(); }, alive);
    }
  }

  Loop& loop;
  RunnerNode& node;
  RunnerRpcService rpc;
  grpc::ServerCompletionQueue* server_queue = nullptr;
  std::unique_ptr<QueueThread> thread;
  std::unique_ptr<grpc::Server> server;
  std::shared_ptr<int> alive = std::make_shared<int>(0);  // held by every stream
  bool closing = false;
};

EngageService::EngageService(Loop& loop, RunnerNode& node)
    : state_(std::make_unique<State>(loop, node)) {}

EngageService::~EngageService() {
  close();
}

core::Result<int> EngageService::start(
    const std::string& address, const std::shared_ptr<grpc::ServerCredentials>& credentials) {
  grpc::EnableDefaultHealthCheckService(true);
  grpc::ServerBuilder builder;
  int port = 0;
  if (!address.empty()) {
    builder.AddListeningPort(address, credentials, &port);
  }
  builder.AddChannelArgument(GRPC_ARG_ALLOW_REUSEPORT, 0);
  builder.AddChannelArgument(GRPC_ARG_HTTP2_MIN_RECV_PING_INTERVAL_WITHOUT_DATA_MS, 1000);
  builder.AddChannelArgument(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  builder.RegisterService(&state_->rpc);
  std::unique_ptr<grpc::ServerCompletionQueue> queue = builder.AddCompletionQueue();
  state_->server_queue = queue.get();
  state_->server = builder.BuildAndStart();
  state_->thread = std::make_unique<QueueThread>(state_->loop, std::move(queue));
  if (state_->server == nullptr || (!address.empty() && port == 0)) {
    return core::fail(core::ErrorCode::kUnavailable,
                      "cannot listen on " + address + ": is another program using the port?");
  }
  state_->wait_for_stream();
  return port;
}

std::shared_ptr<grpc::Channel> EngageService::channel_within() {
  return state_->server->InProcessChannel({});
}

void EngageService::close() {
  if (std::exchange(state_->closing, true) || state_->thread == nullptr) {
    return;
  }
  if (state_->server != nullptr) {
    state_->server->Shutdown(std::chrono::system_clock::now());
  }
  state_->thread->hand_over_until([this] { return state_->alive.use_count() == 1; });
  state_->thread->close();
}

}  // namespace fn::services
