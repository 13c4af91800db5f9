// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_session.h"

#include <utility>

#include "services/base/clock.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;

// So much of a body that nobody reads is taken in so that the connection can go on.
constexpr std::uint64_t kDrainLimit = std::uint64_t{256} << 10;
// How long a client may take to read a last answer before the connection closes on what it sends.
constexpr core::Duration kLingerTime = 2s;
// Room that an idle connection may keep.
constexpr std::size_t kIdleRoom = 1024;

constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

const HttpHeaders& json_headers() {
  static const HttpHeaders kHeaders = {{"Content-Type", "application/json; charset=utf-8"}};
  return kHeaders;
}

class Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<HttpSession> session,
           std::uint64_t number,
           HttpRequestHead head,
           std::optional<std::uint64_t> length)
      : session_(std::move(session)), number_(number), head_(std::move(head)), length_(length) {}

  ~Exchange() override { session_->dropped(number_); }

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const HttpRequestHead& head() const override { return head_; }

  [[nodiscard]] std::string peer() const override { return session_->peer(); }

  [[nodiscard]] std::optional<std::uint64_t> content_length() const override { return length_; }

  [[nodiscard]] const BodyPipePtr& body() override {
    if (!body_) {
      body_ = session_->open_body(number_);
    }
    return body_;
  }

  void respond(HttpResponse response) override { session_->answer(number_, std::move(response)); }

  void respond(unsigned status,
               HttpHeaders headers,
               std::optional<std::uint64_t> length,
               BodyPipePtr body) override {
    session_->answer(number_, status, headers, length, std::move(body));
  }

  void when_gone(std::function<void()> handler) override {
    session_->when_gone(number_, std::move(handler));
  }

 private:
  std::shared_ptr<HttpSession> session_;
  std::uint64_t number_;
  HttpRequestHead head_;
  std::optional<std::uint64_t> length_;
  BodyPipePtr body_;
};

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
  auto exchange =
      std::make_shared<Exchange>(std::static_pointer_cast<HttpSession>(shared_from_this()),
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

void HttpSession::pull() {
  if (!is_open() || request_done_) {
    return;
  }
  if (phase_ == Phase::kDrain) {
    if (drained_ > kDrainLimit) {
      linger();
      return;
    }
  } else {
    if (phase_ != Phase::kWork || !body_ || body_->abandoned()) {
      return;
    }
    if (std::exchange(wants_continue_, false) && !answered_) {
      queue(std::string(kContinue));
      send();
    }
    if (body_->full()) {
      body_->when_room([weak = weak_from_this(), number = number_] {
        const auto self = std::static_pointer_cast<HttpSession>(weak.lock());
        if (self && self->number_ == number) {
          self->pull();
        }
      });
      return;
    }
  }
  read_deadline_ = after(host_->limits.body_pause);
  want_bytes(true);
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
    pipe->when_wanted([weak = weak_from_this(), number] {
      const auto self = std::static_pointer_cast<HttpSession>(weak.lock());
      if (self && self->number_ == number) {
        self->pull();
      }
    });
  }
  return pipe;
}

// ---- answering ----

bool HttpSession::may_answer(std::uint64_t number) const {
  return number == number_ && is_open() && phase_ == Phase::kWork && !answered_;
}

HttpBodyFrame HttpSession::frame_for(unsigned status, std::optional<std::uint64_t> length) const {
  if (status == 204 || status == 304) {
    return {};
  }
  if (length) {
    return {.framing = HttpFraming::kLength, .length = *length};
  }
  return {.framing = parser_.is_http_10() ? HttpFraming::kUntilClose : HttpFraming::kChunked};
}

void HttpSession::put_head(unsigned status, const HttpHeaders& headers, HttpBodyFrame frame) {
  answered_ = true;
  const std::uint64_t unread = request_done_ ? 0 : parser_.content_length().value_or(0);
  if (wants_continue_ || unread > kDrainLimit || host_->draining ||
      frame.framing == HttpFraming::kUntilClose) {
    keep_alive_ = false;
  }
  if (host_->loop.now() >= host_->date_until) {
    const std::int64_t wall_ns = wall_now_ns();
    host_->date = http_date(wall_ns);
    host_->date_until = after(1s - std::chrono::nanoseconds(wall_ns % 1'000'000'000));
  }
  queue(answer_head({.status = status, .keep_alive = keep_alive_, .http_10 = parser_.is_http_10()},
                    headers,
                    frame,
                    host_->date));
}

void HttpSession::answer(std::uint64_t number, HttpResponse response) {
  if (!may_answer(number)) {
    return;
  }
  const HttpBodyFrame frame = frame_for(response.status, response.body.size());
  put_head(response.status, response.headers, frame);
  if (!is_head_ && frame.framing != HttpFraming::kNone) {
    queue(std::move(response.body));
  }
  send();
}

void HttpSession::answer(std::uint64_t number,
                         unsigned status,
                         const HttpHeaders& headers,
                         std::optional<std::uint64_t> length,
                         BodyPipePtr body) {
  if (!may_answer(number)) {
    body->abandon();
    return;
  }
  const HttpBodyFrame frame = frame_for(status, length);
  put_head(status, headers, frame);
  if (is_head_ || frame.framing == HttpFraming::kNone) {
    body->abandon();
  } else {
    queue_body(std::move(body), length, frame.framing == HttpFraming::kUntilClose);
  }
  send();
}

void HttpSession::dropped(std::uint64_t number) {
  if (!may_answer(number)) {
    return;
  }
  if (gone_told_) {
    lose("");
  } else {
    answer(number, {500, json_headers(), R"({"message":"internal server error"})"});
  }
}

void HttpSession::refuse_fault(HttpFault fault) {
  switch (fault) {
    case HttpFault::kTargetTooLong:
      refuse(414, "request target too long");
      break;
    case HttpFault::kHeadTooLarge:
      refuse(431, "request header fields too large");
      break;
    case HttpFault::kBodyTooLarge:
      refuse(413, "request body too large");
      break;
    case HttpFault::kNone:
    case HttpFault::kMalformed:
      refuse(400, "malformed request");
      break;
  }
}

// The handler, if it has the request already, learns that nobody waits for its answer.
void HttpSession::refuse(unsigned status, const std::string& message) {
  if (answered_) {
    lose(message);
    return;
  }
  const auto self = shared_from_this();
  phase_ = Phase::kWork;
  refused_ = true;
  keep_alive_ = false;
  read_deadline_ = core::kNever;
  const std::string body = R"({"message":")" + message + R"("})";
  put_head(status, json_headers(), {.framing = HttpFraming::kLength, .length = body.size()});
  if (!is_head_) {
    queue(body);
  }
  fail_body(core::ErrorCode::kInvalidArgument, message);
  tell_gone();
  send();
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
  head_timed_ = request_done_ = answered_ = gone_told_ = false;
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
