// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_connection.h"

#include <utility>

#include "services/base/http_text.h"

namespace fn::services {
namespace {

HttpBodyFrame frame_of(const HttpOutgoing& request) {
  if (request.raw) {
    return {};
  }
  if (!request.length) {
    return {.framing = HttpFraming::kChunked};
  }
  const std::string& method = request.head.method;
  if (*request.length == 0 && method != "POST" && method != "PUT" && method != "PATCH") {
    return {};
  }
  return {.framing = HttpFraming::kLength, .length = *request.length};
}

}  // namespace

HttpConnection::HttpConnection(HttpConnectionOwner& owner,
                               Loop& loop,
                               const HttpClientLimits& limits,
                               int socket)
    : HttpWire(loop, socket),
      owner_(owner),
      loop_(loop),
      limits_(limits),
      parser_(HttpParser::Reads::kResponses,
              {.head_bytes = limits.header_bytes, .body_bytes = limits.body_bytes}) {
  rest();
}

void HttpConnection::rest() {
  idle_until_ = core::later(loop_.now(), limits_.idle_time);
}

bool HttpConnection::is_usable() const {
  return is_open() && !request_ && is_quiet();
}

void HttpConnection::start(HttpOutgoing request) {
  request_ = std::move(request);
  heard_ = answered_ = false;
  parser_.reset(request_->head.method == "HEAD");
  queue(request_head(request_->head, frame_of(*request_)));
  if (request_->body) {
    queue_body(request_->body, request_->length, request_->raw);
  }
  want_bytes();
  send();
}

// ---- the answer ----

void HttpConnection::on_bytes(std::string_view bytes) {
  if (!request_) {
    close();  // nothing was asked
    owner_.closed(*this, 0);
    return;
  }
  heard_ = true;
  unread_.append(bytes);
  advance();
}

void HttpConnection::advance() {
  while (!answered_) {
    std::string no_body;
    unread_.erase(0, parser_.feed(unread_, no_body));
    if (parser_.fault() != HttpFault::kNone) {
      fail_by_fault();
      return;
    }
    if (!parser_.head_done()) {
      want_bytes();
      return;
    }
    if (!take_head()) {
      return;
    }
  }
  read_body();
}

// Whether the connection is still there afterwards.
bool HttpConnection::take_head() {
  const unsigned status = parser_.status();
  if (status == 101) {
    fail(HttpFailure::Kind::kMalformed,
         core::ErrorCode::kUnavailable,
         "the peer switched protocols unasked");
    return false;
  }
  if (status < 200) {
    parser_.reset(request_->head.method == "HEAD");
    return true;
  }
  answered_ = true;
  body_ = std::make_shared<BodyPipe>();
  const auto handler = std::exchange(request_->handler, nullptr);
  handler({.reply = HttpReply{.status = status,
                              .headers = std::move(parser_.headers()),
                              .body = body_,
                              .request_was_sent = !is_sending()},
           .failure = {}});
  return is_open();
}

void HttpConnection::read_body() {
  std::string bytes;
  unread_.erase(0, parser_.feed(unread_, bytes));
  const BodyPipePtr pipe = body_;
  pipe->write(std::move(bytes));
  if (!is_open()) {
    return;
  }
  if (parser_.fault() != HttpFault::kNone) {
    fail_by_fault();
  } else if (parser_.done()) {
    complete();
  } else {
    pull();
  }
}

void HttpConnection::pull() {
  if (!is_open() || !body_) {
    return;
  }
  if (body_->abandoned()) {
    fail(HttpFailure::Kind::kBroken, core::ErrorCode::kUnavailable, "nobody reads the answer");
  } else if (body_->full()) {
    body_->when_room([weak = weak_from_this(), number = request_->number] {
      const auto self = std::static_pointer_cast<HttpConnection>(weak.lock());
      if (self && self->request_ && self->request_->number == number) {
        self->pull();
      }
    });
  } else {
    want_bytes(true);
  }
}

// The pipe's reader may send the next request, so it is told last.
void HttpConnection::complete() {
  const auto self = shared_from_this();
  const BodyPipePtr pipe = std::exchange(body_, nullptr);
  const std::uint64_t number = request_->number;
  request_.reset();
  if (parser_.keeps_alive() && !is_sending() && unread_.empty()) {
    was_used_ = true;
    rest();
    want_bytes();  // notices when the peer closes it
    owner_.rested(*this, number);
  } else {
    close();
    owner_.closed(*this, number);
  }
  pipe->finish();
}

// ---- what goes wrong ----

void HttpConnection::on_end() {
  if (!request_ || !heard_) {
    broke();
    return;
  }
  parser_.feed_end();
  if (answered_ && parser_.fault() == HttpFault::kNone) {
    complete();
  } else {
    broke();
  }
}

void HttpConnection::on_sent() {
  if (request_ && request_->raw && request_->body) {
    end_sending();
  }
}

void HttpConnection::on_broken() {
  broke();
}

// The peer may have answered before it stopped reading: that answer counts.
void HttpConnection::on_write_failed() {
  if (body_begun()) {
    drop_body();
  }
}

// Told by a post: this may come from within start().
void HttpConnection::on_body_failed() {
  if (!request_) {
    return;
  }
  loop_.post([weak = weak_from_this(), number = request_->number] {
    const auto self = std::static_pointer_cast<HttpConnection>(weak.lock());
    if (self && self->request_ && self->request_->number == number) {
      self->fail(HttpFailure::Kind::kBroken,
                 core::ErrorCode::kUnavailable,
                 "the request's body broke off");
    }
  });
}

void HttpConnection::broke() {
  if (request_ && was_used_ && !heard_ && !body_begun() && !request_->repeated) {
    const auto self = shared_from_this();
    HttpOutgoing request = std::move(*request_);
    request_.reset();
    release_body();
    close();
    owner_.came_too_late(*this, std::move(request));
    return;
  }
  fail(HttpFailure::Kind::kBroken,
       core::ErrorCode::kUnavailable,
       answered_ ? "the connection broke within the answer"
                 : "the connection closed before an answer came");
}

void HttpConnection::fail_by_fault() {
  if (parser_.fault() == HttpFault::kBodyTooLarge) {
    fail(HttpFailure::Kind::kMalformed,
         core::ErrorCode::kInvalidArgument,
         "the answer's body is larger than " + std::to_string(limits_.body_bytes) + " bytes");
  } else if (parser_.fault() == HttpFault::kMalformed) {
    fail(HttpFailure::Kind::kMalformed,
         core::ErrorCode::kUnavailable,
         "the answer is no HTTP/1.1: check what listens there");
  } else {
    fail(HttpFailure::Kind::kHeaderTooLarge,
         core::ErrorCode::kUnavailable,
         "the answer's header is larger than " + std::to_string(limits_.header_bytes) + " bytes");
  }
}

// `kind` is for a request without an answer, `code` for an answer whose body is under way.
void HttpConnection::fail(HttpFailure::Kind kind, core::ErrorCode code, const std::string& why) {
  const auto self = shared_from_this();
  close();
  const BodyPipePtr pipe = std::exchange(body_, nullptr);
  const auto request = std::exchange(request_, std::nullopt);
  owner_.closed(*this, request ? request->number : 0);
  if (pipe) {
    pipe->fail({code, why});
  } else if (request && request->handler) {
    request->handler({.reply = std::nullopt, .failure = {.kind = kind, .message = why}});
  }
}

void HttpConnection::check(core::Instant now) {
  if (!request_) {
    if (idle_until_ <= now) {
      close();
      owner_.closed(*this, 0);
    }
  } else if (body_ && (body_->abandoned() || body_.use_count() == 1)) {
    fail(HttpFailure::Kind::kBroken, core::ErrorCode::kUnavailable, "nobody reads the answer");
  }
}

void HttpConnection::stop(const std::string& why) {
  const auto self = shared_from_this();
  close();
  request_.reset();
  if (const BodyPipePtr pipe = std::exchange(body_, nullptr)) {
    pipe->fail({core::ErrorCode::kUnavailable, why});
  }
}

}  // namespace fn::services
