// SPDX-License-Identifier: Apache-2.0
//
// One Engage stream on the runner's side (fn.md 1.6): reads the call and its body, writes the
// answer, one write in flight. It owns itself until gRPC has given back every operation. For
// engage_service.cc only.

#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "services/runner/offered_call.h"
#include "services/runner/runner_node.h"
#include "services/runner/runner_rpc.h"
#include "services/wire/queue_thread.h"

namespace fn::services {

class EngageStream final : public OfferedCall, public std::enable_shared_from_this<EngageStream> {
 public:
  // Waits for a stream; `taken` is called once when one has come, to wait for the next.
  // `alive` is let go with the stream.
  static void wait(EngageRpc& rpc,
                   grpc::ServerCompletionQueue& queue,
                   RunnerNode& node,
                   std::function<void()> taken,
                   std::shared_ptr<void> alive);

  EngageStream(RunnerNode& node, std::function<void()> taken, std::shared_ptr<void> alive);

  // OfferedCall
  void accept() override;
  void refuse(core::RefusalReason reason) override;
  void answered(unsigned status, HttpHeaders headers, BodyPipePtr body) override;
  void finished(const RunOutcome& outcome, core::Duration waited, core::Duration ran) override;

 private:
  void requested(bool ok);
  void ended(bool ok);
  void read(bool ok);
  void written(bool ok);

  void read_next();
  void take_call(TryCall& message);
  void take_data(DataFrame& message);
  void refuse_stream(const std::string& text);
  void send(RunnerMsg message);
  void read_answer();
  void send_answer(BodyPipe::Chunk chunk);
  void send_frame();
  void end_with(RunnerMsg message);
  void pump();
  void let_go();

  std::shared_ptr<void> alive_;
  RunnerNode& node_;
  std::function<void()> taken_;
  std::shared_ptr<EngageStream> self_;
  grpc::ServerContext context_;
  EngageWire stream_{&context_};
  CompletionOf<EngageStream, &EngageStream::requested> on_requested_{*this};
  CompletionOf<EngageStream, &EngageStream::ended> on_ended_{*this};
  CompletionOf<EngageStream, &EngageStream::read> on_read_{*this};
  CompletionOf<EngageStream, &EngageStream::written> on_written_{*this};
  int operations_ = 0;  // begun and not given back

  ClientMsg incoming_;
  std::string call_id_;
  OfferTicket ticket_;
  BodyPipePtr request_ = std::make_shared<BodyPipe>();
  bool offered_ = false;

  std::deque<RunnerMsg> outgoing_;
  bool metadata_due_ = false;
  bool writing_ = false;
  bool broken_ = false;    // nothing more can be written
  bool last_due_ = false;  // the last of outgoing_ ends the stream
  bool last_sent_ = false;
  BodyPipePtr answer_;  // being sent
  std::string rest_;    // bytes of it that have been read, from rest_at_ on
  std::size_t rest_at_ = 0;
  std::optional<RunnerMsg> finish_;  // goes once the answer is sent
};

}  // namespace fn::services
