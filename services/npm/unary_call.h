// SPDX-License-Identifier: Apache-2.0
//
// UnaryCall: one call to a gRPC method by name, bytes in and bytes out, on a completion queue. It
// owns itself until it is answered. For sources of services/npm only.

#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "core/base/time.h"
#include "services/wire/queue_thread.h"

namespace fn::services {

class UnaryCall final {
 public:
  using Done = std::function<void(const grpc::Status& status, const std::string& answer)>;
  // Those under way, so that they can be broken off.
  using UnderWay = std::set<UnaryCall*>;

  struct Request {
    std::string method;
    std::string bytes;
    // core::kForever: none.
    core::Duration limit{};
  };

  static void begin(grpc::GenericStub& stub,
                    grpc::CompletionQueue& queue,
                    const Request& request,
                    Done done,
                    std::shared_ptr<UnderWay> under_way) {
    auto* const call = new UnaryCall(std::move(done), std::move(under_way));
    if (request.limit != core::kForever) {
      call->context_.set_deadline(std::chrono::system_clock::now() + request.limit);
    }
    const grpc::Slice slice(request.bytes);
    call->reader_ =
        stub.PrepareUnaryCall(&call->context_, request.method, grpc::ByteBuffer(&slice, 1), &queue);
    call->reader_->StartCall();
    call->reader_->Finish(&call->answer_, &call->status_, &call->on_answered_);
  }

  void cancel() { context_.TryCancel(); }

 private:
  UnaryCall(Done done, std::shared_ptr<UnderWay> under_way)
      : done_(std::move(done)), under_way_(std::move(under_way)) {
    under_way_->insert(this);
  }

  void answered(bool /*ok*/) {
    const std::unique_ptr<UnaryCall> self(this);
    under_way_->erase(this);
    grpc::Slice whole;
    std::string bytes;
    if (status_.ok() && answer_.DumpToSingleSlice(&whole).ok()) {
      bytes.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
    }
    done_(status_, bytes);
  }

  Done done_;
  std::shared_ptr<UnderWay> under_way_;
  grpc::ClientContext context_;
  grpc::Status status_;
  grpc::ByteBuffer answer_;
  std::unique_ptr<grpc::GenericClientAsyncResponseReader> reader_;
  CompletionOf<UnaryCall, &UnaryCall::answered> on_answered_{*this};
};

}  // namespace fn::services
