// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_session.h"

#include <utility>

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;

// How long a client may take to read a last answer before the connection closes on what it sends.
constexpr core::Duration kLingerTime = 2s;
// Room that an idle connection may keep.
constexpr std::size_t kIdleRoom = 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

}  // namespace

HttpSession::HttpSession(std::shared_ptr<HttpSessionHost> host, int socket)
    : HttpWire(host->loop, socket),
      host_(std::move(host)),
      parser_(HttpParser::Reads::kRequests,
              {.head_bytes = host_->limits.header_bytes, .body_bytes = host_->limits.body_bytes}) {}

void HttpSession::start() {
  advance();
}

core::Instant HttpSession::after(core::Duration delay) {
  return core::later(host_->loop.now(), delay);
}

// ---- reading requests ----

void HttpSession::on_bytes(std::string_view bytes) {
  switch (phase_) {
    case Phase::kHead:
      unread_.append(bytes);
      advance();
      break;
    case Phase::kWork:
      if (!request_done_) {
        read_body(bytes);
        break;
      }
      unread_.append(bytes);
      if (unread_.size() < host_->limits.header_bytes) {
        want_bytes();
      }
      break;
    case Phase::kDrain:
      read_body(bytes);
      break;
    case Phase::kLinger:
      want_bytes(true);
      break;
  }
}

// A handler may answer at once, and the next request may be here: a loop, not a recursion.
void HttpSession::advance() {
  if (advancing_) {
    return;
  }
  const auto self = shared_from_this();
  advancing_ = true;
  while (is_open() && phase_ == Phase::kHead && take_head()) {
  }
  advancing_ = false;
}

bool HttpSession::take_head() {
  while (!parser_.begun() && unread_.starts_with(kLineEnd)) {
    unread_.erase(0, kLineEnd.size());  // some clients end a body so (RFC 9112, 2.2)
  }
  std::string no_body;
  unread_.erase(0, parser_.feed(unread_, no_body));
  if (parser_.fault() != HttpFault::kNone) {
    refuse_fault(parser_.fault());
    return false;
  }
  if (parser_.head_done()) {
    dispatch();
    return true;
  }
  if (!parser_.begun() && unread_.empty()) {
    if (host_->draining) {
      lose("");
      return false;
    }
    read_deadline_ = after(host_->limits.idle_time);
    if (unread_.capacity() > kIdleRoom) {
      unread_ = {};
    }
  } else if (!head_timed_) {
    head_timed_ = true;
    read_deadline_ = after(host_->limits.header_time);
  }
  want_bytes();
  return false;
}

void HttpSession::dispatch() {
  phase_ = Phase::kWork;
  read_deadline_ = core::kNever;
  ++number_;
  method_ = parser_.request().method;
  begun_ = host_->loop.now();
  request_done_ = parser_.done();
  keep_alive_ = parser_.keeps_alive();
  wants_continue_ = parser_.expects_continue() && !parser_.is_http_10();
  is_head_ = parser_.request().method == "HEAD";
  const auto length = parser_.content_length();
  const std::uint64_t limit = host_->limits.body_bytes;
  if (limit > 0 && length.value_or(0) > limit) {
    refuse_fault(HttpFault::kBodyTooLarge);
    return;
  }
  const auto announced = parser_.chunked() ? std::nullopt : std::optional(length.value_or(0));
  HttpExchangePtr exchange =
      make_exchange(std::static_pointer_cast<HttpSession>(shared_from_this()),
                    number_,
                    std::move(parser_.request()),
                    announced);
  if (!request_done_ && !unread_.empty()) {
    read_body({});
  }
  if (refused_) {
    return;
  }
  if (request_done_) {
    want_bytes();  // so that a client that hangs up is noticed
  }
  host_->handler(std::move(exchange));
}

// What it calls may answer, so that it finds the session at the next request.
void HttpSession::read_body(std::string_view bytes) {
  std::string body;
  if (unread_.empty()) {
    unread_.assign(bytes.substr(parser_.feed(bytes, body)));
  } else {
    unread_.append(bytes);
    unread_.erase(0, parser_.feed(unread_, body));
  }
  wants_continue_ = wants_continue_ && body.empty();
  read_deadline_ = core::kNever;
  const HttpFault fault = parser_.fault();
  const bool done = request_done_ = parser_.done();
  const std::uint64_t number = number_;
  if (phase_ == Phase::kDrain) {
    drained_ += body.size();
  } else if (const BodyPipePtr pipe = body_) {
    pipe->write(std::move(body));
    if (done) {
      pipe->finish();
    }
  } else {
    early_body_.append(body);
  }
  if (!is_open() || number != number_ || phase_ == Phase::kHead) {
    return;
  }
  if (fault != HttpFault::kNone) {
    refuse_fault(fault);
  } else if (!done) {
    pull();
  } else if (phase_ == Phase::kDrain) {
    next_request();
  } else {
    want_bytes();
  }
}

// Asks the client for more of a body, as far as somebody wants it.
void HttpSession::pull() {
  if (!is_open() || request_done_) {
    return;
  }
  if (phase_ == Phase::kDrain && drained_ > kHttpDrainLimit) {
    linger();
  } else if (phase_ == Phase::kDrain || (phase_ == Phase::kWork && has_room())) {
    read_deadline_ = after(host_->limits.body_pause);
    want_bytes(true);
  }
}

// Whether the body's pipe takes more; it calls pull() later if not.
bool HttpSession::has_room() {
  if (!body_ || body_->abandoned()) {
    return false;
  }
  if (std::exchange(wants_continue_, false) && !answered_) {
    queue(std::string(kContinue));
    send();
  }
  if (!body_ || !body_->full()) {
    return body_ != nullptr;
  }
  body_->when_room(pull_later());
  return false;
}

std::function<void()> HttpSession::pull_later() {
  return [weak = weak_from_this(), number = number_] {
    const auto self = std::static_pointer_cast<HttpSession>(weak.lock());
    if (self && self->number_ == number) {
      self->pull();
    }
  };
}

BodyPipePtr HttpSession::open_body(std::uint64_t number) {
  auto pipe = std::make_shared<BodyPipe>();
  if (number != number_ || !is_open() || phase_ != Phase::kWork || refused_) {
    pipe->fail({core::ErrorCode::kUnavailable, "the request is over"});
    return pipe;
  }
  body_ = pipe;
  pipe->write(std::exchange(early_body_, {}));
  if (request_done_) {
    pipe->finish();
  } else {
    pipe->when_wanted(pull_later());
  }
  return pipe;
}

void HttpSession::on_sent() {
  if (!answered_ || phase_ != Phase::kWork) {
    return;  // what has left was a 100
  }
  gone_ = nullptr;
  if (request_done_) {
    next_request();
  } else if (refused_ || !keep_alive_) {
    fail_body(core::ErrorCode::kUnavailable, "the request was answered before its body was read");
    linger();
  } else {
    phase_ = Phase::kDrain;
    drained_ = 0;
    fail_body(core::ErrorCode::kUnavailable, "the request was answered before its body was read");
    pull();
  }
}

void HttpSession::next_request() {
  if (!keep_alive_ || refused_ || host_->draining) {
    // With bytes unread, closing would reset the connection and could take the answer with it.
    if (!refused_ && unread_.empty() && is_quiet()) {
      lose("");
    } else {
      linger();
    }
    return;
  }
  phase_ = Phase::kHead;
  parser_.reset();
  body_ = nullptr;
  early_body_.clear();
  method_.clear();
  head_timed_ = request_done_ = answered_ = gone_told_ = is_head_ = wants_continue_ = false;
  advance();
}

void HttpSession::linger() {
  phase_ = Phase::kLinger;
  end_sending();
  read_deadline_ = after(kLingerTime);
  want_bytes(true);
}

// ---- the end ----

void HttpSession::when_gone(std::uint64_t number, std::function<void()> handler) {
  if (number != number_ || phase_ != Phase::kWork) {
    return;
  }
  if (gone_told_) {
    handler();
  } else {
    gone_ = std::move(handler);
  }
}

void HttpSession::tell_gone() {
  gone_told_ = true;
  if (gone_) {
    std::exchange(gone_, nullptr)();
  }
}

void HttpSession::fail_body(core::ErrorCode code, const std::string& why) {
  if (const BodyPipePtr pipe = std::exchange(body_, nullptr); pipe && !request_done_) {
    pipe->fail({code, why});
  }
}

void HttpSession::on_end() {
  if (phase_ == Phase::kWork && request_done_) {
    keep_alive_ = false;
    tell_gone();
  } else {
    lose("the client closed the connection");
  }
}

void HttpSession::on_broken() {
  lose("the connection to the client broke");
}

void HttpSession::on_write_failed() {
  lose("the connection to the client broke");
}

void HttpSession::on_body_failed() {
  lose("the answer broke off");
}

void HttpSession::lose(const std::string& why) {
  if (!is_open()) {
    return;
  }
  const auto self = shared_from_this();
  close();
  fail_body(core::ErrorCode::kUnavailable, why);
  if (phase_ == Phase::kWork) {
    tell_gone();
  }
  host_->closed(this);
}

void HttpSession::check(core::Instant now) {
  if (!is_open()) {
    return;
  }
  if (stuck_since() != core::kNever &&
      core::later(stuck_since(), host_->limits.write_time) <= now) {
    lose("the client does not read its answer");
  } else if (read_deadline_ <= now) {
    if (phase_ == Phase::kWork || (phase_ == Phase::kHead && head_timed_)) {
      refuse(408, "request timed out");
    } else {
      lose("");
    }
  } else if (phase_ == Phase::kWork && !wants_bytes() && !gone_told_ && peer_has_ended()) {
    keep_alive_ = false;
    tell_gone();
  }
}

void HttpSession::drain() {
  if (phase_ == Phase::kHead && !head_timed_) {
    lose("");
  }
}

void HttpSession::stop() {
  close();
  gone_ = nullptr;
  body_ = nullptr;
}

}  // namespace fn::services
