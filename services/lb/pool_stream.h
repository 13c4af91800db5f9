// SPDX-License-Identifier: Apache-2.0
//
// One bidirectional stream to the node pool manager: messages of type Out go in order, one at a
// time; messages of type In come. It owns itself until gRPC has given back every operation. For
// pool_client.cc only.

#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include <grpcpp/generic/generic_stub.h>
#include <grpcpp/grpcpp.h>

#include "services/wire/queue_thread.h"

namespace fn::services {

template <typename Out, typename In>
class PoolStream : public std::enable_shared_from_this<PoolStream<Out, In>> {
 public:
  using Stub = grpc::TemplatedGenericStub<Out, In>;

  struct Sink {
    std::function<void(const In& message)> received;
    std::function<void(const grpc::Status& status)> ended;  // once, unless it was cancelled
  };

  // `alive` is let go with the stream.
  PoolStream(Sink sink, std::shared_ptr<void> alive)
      : sink_(std::move(sink)), alive_(std::move(alive)) {}

  void start(Stub& stub, const std::string& method, grpc::CompletionQueue& queue) {
    self_ = this->shared_from_this();
    stream_ = stub.PrepareCall(&context_, method, &queue);
    writing_ = true;
    ++operations_;
    stream_->StartCall(&on_written_);
    ++operations_;
    stream_->Read(&incoming_, &on_read_);
  }

  void write(Out message) {
    waiting_.push_back(std::move(message));
    write_next();
  }

  // The sink is not called any more.
  void cancel() {
    sink_ = {};
    context_.TryCancel();
  }

 private:
  void write_next() {
    if (!writing_ && !waiting_.empty() && !finishing_) {
      writing_ = true;
      ++operations_;
      outgoing_ = std::move(waiting_.front());
      waiting_.pop_front();
      stream_->Write(outgoing_, &on_written_);
    }
  }

  void written(bool ok) {
    --operations_;
    writing_ = false;
    if (ok) {
      write_next();
    }
    let_go();
  }

  void read(bool ok) {
    --operations_;
    if (ok) {
      if (sink_.received) {
        sink_.received(incoming_);
      }
      ++operations_;
      stream_->Read(&incoming_, &on_read_);
      return;
    }
    finishing_ = true;
    ++operations_;
    stream_->Finish(&status_, &on_finished_);
  }

  void finished(bool /*ok*/) {
    --operations_;
    if (const auto ended = std::exchange(sink_, {}).ended) {
      ended(status_);
    }
    let_go();
  }

  void let_go() {
    if (operations_ == 0 && finishing_) {
      self_.reset();
    }
  }

  Sink sink_;
  std::shared_ptr<void> alive_;
  std::shared_ptr<PoolStream> self_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReaderWriter<Out, In>> stream_;
  Out outgoing_;
  In incoming_;
  std::deque<Out> waiting_;
  grpc::Status status_;
  int operations_ = 0;
  bool writing_ = false;
  bool finishing_ = false;
  CompletionOf<PoolStream, &PoolStream::written> on_written_{*this};
  CompletionOf<PoolStream, &PoolStream::read> on_read_{*this};
  CompletionOf<PoolStream, &PoolStream::finished> on_finished_{*this};
};

}  // namespace fn::services
