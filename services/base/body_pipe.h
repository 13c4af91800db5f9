// SPDX-License-Identifier: Apache-2.0
//
// BodyPipe: the bytes of one body on their way from one writer to one reader of the same thread. It
// holds at most a little more than its limit: a writer asks full() before it fetches more, and is
// told once when there is room again. So a slow reader is felt at the sender.
//
// A body ends once: well (finish) or badly (fail). What was written before is read first.
// Handlers may be called from within read(), write(), finish() and fail(), and may drop the pipe.

#pragma once

#include <cstddef>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"

namespace fn::services {

class BodyPipe {
 public:
  // Some bytes; or none: the body has ended well; or the error with which it ended.
  using Chunk = core::Result<std::optional<std::string>>;
  using ReadHandler = std::function<void(Chunk)>;

  static constexpr std::size_t kDefaultLimit = std::size_t{64} << 10;

  explicit BodyPipe(std::size_t limit = kDefaultLimit) : limit_(limit) {}

  // ---- the writer ----

  // Appends bytes; empty ones and those after the end are dropped.
  void write(std::string bytes);
  void finish();
  void fail(core::Error error);

  [[nodiscard]] bool full() const { return held_ >= limit_; }

  // Calls the handler once, when the pipe is no longer full or nobody will read on; at once if so.
  void when_room(std::function<void()> handler);

  // Calls the handler once, when a read finds nothing here; at once if one waits already.
  void when_wanted(std::function<void()> handler);

  // ---- the reader ----

  // Calls the handler with the next bytes or the end, at once if they are here. After the end every
  // read answers with it again. REQUIRES: no read is pending.
  void read(ReadHandler handler);

  // Gives back bytes that were read: the next read has them again. REQUIRES: no read is pending.
  void put_back(std::string bytes);

  // Takes back a read that has not been served.
  void unread() { reader_ = nullptr; }

  // The reader wants no more: what is held and what still comes is dropped.
  void abandon();

  [[nodiscard]] bool abandoned() const { return abandoned_; }

  // Finished or failed by the writer; bytes may still be held.
  [[nodiscard]] bool ended() const { return end_.has_value(); }

  [[nodiscard]] bool ended_well() const { return end_.has_value() && end_->has_value(); }

  // A read is pending.
  [[nodiscard]] bool reading() const { return reader_ != nullptr; }

  [[nodiscard]] std::size_t held() const { return held_; }

 private:
  void serve();
  void end(core::Status how);

  std::size_t limit_;
  std::size_t held_ = 0;
  std::deque<std::string> chunks_;
  std::optional<core::Status> end_;
  bool abandoned_ = false;
  ReadHandler reader_;
  std::function<void()> room_;
  std::function<void()> wanted_;
};

using BodyPipePtr = std::shared_ptr<BodyPipe>;

// A body of which all is here.
BodyPipePtr whole_body(std::string bytes);

// Reads the pipe to its end and hands over all of it, or an error: the writer's, or
// kInvalidArgument beyond `limit` bytes.
void read_whole(const BodyPipePtr& pipe,
                std::size_t limit,
                std::function<void(core::Result<std::string>)> done);

}  // namespace fn::services
