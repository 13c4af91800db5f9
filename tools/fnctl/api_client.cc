// SPDX-License-Identifier: Apache-2.0

#include "tools/fnctl/api_client.h"

#include <cctype>
#include <chrono>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "services/base/http_peer.h"
#include "services/base/loop.h"

namespace fn::tools {
namespace {

constexpr core::Duration kPatience = std::chrono::seconds(30);
constexpr std::size_t kAnswerBytes = std::size_t{256} << 20;

using Answer = core::Result<services::HttpResponse>;

// The text in {"error": {"message"}} or {"message"}; empty: neither is there.
std::string message_in(const std::string& body) {
  const nlohmann::json document = nlohmann::json::parse(body, nullptr, false);
  if (!document.is_object()) {
    return {};
  }
  const auto error = document.find("error");
  const nlohmann::json& holder = error != document.end() && error->is_object() ? *error : document;
  const auto message = holder.find("message");
  return message != holder.end() && message->is_string() ? message->get<std::string>() : "";
}

}  // namespace

core::Result<ApiClient> ApiClient::open(const std::string& url) {
  core::Result<services::HttpPeer> peer = services::http_peer(url);
  if (!peer) {
    return tl::unexpected(peer.error());
  }
  return ApiClient(*std::move(peer));
}

core::Result<services::HttpResponse> ApiClient::get(const std::string& target,
                                                    services::HttpHeaders headers) const {
  const std::string host = services::host_of(peer_);
  services::Loop loop;
  Answer answer = core::fail(core::ErrorCode::kDeadlineExceeded,
                             "http://" + host + " has not answered within 30 s");
  const auto end = [&](Answer its_answer) {
    answer = std::move(its_answer);
    loop.stop();
  };
  services::HttpClient client(loop, peer_, {});
  headers.emplace_back("Host", host);
  client.send(
      {"GET", target, std::move(headers)},
      0,
      services::whole_body({}),
      [&](services::HttpClient::Answer reply) {
        if (!reply.reply) {
          end(core::fail(core::ErrorCode::kUnavailable,
                         "http://" + host + ": " + reply.failure.message));
          return;
        }
        services::read_whole(
            reply.reply->body,
            kAnswerBytes,
            [&, status = reply.reply->status, its_headers = reply.reply->headers](
                core::Result<std::string> body) {
              end(body ? Answer(services::HttpResponse{status, its_headers, *std::move(body)})
                       : core::fail(core::ErrorCode::kUnavailable,
                                    "http://" + host + ": " + body.error().message));
            });
      });
  services::LoopTimer patience(loop);
  patience.set_after(kPatience, [&loop] { loop.stop(); });
  loop.run();
  return answer;
}

core::Error ApiClient::error_of(const services::HttpResponse& answer) {
  constexpr unsigned kNotFound = 404;
  const std::string message = message_in(answer.body);
  return {answer.status == kNotFound ? core::ErrorCode::kNotFound : core::ErrorCode::kInternal,
          message.empty() ? "answered with status " + std::to_string(answer.status) : message};
}

std::string path_part(const std::string& text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string part;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 ||
        std::string_view("-._~").find(letter) != std::string_view::npos) {
      part += letter;
    } else {
      part += {'%', kDigits[byte >> 4U], kDigits[byte & 15U]};
    }
  }
  return part;
}

}  // namespace fn::tools
