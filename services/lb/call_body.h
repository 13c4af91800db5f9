// SPDX-License-Identifier: Apache-2.0
//
// CallBody: the body of one call on its way from the client to a runner. Its first bytes are kept
// until a runner has taken the call, so that a refused call can be offered to the next one from the
// start. At the limit nothing more is read for a while, which covers a refusal; after that the
// attempt is final. Nothing is read from the client before an attempt asks for it.
//
// All kept bytes of a load balancer count against one BodyBudget.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "services/base/body_pipe.h"
#include "services/base/loop.h"

namespace fn::services {

struct CallBodyLimits {
  std::size_t replay_bytes = std::size_t{1} << 20;
  core::Duration full_pause = std::chrono::milliseconds(250);
};

// Bytes that all calls together may keep. Calls beyond wait, unread, in order.
class BodyBudget {
 public:
  explicit BodyBudget(std::size_t limit) : limit_(limit) {}

  [[nodiscard]] bool spent() const { return held_ >= limit_; }

  void take(std::size_t bytes) { held_ += bytes; }

  void give_back(std::size_t bytes);

  // Calls the handler once there is room; at once if there is. Answers with its number in the
  // queue; 0: it is in none.
  std::uint64_t when_room(std::function<void()> handler);

  // Whoever has this number waits no more.
  void forget(std::uint64_t number) { waiting_.erase(number); }

  [[nodiscard]] std::size_t held() const { return held_; }

  [[nodiscard]] std::size_t waiting() const { return waiting_.size(); }

 private:
  std::size_t limit_;
  std::size_t held_ = 0;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, std::function<void()>> waiting_;  // in the order in which they came
};

class CallBody : public std::enable_shared_from_this<CallBody> {
 public:
  // REQUIRES: loop and budget outlive the body.
  CallBody(Loop& loop, BodyBudget& budget, const CallBodyLimits& limits, BodyPipePtr source);
  ~CallBody();
  CallBody(const CallBody&) = delete;
  CallBody& operator=(const CallBody&) = delete;

  // The next bytes of the present attempt, or the end (BodyPipe::Chunk). One read at a time.
  void read(BodyPipe::ReadHandler handler);

  // A new attempt reads from the start; a read of the old one is forgotten. REQUIRES: not final.
  void restart();

  // A runner has taken the call: what was read is let go, the rest streams.
  void commit();

  // The attempt under way is the last: bytes it has read are gone.
  [[nodiscard]] bool final() const { return committed_; }

  // Called once when the kept bytes reached the limit and the pause is over: final from then on.
  void when_final(std::function<void()> handler) { when_final_ = std::move(handler); }

  // Nobody will read on.
  void abandon();

 private:
  void serve();
  void fetch();
  void read_source();
  void fetched(BodyPipe::Chunk chunk);
  void let_go();

  Loop& loop_;
  BodyBudget& budget_;
  CallBodyLimits limits_;
  BodyPipePtr source_;
  std::deque<std::string> kept_;
  std::size_t kept_bytes_ = 0;
  std::size_t position_ = 0;  // of the next chunk of the attempt, within kept_
  std::optional<BodyPipe::Chunk> end_;
  BodyPipe::ReadHandler reader_;
  std::function<void()> when_final_;
  std::unique_ptr<LoopTimer> pause_;
  bool fetching_ = false;
  bool queued_ = false;      // for the budget
  std::uint64_t place_ = 0;  // in the budget\'s queue
  bool committed_ = false;
};

}  // namespace fn::services
