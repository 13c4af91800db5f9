// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/fdk_client.h"

#include <charconv>
#include <chrono>
#include <optional>
#include <utility>

#include "services/base/http_client.h"

namespace fn::services {
namespace {

constexpr unsigned kOk = 200;
constexpr unsigned kBadGateway = 502;
constexpr unsigned kGatewayTimeout = 504;

// A function that binds its socket's final name at once may be seen before it listens.
constexpr int kAttempts = 20;
constexpr auto kAttemptPause = std::chrono::milliseconds(2);

// What "unlimited" comes down to: a head is held in memory.
constexpr std::size_t kHeaderMax = std::size_t{16} << 20;

std::optional<std::uint64_t> length_of(const HttpHeaders& headers) {
  const std::string_view text = find_header(headers, "content-length");
  std::uint64_t length = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), length);
  if (text.empty() || error != std::errc{} || end != text.data() + text.size()) {
    return std::nullopt;
  }
  return length;
}

HttpHeaders end_to_end(HttpHeaders headers) {
  std::erase_if(headers, [](const HttpHeader& header) {
    return is_hop_by_hop(header.first) || same_word(header.first, "content-length");
  });
  return headers;
}

HttpRequestHead head_of(RunRequest& request) {
  HttpRequestHead head{"POST", "/call", {}};
  head.headers.reserve(request.headers.size() + 3);
  head.headers.emplace_back("Host", "localhost");
  head.headers.emplace_back("Fn-Call-Id", request.call_id);
  head.headers.emplace_back("Fn-Deadline", request.deadline);
  for (HttpHeader& header : request.headers) {
    if (!is_hop_by_hop(header.first) && !same_word(header.first, "host") &&
        !same_word(header.first, "content-length") && !same_word(header.first, "fn-call-id") &&
        !same_word(header.first, "fn-deadline")) {
      head.headers.push_back(std::move(header));
    }
  }
  return head;
}

HttpClientLimits client_limits(const FdkLimits& limits) {
  HttpClientLimits result;
  result.connections = 1;
  result.header_bytes = limits.header_bytes > 0 ? limits.header_bytes : kHeaderMax;
  result.body_bytes = limits.body_bytes;
  return result;
}

}  // namespace

FdkVerdict judge(unsigned status) {
  switch (status) {
    case kOk:
      return FdkVerdict::kSuccess;
    case kBadGateway:
      return FdkVerdict::kFailed;
    case kGatewayTimeout:
      return FdkVerdict::kTimedOut;
    default:
      return FdkVerdict::kInvalid;
  }
}

bool is_too_large(const core::Error& error) {
  return error.code == core::ErrorCode::kInvalidArgument;
}

struct FdkClient::State : std::enable_shared_from_this<State> {
  State(Loop& loop, std::string socket, const FdkLimits& given)
      : limits(given),
        client(loop, {{}, 0, std::move(socket)}, client_limits(given)),
        pause(loop) {}

  FdkLimits limits;
  HttpClient client;
  LoopTimer pause;
  HttpRequestHead head;
  std::optional<std::uint64_t> length;
  BodyPipePtr body;
  std::function<void(Answer)> answered;
  BodyPipePtr reply;
  std::uint64_t request = 0;
  std::uint64_t call = 0;  // answers to earlier calls are late
  int attempts = 0;
  bool sent = false;
  bool open = false;

  void send() {
    ++attempts;
    request = client.send(
        head, length, body, [weak = weak_from_this(), number = call](HttpClient::Answer answer) {
          const auto self = weak.lock();
          if (self && self->open && number == self->call) {
            self->take(std::move(answer));
          }
        });
  }

  void take(HttpClient::Answer answer) {
    if (answer.reply) {
      take_reply(std::move(*answer.reply));
      return;
    }
    if (answer.failure.kind == HttpFailure::Kind::kNotConnected && attempts < kAttempts) {
      pause.set_after(kAttemptPause, [this] { send(); });
      return;
    }
    tell({answer.failure.kind == HttpFailure::Kind::kHeaderTooLarge ? FdkVerdict::kHeaderTooLarge
                                                                    : FdkVerdict::kBroken,
          {},
          nullptr});
  }

  void take_reply(HttpReply got) {
    sent = got.request_was_sent;
    reply = got.body;
    Answer answer{judge(got.status), {}, nullptr};
    if (answer.verdict == FdkVerdict::kSuccess) {
      const std::optional<std::uint64_t> announced = length_of(got.headers);
      if (limits.body_bytes > 0 && announced && *announced > limits.body_bytes) {
        answer.verdict = FdkVerdict::kBodyTooLarge;
      } else {
        answer.headers = end_to_end(std::move(got.headers));
        answer.body = got.body;
      }
    }
    tell(std::move(answer));
  }

  void tell(Answer answer) { std::exchange(answered, nullptr)(std::move(answer)); }

  void finish() {
    if (!open) {
      return;
    }
    open = false;
    answered = nullptr;
    pause.cancel();
    // The connection can be kept only if both directions came to their end.
    if (!sent || !reply || !reply->ended() || reply->held() > 0) {
      client.cancel(request);
    }
    if (const BodyPipePtr rest = std::exchange(reply, nullptr)) {
      rest->abandon();
    }
    std::exchange(body, nullptr)->abandon();
  }
};

FdkClient::FdkClient(Loop& loop, std::string socket, FdkLimits limits)
    : state_(std::make_shared<State>(loop, std::move(socket), limits)) {}

FdkClient::~FdkClient() {
  state_->finish();
}

void FdkClient::call(RunRequest request, std::function<void(Answer)> answered) {
  State& state = *state_;
  state.length = length_of(request.headers);
  state.head = head_of(request);
  state.body = std::move(request.body);
  state.answered = std::move(answered);
  state.attempts = 0;
  state.sent = false;
  state.open = true;
  ++state.call;
  state.send();
}

void FdkClient::finish() {
  state_->finish();
}

}  // namespace fn::services
