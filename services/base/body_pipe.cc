// SPDX-License-Identifier: Apache-2.0

#include "services/base/body_pipe.h"

#include <utility>

#include "core/base/assert.h"

namespace fn::services {
namespace {

// Beyond so many pieces, small ones are held together: a body that comes byte by byte takes no more
// room than others, and readers that read on from within their handler do not get deep.
constexpr std::size_t kPieces = 64;
constexpr std::size_t kSmall = std::size_t{4} << 10;

}  // namespace

void BodyPipe::write(std::string bytes) {
  if (bytes.empty() || end_ || abandoned_) {
    return;
  }
  held_ += bytes.size();
  if (chunks_.size() >= kPieces && chunks_.back().size() + bytes.size() <= kSmall) {
    chunks_.back() += bytes;
  } else {
    chunks_.push_back(std::move(bytes));
  }
  serve();
}

void BodyPipe::put_back(std::string bytes) {
  FN_ASSERT(!reader_);
  if (!bytes.empty() && !abandoned_) {
    held_ += bytes.size();
    chunks_.push_front(std::move(bytes));
  }
}

void BodyPipe::finish() {
  end(core::Status{});
}

void BodyPipe::fail(core::Error error) {
  end(core::fail(error.code, std::move(error.message)));
}

void BodyPipe::end(core::Status how) {
  if (!end_) {
    end_ = std::move(how);
    serve();
  }
}

void BodyPipe::when_room(std::function<void()> handler) {
  if (!full() || abandoned_) {
    handler();
  } else {
    room_ = std::move(handler);
  }
}

void BodyPipe::when_wanted(std::function<void()> handler) {
  if (reader_) {
    handler();
  } else {
    wanted_ = std::move(handler);
  }
}

// A reader that is served may drop this pipe, so only one that must wait looks at it again.
void BodyPipe::read(ReadHandler handler) {
  FN_ASSERT(!reader_);
  reader_ = std::move(handler);
  if (!chunks_.empty() || end_) {
    serve();
  } else if (wanted_) {
    std::exchange(wanted_, nullptr)();
  }
}

void BodyPipe::abandon() {
  abandoned_ = true;
  chunks_.clear();
  held_ = 0;
  reader_ = nullptr;
  wanted_ = nullptr;
  if (room_) {
    std::exchange(room_, nullptr)();
  }
}

// The handlers may drop this pipe, so nothing of it is touched after the last call.
void BodyPipe::serve() {
  if (!reader_ || (chunks_.empty() && !end_)) {
    return;
  }
  const ReadHandler reader = std::exchange(reader_, nullptr);
  if (chunks_.empty()) {
    reader(end_->has_value() ? Chunk(std::nullopt)
                             : Chunk(core::fail(end_->error().code, end_->error().message)));
    return;
  }
  std::string bytes = std::move(chunks_.front());
  chunks_.pop_front();
  held_ -= bytes.size();
  const std::function<void()> room = full() ? nullptr : std::exchange(room_, nullptr);
  reader(Chunk(std::move(bytes)));
  if (room) {
    room();
  }
}

BodyPipePtr whole_body(std::string bytes) {
  auto pipe = std::make_shared<BodyPipe>();
  pipe->write(std::move(bytes));
  pipe->finish();
  return pipe;
}

namespace {

struct Gathering {
  BodyPipePtr pipe;
  std::size_t limit;
  std::function<void(core::Result<std::string>)> done;
  std::string bytes;
};

void gather(const std::shared_ptr<Gathering>& gathering) {
  gathering->pipe->read([gathering](BodyPipe::Chunk chunk) {
    if (!chunk) {
      gathering->done(core::fail(chunk.error().code, chunk.error().message));
    } else if (!*chunk) {
      gathering->done(std::move(gathering->bytes));
    } else if (gathering->bytes.size() + (*chunk)->size() > gathering->limit) {
      gathering->pipe->abandon();
      gathering->done(core::fail(core::ErrorCode::kInvalidArgument, "body too large"));
    } else {
      gathering->bytes += **chunk;
      gather(gathering);
    }
  });
}

}  // namespace

void read_whole(const BodyPipePtr& pipe,
                std::size_t limit,
                std::function<void(core::Result<std::string>)> done) {
  gather(std::make_shared<Gathering>(Gathering{pipe, limit, std::move(done), {}}));
}

}  // namespace fn::services
