// SPDX-License-Identifier: Apache-2.0

#include "services/npm/pool_call.h"

#include <utility>

#include "core/base/assert.h"

namespace fn::services {
namespace {

grpc::ByteBuffer buffer_of(const std::string& bytes) {
  const grpc::Slice slice(bytes);
  return {&slice, 1};
}

}  // namespace

void PoolCall::wait(grpc::AsyncGenericService& rpc,
                    grpc::ServerCompletionQueue& queue,
                    const MakeHandler& make_handler,
                    std::function<void()> taken,
                    std::shared_ptr<All> all) {
  auto* const call = new PoolCall(make_handler, std::move(taken), std::move(all));
  rpc.RequestCall(&call->context_, &call->stream_, &queue, &queue, &call->on_requested_);
}

PoolCall::PoolCall(const MakeHandler& make_handler,
                   std::function<void()> taken,
                   std::shared_ptr<All> all)
    : make_handler_(make_handler), taken_(std::move(taken)), all_(std::move(all)) {
  all_->insert(this);
}

void PoolCall::requested(bool ok) {
  if (!ok) {
    finished_ = true;
    leave_if_done();
    return;
  }
  begun_ = true;
  taken_();
  handler_ = make_handler_(context_.method());
  if (handler_ == nullptr) {
    read_all_ = true;
    finish({grpc::StatusCode::UNIMPLEMENTED,
            context_.method() + ": this node pool manager does not offer it"});
    return;
  }
  read_next();
}

void PoolCall::read_next() {
  if (!reading_ && !read_all_ && !paused_ && !finishing_) {
    reading_ = true;
    stream_.Read(&message_, &on_read_);
  }
}

void PoolCall::read(bool ok) {
  reading_ = false;
  if (!ok) {
    read_all_ = true;
    if (!finishing_) {
      handler_->ended(*this);
    }
    leave_if_done();
    return;
  }
  if (!finishing_) {
    grpc::Slice whole;
    std::string bytes;
    if (message_.DumpToSingleSlice(&whole).ok()) {
      bytes.assign(reinterpret_cast<const char*>(whole.begin()), whole.size());
    }
    handler_->received(*this, bytes);
    read_next();
  }
  leave_if_done();
}

void PoolCall::resume() {
  paused_ = false;
  read_next();
}

void PoolCall::write(const std::string& bytes) {
  FN_ASSERT(!writing_);
  if (finishing_) {
    return;
  }
  writing_ = true;
  stream_.Write(buffer_of(bytes), &on_wrote_);
}

void PoolCall::wrote(bool ok) {
  writing_ = false;
  if (finishing_) {
    stream_.Finish(end_, &on_finished_);
  } else if (ok) {
    handler_->written(*this);
  } else {
    finish({grpc::StatusCode::CANCELLED, "the peer has gone"});
  }
}

void PoolCall::finish(const grpc::Status& status) {
  if (std::exchange(finishing_, true)) {
    return;
  }
  end_ = status;
  if (!writing_) {
    stream_.Finish(end_, &on_finished_);
  }
}

void PoolCall::answer(const std::string& bytes) {
  if (!std::exchange(finishing_, true)) {
    FN_ASSERT(!writing_);
    stream_.WriteAndFinish(buffer_of(bytes), grpc::WriteOptions(), grpc::Status::OK, &on_finished_);
  }
}

void PoolCall::finished(bool /*ok*/) {
  finished_ = true;
  leave_if_done();
}

void PoolCall::leave_if_done() {
  if (finished_ && !reading_ && !writing_) {
    all_->erase(this);
    delete this;
  }
}

}  // namespace fn::services
