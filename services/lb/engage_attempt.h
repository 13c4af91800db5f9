// SPDX-License-Identifier: Apache-2.0
//
// One Engage stream on the LB's side (fn.md 1.6): writes the call and its body, reads the answer.
// It owns itself until gRPC has given back every operation. For runner_links.cc only.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "proto/runner.grpc.pb.h"

#include "services/lb/runner_port.h"
#include "services/wire/queue_thread.h"

namespace fn::services {

using EngageStub = grpc::TemplatedGenericStub<ClientMsg, grpc::ByteBuffer>;

class EngageAttempt : public std::enable_shared_from_this<EngageAttempt> {
 public:
  // `alive` is let go with the attempt.
  EngageAttempt(const EngageRequest& request, AttemptSink sink, std::shared_ptr<void> alive);

  void start(EngageStub& stub, grpc::CompletionQueue& queue);

  // The LB wants no more: the stream is broken, the sink is not called any more.
  void cancel();

 private:
  void metadata(bool ok);
  void read(bool ok);
  void written(bool ok);
  void finished(bool ok);

  void read_next();
  void take(RunnerMsg& message);
  void take_frame(DataFrame& frame);
  void take_start(HttpRespMeta& meta);
  void read_body();
  void take_body(BodyPipe::Chunk chunk);
  void write_frame();
  void accepted();
  void break_off();
  void give_up(const std::string& text);
  void fail_with(int code, const std::string& text);
  void take_http_status();
  void finish();
  void report();
  void let_go();

  std::shared_ptr<void> alive_;
  EngageRequest request_;
  AttemptSink sink_;
  std::shared_ptr<EngageAttempt> self_;
  grpc::ClientContext context_;
  // Answers are parsed here: gRPC would tell garbage from the end of the stream in nothing, and
  // then wait for that end.
  std::unique_ptr<grpc::ClientAsyncReaderWriter<ClientMsg, grpc::ByteBuffer>> stream_;
  CompletionOf<EngageAttempt, &EngageAttempt::metadata> on_metadata_{*this};
  CompletionOf<EngageAttempt, &EngageAttempt::read> on_read_{*this};
  CompletionOf<EngageAttempt, &EngageAttempt::written> on_written_{*this};
  CompletionOf<EngageAttempt, &EngageAttempt::finished> on_finished_{*this};
  int operations_ = 0;

  ClientMsg outgoing_;
  std::string rest_;  // bytes of the body that have been read, from rest_at_ on
  std::size_t rest_at_ = 0;
  grpc::ByteBuffer incoming_;
  grpc::Status status_;
  BodyPipePtr answer_ = std::make_shared<BodyPipe>();
  std::unique_ptr<CallFinished> end_;
  bool accepted_ = false;
  bool answered_ = false;
  bool writing_ = false;
  bool reading_body_ = false;
  bool frame_due_ = false;  // rest_, or the end
  bool body_ended_ = false;
  bool cancelled_ = false;
  bool finishing_ = false;
};

}  // namespace fn::services
