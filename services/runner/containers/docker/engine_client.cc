// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/engine_client.h"

#include <cctype>
#include <nlohmann/json.hpp>
#include <utility>

namespace fn::services {
namespace {

using Json = nlohmann::json;

// Longer than any list of a runner's containers.
constexpr std::size_t kAnswerMax = std::size_t{16} << 20;
constexpr std::size_t kMessageMax = 500;
constexpr std::size_t kStreamsMax = 1'000'000;

HttpClientLimits streams() {
  HttpClientLimits limits;
  limits.connections = kStreamsMax;
  return limits;
}

HttpRequestHead head_of(const std::string& method, const std::string& target) {
  return {method, target, {{"Host", "docker"}}};
}

}  // namespace

std::string EngineAnswer::message() const {
  const Json json = Json::parse(body, nullptr, false);
  if (json.is_object() && json.contains("message") && json["message"].is_string()) {
    return one_line(json["message"].get<std::string>());
  }
  return "status " + std::to_string(status);
}

// One request until it is answered.
struct EngineClient::Asked {
  Asked(Loop& loop, HttpClient& of, std::uint64_t its_number, std::string its_what)
      : timer(loop), client(of), number(its_number), what(std::move(its_what)) {}

  LoopTimer timer;
  HttpClient& client;
  std::uint64_t number;
  std::string what;
  std::uint64_t request = 0;
  unsigned status = 0;
  Handler handler;
  AttachHandler attached;
};

EngineClient::EngineClient(Loop& loop, std::string socket)
    : loop_(loop),
      socket_(std::move(socket)),
      requests_(loop, {{}, 0, socket_}, {}),
      streams_(loop, {{}, 0, socket_}, streams()) {}

EngineClient::~EngineClient() = default;

EngineClient::AskedPtr EngineClient::open(HttpClient& client,
                                          const std::string& what,
                                          core::Duration time) {
  auto asked = std::make_shared<Asked>(loop_, client, ++last_, what);
  asked_[asked->number] = asked;
  asked->timer.set_after(time, [this, weak = std::weak_ptr<Asked>(asked), time] {
    if (const AskedPtr late = weak.lock()) {
      const core::Error why =
          error(*late,
                core::ErrorCode::kDeadlineExceeded,
                "no answer within " + std::to_string(time / std::chrono::milliseconds(1)) +
                    " ms: see the engine's log");
      late->client.cancel(late->request);
      close(late);
      if (late->handler) {
        late->handler(tl::unexpected(why));
      } else {
        late->attached(tl::unexpected(why));
      }
    }
  });
  return asked;
}

void EngineClient::close(const AskedPtr& asked) {
  asked->timer.cancel();
  asked_.erase(asked->number);
}

core::Error EngineClient::error(const Asked& asked,
                                core::ErrorCode code,
                                const std::string& why) const {
  return {code, "Docker at " + socket_ + ": " + asked.what + ": " + why};
}

void EngineClient::ask(EngineRequest request, Handler handler) {
  HttpRequestHead head = head_of(request.method, request.target);
  std::optional<std::uint64_t> length = request.json.size();
  BodyPipePtr body;
  if (request.tarball) {
    head.headers.emplace_back("Content-Type", "application/x-tar");
    body = request.tarball;
    length = request.length;
  } else if (!request.json.empty()) {
    head.headers.emplace_back("Content-Type", "application/json");
    body = whole_body(std::move(request.json));
  }
  for (HttpHeader& header : request.headers) {
    head.headers.push_back(std::move(header));
  }
  const std::string path(path_of(request.target));
  HttpClient& client = request.lasts ? streams_ : requests_;
  const AskedPtr asked = open(client, request.method + " " + path, request.time);
  asked->handler = std::move(handler);
  asked->request =
      client.send(std::move(head),
                  length,
                  std::move(body),
                  [this, weak = std::weak_ptr<Asked>(asked)](const HttpClient::Answer& answer) {
                    if (const AskedPtr present = weak.lock()) {
                      take(present, answer);
                    }
                  });
}

void EngineClient::take(const AskedPtr& asked, const HttpClient::Answer& answer) {
  if (!answer.reply) {
    close(asked);
    asked->handler(
        tl::unexpected(error(*asked, core::ErrorCode::kUnavailable, answer.failure.message)));
    return;
  }
  asked->status = answer.reply->status;
  read_whole(answer.reply->body,
             kAnswerMax,
             [this, weak = std::weak_ptr<Asked>(asked)](core::Result<std::string> all) {
               const AskedPtr whole = weak.lock();
               if (!whole) {
                 return;
               }
               close(whole);
               if (all) {
                 whole->handler(EngineAnswer{whole->status, std::move(*all)});
               } else {
                 whole->handler(tl::unexpected(
                     error(*whole, core::ErrorCode::kUnavailable, all.error().message)));
               }
             });
}

void EngineClient::attach(const std::string& target,
                          core::Duration time,
                          BodyPipePtr input,
                          AttachHandler handler) {
  const AskedPtr asked = open(streams_, "POST " + std::string(path_of(target)), time);
  asked->attached = std::move(handler);
  const std::weak_ptr<Asked> weak = asked;
  asked->request = streams_.send_raw(
      head_of("POST", target), std::move(input), [this, weak](HttpClient::Answer answer) {
        const AskedPtr present = weak.lock();
        if (!present) {
          return;
        }
        close(present);
        if (!answer.reply) {
          present->attached(tl::unexpected(
              error(*present, core::ErrorCode::kUnavailable, answer.failure.message)));
        } else if (answer.reply->status != 200) {
          answer.reply->body->abandon();
          present->attached(
              tl::unexpected(error(*present,
                                   core::ErrorCode::kUnavailable,
                                   "status " + std::to_string(answer.reply->status))));
        } else {
          present->attached(answer.reply->body);
        }
      });
}

std::string one_line(std::string text) {
  for (char& letter : text) {
    if (std::iscntrl(static_cast<unsigned char>(letter)) != 0) {
      letter = ' ';
    }
  }
  text.erase(text.find_last_not_of(' ') + 1);
  return text.size() <= kMessageMax ? text : text.substr(0, kMessageMax) + "...";
}

std::string percent_encoded(std::string_view text) {
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string encoded;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) != 0 || letter == '-' || letter == '.' || letter == '_') {
      encoded += letter;
    } else {
      encoded += '%';
      encoded += kDigits[byte >> 4U];
      encoded += kDigits[byte & 15U];
    }
  }
  return encoded;
}

}  // namespace fn::services
