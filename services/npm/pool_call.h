// SPDX-License-Identifier: Apache-2.0
//
// PoolCall: one call to the node pool manager, of whichever method, unary or a stream. It reads
// messages one after the other and gives each to its handler, which answers by write() and
// finish(). It owns itself until gRPC has given back every operation. For services/npm only.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include <grpcpp/generic/async_generic_service.h>
#include <grpcpp/grpcpp.h>

#include "services/wire/queue_thread.h"

namespace fn::services {

class PoolCall;

// What is done with the messages of a call. One per call; it goes with it.
class CallHandler {
 public:
  virtual ~CallHandler() = default;

  // A whole message has come; the next one is read after this.
  virtual void received(PoolCall& call, const std::string& bytes) = 0;
  // The peer has sent all it wanted, or has gone.
  virtual void ended(PoolCall& call) = 0;

  // What was written has left: more may be.
  virtual void written(PoolCall& call) { static_cast<void>(call); }
};

class PoolCall final {
 public:
  // The handler of a method, or null: it is not offered.
  using MakeHandler = std::function<std::unique_ptr<CallHandler>(const std::string& method)>;
  using All = std::set<PoolCall*>;

  // Waits for a call; `taken` is called once when one has come, to wait for the next. `all` holds
  // those under way.
  static void wait(grpc::AsyncGenericService& rpc,
                   grpc::ServerCompletionQueue& queue,
                   const MakeHandler& make_handler,
                   std::function<void()> taken,
                   std::shared_ptr<All> all);

  // REQUIRES: nothing that was written is still under way.
  void write(const std::string& bytes);

  [[nodiscard]] bool writing() const { return writing_; }

  // Whether a peer has called; else it is still waited for.
  [[nodiscard]] bool begun() const { return begun_; }

  // Ends the call, after what is still being written. Only the first one counts.
  void finish(const grpc::Status& status);
  // The answer of a unary call.
  void answer(const std::string& bytes);

  // Reads no further message for now, until resume().
  void pause() { paused_ = true; }

  void resume();

 private:
  PoolCall(const MakeHandler& make_handler, std::function<void()> taken, std::shared_ptr<All> all);

  void requested(bool ok);
  void read(bool ok);
  void wrote(bool ok);
  void finished(bool ok);
  void read_next();
  void leave_if_done();

  const MakeHandler& make_handler_;
  std::function<void()> taken_;
  std::shared_ptr<All> all_;
  std::unique_ptr<CallHandler> handler_;
  grpc::GenericServerContext context_;
  grpc::GenericServerAsyncReaderWriter stream_{&context_};
  grpc::ByteBuffer message_;
  grpc::Status end_;
  bool begun_ = false;
  bool reading_ = false;
  bool paused_ = false;
  bool read_all_ = false;
  bool writing_ = false;
  bool finishing_ = false;  // finish() was called
  bool finished_ = false;
  CompletionOf<PoolCall, &PoolCall::requested> on_requested_{*this};
  CompletionOf<PoolCall, &PoolCall::read> on_read_{*this};
  CompletionOf<PoolCall, &PoolCall::wrote> on_wrote_{*this};
  CompletionOf<PoolCall, &PoolCall::finished> on_finished_{*this};
};

}  // namespace fn::services
