// SPDX-License-Identifier: Apache-2.0
//
// One call of a method other than Engage: Status, the standard health check, what the node pool
// manager says (proto/pool.proto), and UNIMPLEMENTED for what this runner does not offer. It owns
// itself until gRPC has given back every operation. For engage_service.cc only.

#pragma once

#include <functional>
#include <memory>
#include <optional>
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
  void finished(bool ok);

  void answer(const grpc::Status& status, const std::string& bytes);
  // The answer's bytes, or none: it is no such method.
  [[nodiscard]] std::optional<std::string> simple_answer() const;

  std::shared_ptr<void> alive_;
  RunnerNode& node_;
  std::function<void()> taken_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer request_;
  CompletionOf<RareCall, &RareCall::requested> on_requested_{*this};
  CompletionOf<RareCall, &RareCall::read> on_read_{*this};
  CompletionOf<RareCall, &RareCall::finished> on_finished_{*this};
};

}  // namespace fn::services
