// SPDX-License-Identifier: Apache-2.0
//
// One call of a method other than Engage: Status, the standard health check, the log of a call,
// what the node pool manager says (proto/pool.proto), and UNIMPLEMENTED for what this runner does
// not offer. It owns itself until gRPC has given back every operation. For engage_service.cc only.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>

#include "services/runner/runner_node.h"
#include "services/runner/runner_rpc.h"
#include "services/wire/queue_thread.h"

namespace fn::services {

class RareCall final {
 public:
  // Waits for a call; `taken` is called once when one has come, to wait for the next.
  static void wait(grpc::AsyncGenericService& rpc,
                   grpc::ServerCompletionQueue& queue,
                   RunnerNode& node,
                   std::function<void()> taken,
                   std::shared_ptr<void> alive);

 private:
  RareCall(RunnerNode& node, std::function<void()> taken, std::shared_ptr<void> alive);

  void requested(bool ok);
  void read(bool ok);
  void written(bool ok);
  void finished(bool ok);

  // Answers now or, what the node pool manager waits for, later.
  void make_answer();
  void make_log_answer();
  void answer_or_decline();
  // Writes the messages, then the status; an error has no messages.
  void go_on();

  std::shared_ptr<void> alive_;
  RunnerNode& node_;
  std::function<void()> taken_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer request_;
  std::deque<std::string> messages_;
  grpc::Status status_;
  CompletionOf<RareCall, &RareCall::requested> on_requested_{*this};
  CompletionOf<RareCall, &RareCall::read> on_read_{*this};
  CompletionOf<RareCall, &RareCall::written> on_written_{*this};
  CompletionOf<RareCall, &RareCall::finished> on_finished_{*this};
};

}  // namespace fn::services
