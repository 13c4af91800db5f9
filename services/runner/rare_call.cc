// SPDX-License-Identifier: Apache-2.0

#include "services/runner/rare_call.h"

#include <optional>
#include <utility>

#include "proto/runner_control.pb.h"

#include "services/runner/leased_runner.h"
#include "services/wire/wire_names.h"

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
  make_answer();
}

void RareCall::go_on() {
  if (messages_.empty()) {
    stream_.Finish(status_, &on_finished_);
    return;
  }
  const grpc::Slice slice(messages_.front());
  const grpc::ByteBuffer buffer(&slice, 1);
  messages_.pop_front();
  if (messages_.empty()) {
    stream_.WriteAndFinish(buffer, grpc::WriteOptions(), status_, &on_finished_);
  } else {
    stream_.Write(buffer, &on_written_);
  }
}

void RareCall::written(bool ok) {
  if (!ok) {  // whoever asked has gone
    messages_.clear();
  }
  go_on();
}

void RareCall::finished(bool /*ok*/) {
  delete this;
}

void RareCall::make_answer() {
  if (context_.method() == "/RunnerProtocol/Status") {
    const RunnerCounts counts = node_.counts();
    RunnerStatus status;
    status.set_active(static_cast<int>(counts.held));
    status.set_requestsreceived(counts.offered);
    status.set_requestshandled(counts.completed + counts.failed);
    messages_.push_back(status.SerializeAsString());
  } else if (context_.method() == "/grpc.health.v1.Health/Check") {
    // HealthCheckResponse{status (1): SERVING = 1, NOT_SERVING = 2}
    messages_.emplace_back(node_.draining() ? "\x08\x02" : "\x08\x01");
  } else if (context_.method() == "/fn.control.v1.RunnerControl/CallLog") {
    make_log_answer();
  } else {
    answer_or_decline();
    return;
  }
  go_on();
}

void RareCall::answer_or_decline() {
  grpc::Slice whole;
  std::string request;
  if (request_.Valid() && request_.DumpToSingleSlice(&whole).ok()) {
    request.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
  }
  const bool taken = answer_leased(node_,
                                   context_.method(),
                                   request,
                                   [this](const grpc::Status& status, const std::string& bytes) {
                                     status_ = status;
                                     if (status.ok()) {
                                       messages_.push_back(bytes);
                                     }
                                     go_on();
                                   });
  if (!taken) {
    status_ = {grpc::StatusCode::UNIMPLEMENTED,
               context_.method() + ": this runner does not offer it"};
    go_on();
  }
}

void RareCall::make_log_answer() {
  control::v1::CallLogRequest request;
  if (!grpc::SerializationTraits<control::v1::CallLogRequest>::Deserialize(&request_, &request)
           .ok()) {
    status_ = {grpc::StatusCode::INVALID_ARGUMENT, "expected a CallLogRequest"};
    return;
  }
  const std::optional<std::string> log = node_.log_of(request.call_id());
  if (!log) {
    status_ = {grpc::StatusCode::NOT_FOUND, "this runner does not know the call (any more)"};
    return;
  }
  control::v1::CallLogPart part;
  for (std::size_t at = 0; at < log->size(); at += kFrameBytes) {
    part.set_log(log->substr(at, kFrameBytes));
    messages_.push_back(part.SerializeAsString());
  }
}

}  // namespace fn::services
