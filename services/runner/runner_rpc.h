// SPDX-License-Identifier: Apache-2.0
//
// The runner's gRPC methods, all served by the one completion queue of its shard: Engage as a typed
// stream, everything else (which is rare) through gRPC's generic service. So the server needs no
// threads of gRPC's own beside the queue thread; with them, each call was passed around between
// pollers and cost several times the CPU. For the sources of services/runner only.

#pragma once

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/codegen/rpc_service_method.h>

#include "proto/runner.grpc.pb.h"

namespace fn::services {

using EngageWire = grpc::ServerAsyncReaderWriter<RunnerMsg, ClientMsg>;

class EngageRpc final : public grpc::Service {
 public:
  EngageRpc() {
    AddMethod(new grpc::internal::RpcServiceMethod("/RunnerProtocol/Engage",  // gRPC's to delete
                                                   grpc::internal::RpcMethod::BIDI_STREAMING,
                                                   nullptr));
    MarkMethodAsync(0);
  }

  void request(grpc::ServerContext& context,
               EngageWire& stream,
               grpc::ServerCompletionQueue& queue,
               void* tag) {
    RequestAsyncBidiStreaming(0, &context, &stream, &queue, &queue, tag);
  }
};

}  // namespace fn::services
