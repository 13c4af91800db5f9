// SPDX-License-Identifier: Apache-2.0

#include "services/lb/call_body.h"

#include <utility>

#include "core/base/assert.h"

namespace fn::services {

void BodyBudget::give_back(std::size_t bytes) {
  held_ -= bytes;
  while (!waiting_.empty() && !spent()) {
    const auto first = waiting_.extract(waiting_.begin());
    first.mapped()();
  }
}

std::uint64_t BodyBudget::when_room(std::function<void()> handler) {
  if (waiting_.empty() && !spent()) {
    handler();
    return 0;
  }
  waiting_.emplace(++last_, std::move(handler));
  return last_;
}

CallBody::CallBody(Loop& loop, BodyBudget& budget, const CallBodyLimits& limits, BodyPipePtr source)
    : loop_(loop), budget_(budget), limits_(limits), source_(std::move(source)) {}

CallBody::~CallBody() {
  let_go();
}

void CallBody::read(BodyPipe::ReadHandler handler) {
  FN_ASSERT(!reader_);
  reader_ = std::move(handler);
  serve();
}

void CallBody::restart() {
  FN_ASSERT(!committed_);
  reader_ = nullptr;
  position_ = 0;
}

void CallBody::commit() {
  if (std::exchange(committed_, true)) {
    return;
  }
  pause_.reset();
  // What the attempt has read is not needed again; what it has not, goes as it is read.
  for (; position_ > 0; --position_) {
    kept_bytes_ -= kept_.front().size();
    budget_.give_back(kept_.front().size());
    kept_.pop_front();
  }
  if (std::exchange(queued_, false)) {
    budget_.forget(std::exchange(place_, 0));
    read_source();
  }
  serve();
}

void CallBody::abandon() {
  reader_ = nullptr;
  when_final_ = nullptr;
  pause_.reset();
  source_->abandon();
  let_go();
}

void CallBody::let_go() {
  queued_ = false;
  budget_.forget(std::exchange(place_, 0));
  budget_.give_back(std::exchange(kept_bytes_, 0));
  kept_.clear();
  position_ = 0;
}

void CallBody::serve() {
  if (!reader_) {
    return;
  }
  if (position_ < kept_.size()) {
    const BodyPipe::ReadHandler reader = std::exchange(reader_, nullptr);
    if (!committed_) {
      reader(std::string(kept_[position_++]));
      return;
    }
    std::string bytes = std::move(kept_.front());
    kept_.pop_front();
    kept_bytes_ -= bytes.size();
    budget_.give_back(bytes.size());
    reader(std::move(bytes));
    return;
  }
  if (end_) {
    const BodyPipe::ReadHandler reader = std::exchange(reader_, nullptr);
    reader(*end_);
    return;
  }
  if (committed_ || kept_bytes_ < limits_.replay_bytes) {
    fetch();
  } else if (!pause_) {
    pause_ = std::make_unique<LoopTimer>(loop_);
    pause_->set_after(limits_.full_pause, [this] {
      const auto self = shared_from_this();
      commit();
      if (when_final_) {
        std::exchange(when_final_, nullptr)();
      }
    });
  }
}

// A body that a runner reads takes no part in the budget's queue: whoever waits there waits for
// runs to end.
void CallBody::fetch() {
  if (std::exchange(fetching_, true)) {
    return;
  }
  if (committed_) {
    read_source();
    return;
  }
  queued_ = true;
  place_ = budget_.when_room([self = weak_from_this()] {
    const auto body = self.lock();
    if (body && std::exchange(body->queued_, false)) {
      body->read_source();
    }
  });
}

void CallBody::read_source() {
  source_->read([self = weak_from_this()](BodyPipe::Chunk chunk) {
    if (const auto body = self.lock()) {
      body->fetched(std::move(chunk));
    }
  });
}

void CallBody::fetched(BodyPipe::Chunk chunk) {
  fetching_ = false;
  if (chunk && *chunk) {
    kept_bytes_ += (*chunk)->size();
    budget_.take((*chunk)->size());
    kept_.push_back(std::move(**chunk));
  } else {
    end_ = std::move(chunk);
  }
  serve();
}

}  // namespace fn::services
