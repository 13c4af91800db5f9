// SPDX-License-Identifier: Apache-2.0
//
// HttpClient: HTTP/1.1 requests to one peer, over TCP or a unix socket, with kept connections. The
// request's body is sent while it comes, the answer's body is handed on while it comes, and both
// directions run at once: a peer may answer before it has read everything.

#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/base/loop.h"

namespace fn::services {

// A host and port, or, where it is not empty, the path of a unix socket.
struct HttpPeer {
  std::string host;
  std::uint16_t port = 0;
  std::string unix_path;
};

struct HttpClientLimits {
  std::size_t connections = 64;  // at one time; further requests wait
  core::Duration connect_time = std::chrono::seconds(5);
  core::Duration idle_time = std::chrono::seconds(1);  // a connection without work is closed
  std::size_t header_bytes = std::size_t{64} << 10;
  std::uint64_t body_bytes = 0;  // 0: no limit
};

struct HttpReply {
  unsigned status = 0;
  HttpHeaders headers;
  // Fails with kUnavailable if the connection breaks in the middle, and with kInvalidArgument
  // beyond the limit.
  BodyPipePtr body;
  // Whether all of the request had been sent when the answer's head came.
  bool request_was_sent = false;
};

// What came instead of a reply.
struct HttpFailure {
  enum class Kind {
    kNotConnected,    // nothing was sent: another peer may be tried
    kBroken,          // the connection ended before a whole head
    kMalformed,       // the head is no HTTP, or broke RFC 9112
    kHeaderTooLarge,  // beyond header_bytes
  };
  Kind kind = Kind::kNotConnected;
  std::string message;
};

class HttpClient {
 public:
  // One of the two is set.
  struct Answer {
    std::optional<HttpReply> reply;
    HttpFailure failure;
  };

  using Handler = std::function<void(Answer)>;

  HttpClient(Loop& loop, HttpPeer peer, HttpClientLimits limits);
  // Breaks all connections; handlers that have not been called are forgotten.
  ~HttpClient();
  HttpClient(const HttpClient&) = delete;
  HttpClient& operator=(const HttpClient&) = delete;

  // Sends the head and the body: with Content-Length where `length` is given, else chunked. A body
  // that fails breaks the connection. The answer is told once. No time limit but those on
  // connecting: the caller sets a timer and cancels. A request over a kept connection that turns
  // out closed is repeated once if nothing of its body was sent.
  std::uint64_t send(HttpRequestHead head,
                     std::optional<std::uint64_t> length,
                     BodyPipePtr body,
                     Handler handler);

  // For a peer that takes the connection over behind the heads, as the Docker Engine does: `body`
  // is sent as it is, until its end, which the peer is told; none: nothing is. The answer's body
  // ends with the connection. REQUIRES: nothing is written to the body before the answer's head has
  // come.
  std::uint64_t send_raw(HttpRequestHead head, BodyPipePtr body, Handler handler);

  // Forgets the request: its connection is broken, its handler is not called; a body under way
  // fails.
  void cancel(std::uint64_t request);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
