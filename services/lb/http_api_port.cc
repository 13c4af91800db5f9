// SPDX-License-Identifier: Apache-2.0

#include "services/lb/http_api_port.h"

#include <chrono>
#include <utility>

#include "services/base/http_client.h"
#include "services/base/http_peer.h"

namespace fn::services {
namespace {

constexpr std::size_t kAnswerBytes = std::size_t{64} << 20;

class HttpApiPort final : public ApiPort {
 public:
  HttpApiPort(Loop& loop, const HttpPeer& peer)
      : host_(host_of(peer)), client_(loop, peer, limits()) {}

  void ask(HttpRequestHead head, std::string body, Handler handler) override {
    if (find_header(head.headers, "Host").empty()) {
      head.headers.emplace_back("Host", host_);
    }
    const std::size_t length = body.size();
    client_.send(
        std::move(head), length, whole_body(std::move(body)), [handler](HttpClient::Answer answer) {
          take(std::move(answer), handler);
        });
  }

 private:
  static HttpClientLimits limits() {
    HttpClientLimits limits;
    limits.connect_time = std::chrono::seconds(2);
    return limits;
  }

  static void take(HttpClient::Answer answer, const Handler& handler) {
    if (!answer.reply) {
      handler(core::fail(core::ErrorCode::kUnavailable, answer.failure.message));
      return;
    }
    HttpResponse response;
    response.status = answer.reply->status;
    response.headers = std::move(answer.reply->headers);
    read_whole(answer.reply->body,
               kAnswerBytes,
               [handler, response = std::move(response)](core::Result<std::string> whole) mutable {
                 if (!whole) {
                   handler(core::fail(core::ErrorCode::kUnavailable, whole.error().message));
                   return;
                 }
                 response.body = *std::move(whole);
                 handler(std::move(response));
               });
  }

  std::string host_;
  HttpClient client_;
};

}  // namespace

core::Result<std::unique_ptr<ApiPort>> make_http_api_port(Loop& loop, const std::string& url) {
  const core::Result<HttpPeer> peer = http_peer(url);
  if (!peer) {
    return core::fail(peer.error().code, "FN_RUNNER_API_URL=" + peer.error().message);
  }
  return std::make_unique<HttpApiPort>(loop, *peer);
}

}  // namespace fn::services
