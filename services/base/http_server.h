// SPDX-License-Identifier: Apache-2.0
//
// HttpServer: HTTP/1.1 on one listening socket of a loop, with keep-alive and with limits on
// headers, bodies, times and connections. A request becomes an HttpExchange for its handler; a
// request that breaks a limit or the protocol is answered here.
//
// Requests of one connection are answered in order; those sent ahead wait unread or in the parser's
// buffer. While a handler works, one read stays pending, so that a client that hangs up is noticed.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/base/loop.h"

namespace fn::services {

struct HttpLimits {
  std::size_t header_bytes = std::size_t{64} << 10;       // 431 beyond
  std::uint64_t body_bytes = 0;                           // 413 beyond; 0: no limit
  std::size_t connections = 10'000;                       // beyond: not accepted until one closes
  core::Duration header_time = std::chrono::seconds(10);  // 408, from a request's first byte
  core::Duration body_pause = std::chrono::seconds(30);   // 408, longest silence within a body
  core::Duration idle_time = std::chrono::seconds(75);    // between requests
  core::Duration write_time = std::chrono::seconds(30);   // longest wait for a reader's window
};

class HttpExchange {
 public:
  virtual ~HttpExchange() = default;

  [[nodiscard]] virtual const HttpRequestHead& head() const = 0;

  // "192.0.2.1:50123", for logs.
  [[nodiscard]] virtual std::string peer() const = 0;

  // What Content-Length announced; none: chunked.
  [[nodiscard]] virtual std::optional<std::uint64_t> content_length() const = 0;

  // The request's body. Nothing is read from the socket before the first read(); an `Expect:
  // 100-continue` is answered then.
  [[nodiscard]] virtual const BodyPipePtr& body() = 0;

  // Answers with all of it. An answer is given once; further ones are dropped.
  virtual void respond(HttpResponse response) = 0;

  // Answers with a head now and a body that follows through the pipe; chunked without a length. A
  // body that fails, or is not as long as said, closes the connection in the middle.
  virtual void respond(unsigned status,
                       HttpHeaders headers,
                       std::optional<std::uint64_t> length,
                       BodyPipePtr body) = 0;

  // Calls the handler once if nobody waits for the answer any more before it is written: the client
  // hung up or ended its direction (as for nginx, Envoy and Go, clients that only half-close being
  // rare; what is answered all the same is still written), or its body broke a limit and was
  // answered here.
  virtual void when_gone(std::function<void()> handler) = 0;
};

using HttpExchangePtr = std::shared_ptr<HttpExchange>;

class HttpServer {
 public:
  using Handler = std::function<void(HttpExchangePtr)>;
  // Told of each answer as its head goes out, those given here included; `method` is empty where
  // the request was not understood.
  using Observer =
      std::function<void(std::string_view method, unsigned status, core::Duration took)>;

  HttpServer(Loop& loop, HttpLimits limits, Handler handler, Observer observer = {});
  ~HttpServer();
  HttpServer(const HttpServer&) = delete;
  HttpServer& operator=(const HttpServer&) = delete;

  // Binds and listens; 0 takes a free port. Answers with the port. Accepts from then on. `shared`:
  // further servers may listen on the same port, and the system spreads connections over them.
  core::Result<std::uint16_t> listen(const std::string& address,
                                     std::uint16_t port,
                                     bool shared = false);

  // Accepts no more; each connection closes after the answer to its present request, idle ones now.
  void drain();

  [[nodiscard]] std::size_t connections() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
