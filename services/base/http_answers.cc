// SPDX-License-Identifier: Apache-2.0
//
// How a session answers: what its handler says, and what it says itself of a broken request.

#include <utility>

#include "services/base/clock.h"
#include "services/base/http_session.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;

const HttpHeaders& json_headers() {
  static const HttpHeaders headers = {{"Content-Type", "application/json; charset=utf-8"}};
  return headers;
}

}  // namespace

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
  if (host_->observer) {
    const core::Instant now = host_->loop.now();
    host_->observer(method_, status, method_.empty() ? core::Duration::zero() : now - begun_);
  }
  const std::uint64_t unread = request_done_ ? 0 : parser_.content_length().value_or(0);
  if (wants_continue_ || unread > kHttpDrainLimit || host_->draining ||
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

}  // namespace fn::services
