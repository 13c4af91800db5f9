// SPDX-License-Identifier: Apache-2.0

#include "services/runner/engage_stream.h"

#include <algorithm>
#include <utility>

#include "core/facts/fact_names.h"
#include "services/base/clock.h"
#include "services/wire/wire_names.h"
#include "services/wire/wire_text.h"

namespace fn::services {

void EngageStream::wait(EngageRpc& rpc,
                        grpc::ServerCompletionQueue& queue,
                        RunnerNode& node,
                        std::function<void()> taken,
                        std::shared_ptr<void> alive) {
  const auto stream = std::make_shared<EngageStream>(node, std::move(taken), std::move(alive));
  stream->self_ = stream;
  stream->context_.AsyncNotifyWhenDone(&stream->on_ended_);
  ++stream->operations_;
  rpc.request(stream->context_, stream->stream_, queue, &stream->on_requested_);
}

EngageStream::EngageStream(RunnerNode& node,
                           std::function<void()> taken,
                           std::shared_ptr<void> alive)
    : alive_(std::move(alive)), node_(node), taken_(std::move(taken)) {}

void EngageStream::requested(bool ok) {
  --operations_;
  if (!ok) {  // the server closes; gRPC then never speaks of the end
    let_go();
    return;
  }
  ++operations_;  // on_ended_
  taken_();
  read_next();
}

void EngageStream::ended(bool /*ok*/) {
  --operations_;
  if (context_.IsCancelled()) {
    broken_ = true;
    node_.cancel(std::exchange(ticket_, {}));
    request_->fail({core::ErrorCode::kUnavailable, "the LB took the call back"});
    if (answer_) {
      answer_->abandon();
    }
  }
  let_go();
}

void EngageStream::read_next() {
  if (!broken_ && !last_due_) {
    ++operations_;
    stream_.Read(&incoming_, &on_read_);
  }
}

void EngageStream::read(bool ok) {
  --operations_;
  if (!ok) {
    if (!offered_) {
      refuse_stream("Protocol failure: the stream ended before a call came");
    }
    request_->fail({core::ErrorCode::kUnavailable, "the request's body was cut off"});
  } else if (!offered_) {
    if (incoming_.has_try_()) {
      take_call(*incoming_.mutable_try_());
    } else {
      refuse_stream("Protocol failure: expected ClientMsg_Try");
    }
  } else if (incoming_.has_data()) {
    take_data(*incoming_.mutable_data());
  } else {
    request_->fail(
        {core::ErrorCode::kInvalidArgument, "Protocol failure: expected ClientMsg_Data"});
  }
  let_go();
}

void EngageStream::take_call(TryCall& message) {
  const std::size_t bytes = message.models_call_json().size();
  if (bytes > kMessageBytes) {
    refuse_stream("the call's headers and configuration take " + std::to_string(bytes) +
                  " bytes: at most " + std::to_string(kMessageBytes) + " are taken");
    return;
  }
  core::Result<ParsedCall> call = parse_call(message.models_call_json());
  if (!call) {
    refuse_stream(call.error().message);
    return;
  }
  offered_ = true;
  // From now on the LB may take the call back, which shows at the end of the stream.
  const std::string slot = std::move(*message.mutable_slot_hash_id());
  call_id_ = call->fields.id;
  const OfferTicket ticket = node_.offer(shared_from_this(), *std::move(call), slot, request_);
  ticket_ = broken_ || last_due_ ? OfferTicket{} : ticket;
  read_next();
}

void EngageStream::take_data(DataFrame& message) {
  if (message.data().size() > kMessageBytes) {
    request_->fail(
        {core::ErrorCode::kInvalidArgument,
         "Protocol failure: a frame of more than " + std::to_string(kMessageBytes) + " bytes"});
    return;
  }
  const bool last = message.eof();
  request_->write(std::move(*message.mutable_data()));
  if (last) {
    request_->finish();
    return;
  }
  request_->when_room([self = weak_from_this()] {
    if (const auto stream = self.lock()) {
      stream->read_next();
    }
  });
}

void EngageStream::accept() {
  context_.AddInitialMetadata(kAcceptedKey, as_metadata(call_id_));
  metadata_due_ = true;
  pump();
}

void EngageStream::refuse(core::RefusalReason reason) {
  const std::string_view name = core::name_of(reason);
  context_.AddTrailingMetadata(kReasonKey, std::string(name));
  RunnerMsg message;
  CallFinished& finished = *message.mutable_finished();
  finished.set_errorcode(kRefusedCode);
  finished.set_errorstr("Timed out - server too busy");
  end_with(std::move(message));
}

void EngageStream::refuse_stream(const std::string& text) {
  RunnerMsg message;
  CallFinished& finished = *message.mutable_finished();
  finished.set_errorcode(400);
  finished.set_errorstr(text);
  end_with(std::move(message));
}

void EngageStream::answered(unsigned status, HttpHeaders headers, BodyPipePtr body) {
  RunnerMsg message;
  HttpRespMeta& meta = *message.mutable_result_start()->mutable_http();
  meta.set_status_code(static_cast<int>(status));
  for (auto& [key, value] : headers) {
    ::HttpHeader& header = *meta.add_headers();
    header.set_key(as_utf8(std::move(key)));
    header.set_value(as_utf8(std::move(value)));
  }
  answer_ = std::move(body);
  send(std::move(message));
}

// Bytes are fetched when those before them have gone.
void EngageStream::read_answer() {
  answer_->read([self = weak_from_this()](BodyPipe::Chunk chunk) {
    if (const auto stream = self.lock()) {
      stream->send_answer(std::move(chunk));
    }
  });
}

void EngageStream::send_answer(BodyPipe::Chunk chunk) {
  if (!chunk) {  // its outcome follows from the container
    answer_.reset();
    pump();
    return;
  }
  rest_ = chunk->value_or(std::string());
  rest_at_ = 0;
  send_frame();
}

// What is left of the last chunk, or as much as one frame may hold.
void EngageStream::send_frame() {
  RunnerMsg message;
  DataFrame& frame = *message.mutable_data();
  const std::size_t size = std::min(kFrameBytes, rest_.size() - rest_at_);
  if (size == rest_.size()) {
    frame.set_data(std::exchange(rest_, {}));
  } else {
    frame.set_data(rest_.substr(rest_at_, size));
    rest_at_ += size;
    if (rest_at_ == rest_.size()) {
      rest_.clear();
    }
  }
  if (rest_.empty() && answer_->ended_well() && answer_->held() == 0) {
    frame.set_eof(true);
    answer_.reset();
  }
  send(std::move(message));
}

void EngageStream::finished(const RunOutcome& outcome, core::Duration waited, core::Duration ran) {
  ticket_ = {};
  RunnerMsg message;
  CallFinished& finished = *message.mutable_finished();
  finished.set_success(outcome.outcome == core::CallOutcome::kCompleted);
  if (!finished.success()) {
    finished.set_errorcode(outcome.error.status);
    finished.set_errorstr(as_utf8(outcome.error.message));
    finished.set_erroruser(outcome.error.by_function);
  }
  const std::int64_t now = wall_now_ns();
  finished.set_createdat(rfc3339(now - ran.count() - waited.count()));
  finished.set_startedat(rfc3339(now - ran.count()));
  finished.set_completedat(rfc3339(now));
  finished.set_schedulerduration(waited.count());
  finished.set_executionduration(ran.count());
  finish_ = std::move(message);
  pump();
}

void EngageStream::send(RunnerMsg message) {
  outgoing_.push_back(std::move(message));
  pump();
}

void EngageStream::end_with(RunnerMsg message) {
  last_due_ = true;
  send(std::move(message));
}

void EngageStream::pump() {
  if (writing_ || broken_ || last_sent_) {
    return;
  }
  if (std::exchange(metadata_due_, false)) {
    // A call that is answered at once sends its acceptance with the answer.
    if (outgoing_.empty() && !finish_) {
      writing_ = true;
      ++operations_;
      stream_.SendInitialMetadata(&on_written_);
      return;
    }
  }
  if (outgoing_.empty() && answer_ && !answer_->reading()) {
    rest_.empty() ? read_answer() : send_frame();
    return;
  }
  if (outgoing_.empty() && !answer_ && finish_) {
    outgoing_.push_back(*std::move(finish_));
    finish_.reset();
    last_due_ = true;
  }
  if (outgoing_.empty()) {
    return;
  }
  writing_ = true;
  ++operations_;
  const bool last = last_due_ && outgoing_.size() == 1;
  if (last) {
    last_sent_ = true;
    stream_.WriteAndFinish(outgoing_.front(), grpc::WriteOptions(), grpc::Status::OK, &on_written_);
  } else {
    grpc::WriteOptions options;
    if (outgoing_.size() > 1 || finish_) {
      options.set_buffer_hint();  // more follows at once
    }
    stream_.Write(outgoing_.front(), options, &on_written_);
  }
  outgoing_.pop_front();
}

void EngageStream::written(bool ok) {
  --operations_;
  writing_ = false;
  if (!ok) {
    broken_ = true;
    if (answer_) {
      std::exchange(answer_, nullptr)->abandon();
    }
  }
  pump();
  let_go();
}

void EngageStream::let_go() {
  if (operations_ == 0) {
    self_.reset();
  }
}

}  // namespace fn::services
