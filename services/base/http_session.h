// SPDX-License-Identifier: Apache-2.0
//
// HttpSession: one connection of an HttpServer. It reads a request's head, hands the request to
// the handler, moves both bodies, and goes on to the next request when the answer has left.
// Private to services/base/http_server.cc.
//
// A client that ends its direction counts as gone, as for nginx, Envoy and Go: HTTP clients that
// only half-close are rare, and a call that nobody waits for should stop. An answer that the
// handler gives all the same is written; a client that did half-close reads it.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/base/http_parser.h"
#include "services/base/http_server.h"
#include "services/base/http_text.h"
#include "services/base/http_wire.h"
#include "services/base/loop.h"

namespace fn::services {

class HttpSession;

// So much of a body that nobody reads is taken in so that the connection can go on.
inline constexpr std::uint64_t kHttpDrainLimit = std::uint64_t{256} << 10;

// What the sessions of a server share.
struct HttpSessionHost {
  Loop& loop;
  HttpLimits limits;
  HttpServer::Handler handler;
  std::function<void(HttpSession*)> closed;
  HttpServer::Observer observer = {};
  bool draining = false;
  std::string date;
  core::Instant date_until{};
};

class HttpSession final : public HttpWire {
 public:
  HttpSession(std::shared_ptr<HttpSessionHost> host, int socket);

  void start();
  // Cuts what has waited for too long, and notices clients that left while nothing was read.
  void check(core::Instant now);
  // No request after the present one; closes now if there is none.
  void drain();
  // Without a word to the handler.
  void stop();

  // ---- for the exchange of the request `number`; of a past one they do nothing ----

  [[nodiscard]] BodyPipePtr open_body(std::uint64_t number);
  void answer(std::uint64_t number, HttpResponse response);
  void answer(std::uint64_t number,
              unsigned status,
              const HttpHeaders& headers,
              std::optional<std::uint64_t> length,
              BodyPipePtr body);
  void when_gone(std::uint64_t number, std::function<void()> handler);
  void dropped(std::uint64_t number);

 private:
  enum class Phase : std::uint8_t { kHead, kWork, kDrain, kLinger };

  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_sent() override;
  void on_broken() override;
  void on_write_failed() override;
  void on_body_failed() override;

  void advance();
  bool take_head();
  void dispatch();
  void read_body(std::string_view bytes);
  void pull();
  [[nodiscard]] bool has_room();
  [[nodiscard]] std::function<void()> pull_later();
  void refuse_fault(HttpFault fault);
  void refuse(unsigned status, const std::string& message);
  void put_head(unsigned status, const HttpHeaders& headers, HttpBodyFrame frame);
  [[nodiscard]] HttpBodyFrame frame_for(unsigned status, std::optional<std::uint64_t> length) const;
  [[nodiscard]] bool may_answer(std::uint64_t number) const;
  void next_request();
  void linger();
  void tell_gone();
  void fail_body(core::ErrorCode code, const std::string& why);
  void lose(const std::string& why);
  [[nodiscard]] core::Instant after(core::Duration delay);

  std::shared_ptr<HttpSessionHost> host_;
  HttpParser parser_;
  std::string unread_;  // received, but not yet parsed
  Phase phase_ = Phase::kHead;
  bool advancing_ = false;
  bool head_timed_ = false;  // the time for a head runs, not that of idleness
  core::Instant read_deadline_ = core::kNever;

  // ---- of the present request ----
  std::uint64_t number_ = 0;
  std::string method_;  // empty: not understood yet
  core::Instant begun_{};
  bool request_done_ = false;  // all of it is here
  bool answered_ = false;
  bool refused_ = false;  // the answer is ours, the last one of the connection
  bool keep_alive_ = true;
  bool wants_continue_ = false;
  bool is_head_ = false;
  bool gone_told_ = false;
  std::string early_body_;  // came before anybody asked for the body
  BodyPipePtr body_;
  std::uint64_t drained_ = 0;
  std::function<void()> gone_;
};

// The request as its handler sees it.
HttpExchangePtr make_exchange(std::shared_ptr<HttpSession> session,
                              std::uint64_t number,
                              HttpRequestHead head,
                              std::optional<std::uint64_t> length);

}  // namespace fn::services
