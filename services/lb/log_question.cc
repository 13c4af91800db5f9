// SPDX-License-Identifier: Apache-2.0

#include "services/lb/log_question.h"

#include <chrono>
#include <cstddef>
#include <utility>

namespace fn::services {
namespace {

constexpr core::Duration kPatience = std::chrono::seconds(5);
// Whatever the runner keeps, so much and no more is held for whoever asks.
constexpr std::size_t kLogBytes = std::size_t{16} << 20;

}  // namespace

void LogQuestion::ask(const Place& place,
                      const std::string& call_id,
                      Handler handler,
                      std::shared_ptr<UnderWay> under_way) {
  auto* const question = new LogQuestion(place, std::move(handler), std::move(under_way));
  control::v1::CallLogRequest request;
  request.set_call_id(call_id);
  question->reader_ = place.stub.PrepareAsyncCallLog(&question->context_, request, &place.queue);
  question->reader_->StartCall(&question->on_started_);
}

LogQuestion::LogQuestion(const Place& place, Handler handler, std::shared_ptr<UnderWay> under_way)
    : handler_(std::move(handler)), under_way_(std::move(under_way)), patience_(place.loop) {
  under_way_->insert(this);
  // The channels leave out gRPC's own deadlines.
  patience_.set_after(kPatience, [this] { context_.TryCancel(); });
}

void LogQuestion::cancel() {
  handler_ = nullptr;
  context_.TryCancel();
}

void LogQuestion::started(bool ok) {
  if (ok) {
    reader_->Read(&part_, &on_read_);
  } else {
    reader_->Finish(&status_, &on_finished_);
  }
}

void LogQuestion::read(bool ok) {
  if (!ok) {
    reader_->Finish(&status_, &on_finished_);
    return;
  }
  if (log_.size() + part_.log().size() > kLogBytes) {
    cut_ = true;
    context_.TryCancel();
  } else {
    log_ += part_.log();
  }
  reader_->Read(&part_, &on_read_);
}

void LogQuestion::finished(bool /*ok*/) {
  const std::unique_ptr<LogQuestion> self(this);
  under_way_->erase(this);
  if (handler_) {
    handler_(answer());
  }
}

LogAnswer LogQuestion::answer() {
  if (cut_) {
    log_ +=
        "\n-----cut by the load balancer after " + std::to_string(log_.size()) + " bytes-----\n";
    return {LogAnswer::Kind::kLog, std::move(log_)};
  }
  if (status_.ok()) {
    return {LogAnswer::Kind::kLog, std::move(log_)};
  }
  if (status_.error_code() == grpc::StatusCode::NOT_FOUND) {
    return {LogAnswer::Kind::kUnknown, status_.error_message()};
  }
  if (status_.error_code() == grpc::StatusCode::UNIMPLEMENTED) {
    return {LogAnswer::Kind::kNotOffered, status_.error_message()};
  }
  const bool silent = status_.error_code() == grpc::StatusCode::CANCELLED;
  return {LogAnswer::Kind::kUnreachable, silent ? "no answer within 5 s" : status_.error_message()};
}

}  // namespace fn::services
