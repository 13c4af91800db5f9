// SPDX-License-Identifier: Apache-2.0

#include "services/lb/engage_attempt.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/wire/wire_names.h"

namespace fn::services {

EngageAttempt::EngageAttempt(const EngageRequest& request,
                             AttemptSink sink,
                             std::shared_ptr<void> alive)
    : alive_(std::move(alive)), request_(request), sink_(std::move(sink)) {}

void EngageAttempt::start(RunnerProtocol::Stub& stub, grpc::CompletionQueue& queue) {
  self_ = shared_from_this();
  // The metadata travels with the first message.
  context_.set_initial_metadata_corked(true);
  context_.AddMetadata(kRequestIdKey, *request_.call_id);
  stream_ = stub.PrepareAsyncEngage(&context_, &queue);
  stream_->StartCall(nullptr);
  TryCall& call = *outgoing_.mutable_try_();
  call.set_models_call_json(*request_.call_json);
  call.set_slot_hash_id(*request_.slot);
  writing_ = true;
  operations_ += 2;
  // The body's first frame follows at once.
  stream_->Write(outgoing_, grpc::WriteOptions().set_buffer_hint(), &on_written_);
  stream_->ReadInitialMetadata(&on_metadata_);
}

void EngageAttempt::cancel() {
  cancelled_ = true;
  sink_ = {};
  answer_->fail({core::ErrorCode::kUnavailable, "the call was taken back"});
  context_.TryCancel();
}

void EngageAttempt::metadata(bool ok) {
  --operations_;
  if (ok && context_.GetServerInitialMetadata().contains(kAcceptedKey)) {
    accepted();
  }
  read_next();
  let_go();
}

void EngageAttempt::accepted() {
  if (!std::exchange(accepted_, true) && sink_.accepted) {
    sink_.accepted();
  }
}

void EngageAttempt::read_next() {
  ++operations_;
  incoming_.Clear();
  stream_->Read(&incoming_, &on_read_);
}

void EngageAttempt::read(bool ok) {
  --operations_;
  if (!ok) {
    finish();
  } else {
    take(incoming_);
  }
  let_go();
}

void EngageAttempt::take(RunnerMsg& message) {
  if (message.has_result_start()) {
    accepted();
    if (!std::exchange(answered_, true) && sink_.answered) {
      HttpRespMeta& meta = *message.mutable_result_start()->mutable_http();
      HttpHeaders headers;
      headers.reserve(static_cast<std::size_t>(meta.headers_size()));
      for (::HttpHeader& header : *meta.mutable_headers()) {
        headers.emplace_back(std::move(*header.mutable_key()), std::move(*header.mutable_value()));
      }
      sink_.answered(static_cast<unsigned>(meta.status_code()), std::move(headers), answer_);
    }
  } else if (message.has_data()) {
    take_frame(*message.mutable_data());
    return;
  } else if (message.has_finished() && end_ == nullptr) {
    end_ = std::make_unique<CallFinished>(std::move(*message.mutable_finished()));
    finish();
    return;
  }
  read_next();
}

void EngageAttempt::take_frame(DataFrame& frame) {
  const bool last = frame.eof();
  answer_->write(std::move(*frame.mutable_data()));
  if (last) {
    answer_->finish();
  }
  answer_->when_room([self = weak_from_this()] {
    if (const auto attempt = self.lock()) {
      attempt->read_next();
    }
  });
}

void EngageAttempt::written(bool ok) {
  --operations_;
  writing_ = false;
  if (ok && !cancelled_) {
    write_body();
  }
  let_go();
}

void EngageAttempt::write_body() {
  if (body_sent_ || finishing_) {
    return;
  }
  if (!rest_.empty()) {
    write_frame();
    return;
  }
  request_.body->read([self = weak_from_this()](BodyPipe::Chunk chunk) {
    if (const auto attempt = self.lock()) {
      attempt->write_chunk(std::move(chunk));
    }
  });
}

void EngageAttempt::write_chunk(BodyPipe::Chunk chunk) {
  if (finishing_ || cancelled_) {
    return;
  }
  if (!chunk) {  // the client's body broke: there is no more to say to the runner
    context_.TryCancel();
    return;
  }
  body_sent_ = !chunk->has_value();
  rest_ = chunk->value_or(std::string());
  rest_at_ = 0;
  write_frame();
}

void EngageAttempt::write_frame() {
  DataFrame& frame = *outgoing_.mutable_data();
  const std::size_t size = std::min(kFrameBytes, rest_.size() - rest_at_);
  frame.set_eof(body_sent_);
  frame.set_data(rest_.data() + rest_at_, size);
  rest_at_ += size;
  if (rest_at_ == rest_.size()) {
    rest_.clear();
  }
  writing_ = true;
  ++operations_;
  if (body_sent_) {
    stream_->WriteLast(outgoing_, grpc::WriteOptions(), &on_written_);
  } else {
    stream_->Write(outgoing_, &on_written_);
  }
}

void EngageAttempt::finish() {
  if (!std::exchange(finishing_, true)) {
    ++operations_;
    stream_->Finish(&status_, &on_finished_);
  }
}

void EngageAttempt::finished(bool /*ok*/) {
  --operations_;
  report();
  let_go();
}

void EngageAttempt::report() {
  AttemptEnd end;
  if (end_ != nullptr && !accepted_ && !end_->success() && end_->errorcode() == kRefusedCode) {
    end.kind = AttemptEnd::Kind::kRefused;
    const auto& trailing = context_.GetServerTrailingMetadata();
    if (const auto reason = trailing.find(kReasonKey); reason != trailing.end()) {
      end.reason = reason_of(std::string_view(reason->second.data(), reason->second.size()))
                       .value_or(core::RefusalReason::kRunnerFull);
    }
  } else if (end_ != nullptr) {
    end.kind = AttemptEnd::Kind::kFinished;
    end.success = end_->success();
    end.code = end_->errorcode();
    end.message = std::move(*end_->mutable_errorstr());
    end.by_function = end_->erroruser();
  } else {
    end.message = status_.error_message();
    end.reached = status_.error_code() != grpc::StatusCode::UNAVAILABLE;
  }
  if (end_ == nullptr || !end_->success()) {
    answer_->fail({core::ErrorCode::kUnavailable, "the runner broke off its answer"});
  } else {
    answer_->finish();
  }
  if (sink_.ended) {
    const AttemptSink sink = std::exchange(sink_, {});
    sink.ended(std::move(end));
  }
}

void EngageAttempt::let_go() {
  if (operations_ == 0 && finishing_) {
    self_.reset();
  }
}

}  // namespace fn::services
