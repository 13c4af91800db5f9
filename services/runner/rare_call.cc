// SPDX-License-Identifier: Apache-2.0

#include "services/runner/rare_call.h"

#include <utility>

#include "services/runner/leased_runner.h"

namespace fn::services {

void RareCall::wait(grpc::AsyncGenericService& rpc,
                    grpc::ServerCompletionQueue& queue,
                    RunnerNode& node,
                    std::function<void()> taken,
                    std::shared_ptr<void> alive) {
  auto* const call = new RareCall(node, std::move(taken), std::move(alive));
  rpc.RequestCall(&call->context_, &call->stream_, &queue, &queue, &call->on_requested_);
}

RareCall::RareCall(RunnerNode& node, std::function<void()> taken, std::shared_ptr<void> alive)
    : alive_(std::move(alive)), node_(node), taken_(std::move(taken)) {}

void RareCall::requested(bool ok) {
  if (!ok) {
    delete this;
    return;
  }
  taken_();
  stream_.Read(&request_, &on_read_);
}

void RareCall::read(bool /*ok*/) {
  if (const std::optional<std::string> bytes = simple_answer()) {
    answer(grpc::Status::OK, *bytes);
    return;
  }
  grpc::Slice whole;
  std::string request;
  if (request_.Valid() && request_.DumpToSingleSlice(&whole).ok()) {
    request.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  const bool taken = answer_leased(
      node_,
      context_.method(),
      request,
      [this](const grpc::Status& status, const std::string& bytes) { answer(status, bytes); });
  if (!taken) {
    answer({grpc::StatusCode::UNIMPLEMENTED, context_.method() + ": this runner does not offer it"},
           "");
  }
}

void RareCall::answer(const grpc::Status& status, const std::string& bytes) {
  if (!status.ok()) {
    stream_.Finish(status, &on_finished_);
    return;
  }
  const grpc::Slice slice(bytes);
  const grpc::ByteBuffer buffer(&slice, 1);
  stream_.WriteAndFinish(buffer, grpc::WriteOptions(), grpc::Status::OK, &on_finished_);
}

void RareCall::finished(bool /*ok*/) {
  delete this;
}

std::optional<std::string> RareCall::simple_answer() const {
  if (context_.method() == "/RunnerProtocol/Status") {
    const RunnerCounts counts = node_.counts();
    RunnerStatus status;
    status.set_active(static_cast<int>(counts.held));
    status.set_requestsreceived(counts.offered);
    status.set_requestshandled(counts.completed + counts.failed);
    return status.SerializeAsString();
  }
  if (context_.method() == "/grpc.health.v1.Health/Check") {
    // HealthCheckResponse{status (1): SERVING = 1, NOT_SERVING = 2}
    return std::string(node_.draining() ? "\x08\x02" : "\x08\x01");
  }
  return std::nullopt;
}

}  // namespace fn::services
