// SPDX-License-Identifier: Apache-2.0

#include "services/lb/engage_attempt.h"

#include <algorithm>
#include <string>
#include <utility>

#include "services/wire/wire_names.h"
#include "services/wire/wire_text.h"

namespace fn::services {

EngageAttempt::EngageAttempt(const EngageRequest& request,
                             AttemptSink sink,
                             std::shared_ptr<void> alive)
    : alive_(std::move(alive)), request_(request), sink_(std::move(sink)) {}

void EngageAttempt::start(EngageStub& stub, grpc::CompletionQueue& queue) {
  self_ = shared_from_this();
  // The metadata travels with the first message.
  context_.set_initial_metadata_corked(true);
  context_.AddMetadata(kRequestIdKey, as_metadata(*request_.call_id));
  stream_ = stub.PrepareCall(&context_, "/RunnerProtocol/Engage", &queue);
  stream_->StartCall(nullptr);
  writing_ = true;
  operations_ += 2;
  read_body();
  TryCall& call = *outgoing_.mutable_try_();
  call.set_models_call_json(*request_.call_json);
  call.set_slot_hash_id(*request_.slot);
  grpc::WriteOptions options;
  if (frame_due_) {
    options.set_buffer_hint();  // the body's first frame follows at once
  }
  stream_->Write(outgoing_, options, &on_written_);
  stream_->ReadInitialMetadata(&on_metadata_);
}

void EngageAttempt::cancel() {
  cancelled_ = true;
  sink_ = {};
  if (!finishing_) {
    break_off();
  } else if (self_) {
    context_.TryCancel();
  }
}

// What waits for room in the answer is told, so that the stream is read to its end.
void EngageAttempt::break_off() {
  context_.TryCancel();
  answer_->fail({core::ErrorCode::kUnavailable, "the call was taken back"});
  answer_->abandon();
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
  stream_->Read(&incoming_, &on_read_);
}

void EngageAttempt::read(bool ok) {
  --operations_;
  RunnerMsg message;
  if (!ok) {
    finish();
  } else if (incoming_.Length() > kMessageBytes) {
    give_up("a message of " + std::to_string(incoming_.Length()) + " bytes, more than " +
            std::to_string(kMessageBytes));
  } else if (grpc::SerializationTraits<RunnerMsg>::Deserialize(&incoming_, &message).ok()) {
    take(message);
  } else {
    give_up("a message that cannot be read");
  }
  let_go();
}

void EngageAttempt::take(RunnerMsg& message) {
  if (message.has_result_start()) {
    take_start(*message.mutable_result_start()->mutable_http());
  } else if (message.has_data()) {
    take_frame(*message.mutable_data());
  } else if (message.has_finished()) {
    end_ = std::make_unique<CallFinished>(std::move(*message.mutable_finished()));
    finish();
  } else {
    read_next();
  }
}

void EngageAttempt::take_start(HttpRespMeta& meta) {
  constexpr int kStatusMin = 200;
  constexpr int kStatusMax = 599;
  accepted();
  if (meta.status_code() < kStatusMin || meta.status_code() > kStatusMax) {
    give_up("an answer with status " + std::to_string(meta.status_code()));
    return;
  }
  if (!std::exchange(answered_, true) && sink_.answered) {
    HttpHeaders headers;
    headers.reserve(static_cast<std::size_t>(meta.headers_size()));
    for (::HttpHeader& header : *meta.mutable_headers()) {
      headers.emplace_back(std::move(*header.mutable_key()), std::move(*header.mutable_value()));
    }
    sink_.answered(static_cast<unsigned>(meta.status_code()), std::move(headers), answer_);
  }
  read_next();
}

void EngageAttempt::take_frame(DataFrame& frame) {
  if (!answered_) {  // nobody reads it
    accepted();
    give_up("a body before its answer");
    return;
  }
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

// The runner breaks the protocol: a call that it has ends; another may go elsewhere.
void EngageAttempt::give_up(const std::string& text) {
  constexpr int kBadGateway = 502;
  if (accepted_) {
    fail_with(kBadGateway, "the runner sent " + text);
  }
  break_off();
  finish();
}

void EngageAttempt::fail_with(int code, const std::string& text) {
  end_ = std::make_unique<CallFinished>();
  end_->set_errorcode(code);
  end_->set_errorstr(text);
}

void EngageAttempt::written(bool ok) {
  --operations_;
  writing_ = false;
  if (ok && !cancelled_ && !finishing_) {
    frame_due_ ? write_frame() : read_body();
  }
  let_go();
}

void EngageAttempt::read_body() {
  if (body_ended_ || std::exchange(reading_body_, true)) {
    return;
  }
  request_.body->read([self = weak_from_this()](BodyPipe::Chunk chunk) {
    if (const auto attempt = self.lock()) {
      attempt->take_body(std::move(chunk));
    }
  });
}

void EngageAttempt::take_body(BodyPipe::Chunk chunk) {
  constexpr int kBadRequest = 400;
  reading_body_ = false;
  if (finishing_ || cancelled_) {
    return;
  }
  if (!chunk) {  // the client's fault: no other runner would fare better
    fail_with(kBadRequest, "the request's body broke off");
    break_off();
    return;
  }
  body_ended_ = !chunk->has_value();
  rest_ = chunk->value_or(std::string());
  rest_at_ = 0;
  frame_due_ = true;
  if (!writing_) {
    write_frame();
  }
}

void EngageAttempt::write_frame() {
  DataFrame& frame = *outgoing_.mutable_data();
  const std::size_t size = std::min(kFrameBytes, rest_.size() - rest_at_);
  frame.set_eof(body_ended_);
  frame.set_data(rest_.data() + rest_at_, size);
  rest_at_ += size;
  frame_due_ = rest_at_ < rest_.size();
  writing_ = true;
  ++operations_;
  if (body_ended_) {
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

// Runners of Fn end a stream with an HTTP status where gRPC has a number from 0 to 16: that is an
// answer, and no sign of a broken runner.
void EngageAttempt::take_http_status() {
  constexpr int kHttpError = 400;
  constexpr int kHttpErrorEnd = 600;
  const int number = status_.error_code();
  if (end_ == nullptr && number >= kHttpError && number < kHttpErrorEnd) {
    fail_with(number, status_.error_message());
  }
}

void EngageAttempt::report() {
  take_http_status();
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
