// SPDX-License-Identifier: Apache-2.0
//
// HttpConnection: one connection of an HttpClient. It carries one request at a time, both bodies at
// once, and is kept when both sides have said all they had to say. Private to
// services/base/http_client.cc.

#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/http_client.h"
#include "services/base/http_parser.h"
#include "services/base/http_wire.h"
#include "services/base/loop.h"

namespace fn::services {

struct HttpOutgoing {
  std::uint64_t number = 0;
  HttpRequestHead head;
  std::optional<std::uint64_t> length;
  BodyPipePtr body;
  HttpClient::Handler handler;
  bool raw = false;  // see HttpClient::send_raw
  bool repeated = false;
};

class HttpConnection;

// Who keeps the connections.
class HttpConnectionOwner {
 public:
  HttpConnectionOwner() = default;
  virtual ~HttpConnectionOwner() = default;
  HttpConnectionOwner(const HttpConnectionOwner&) = delete;
  HttpConnectionOwner& operator=(const HttpConnectionOwner&) = delete;

  // The request is over; the connection waits for another.
  virtual void rested(HttpConnection& connection, std::uint64_t number) = 0;
  // The connection is closed, and its request, if any (0: none), is over.
  virtual void closed(HttpConnection& connection, std::uint64_t number) = 0;
  // The connection is closed and had been so before its request came.
  virtual void came_too_late(HttpConnection& connection, HttpOutgoing request) = 0;
};

class HttpConnection final : public HttpWire {
 public:
  HttpConnection(HttpConnectionOwner& owner,
                 Loop& loop,
                 const HttpClientLimits& limits,
                 int socket);

  // REQUIRES: no request is under way.
  void start(HttpOutgoing request);
  // Whether the peer has kept it, too.
  [[nodiscard]] bool is_usable() const;
  // Closes it when it rests for too long, or its answer has nobody left who reads it.
  void check(core::Instant now);
  // Closes it without a word to owner and handler; an answer's body fails.
  void stop(const std::string& why);

 private:
  void on_bytes(std::string_view bytes) override;
  void on_end() override;
  void on_sent() override;
  void on_broken() override;
  void on_write_failed() override;
  void on_body_failed() override;

  void rest();
  void advance();
  bool take_head();
  void read_body();
  void pull();
  void complete();
  void fail(HttpFailure::Kind kind, core::ErrorCode code, const std::string& why);
  void fail_by_fault();
  void broke();

  HttpConnectionOwner& owner_;
  Loop& loop_;
  HttpClientLimits limits_;
  HttpParser parser_;
  std::string unread_;
  core::Instant idle_until_ = core::kNever;
  bool was_used_ = false;

  // ---- of the present request ----
  std::optional<HttpOutgoing> request_;
  bool heard_ = false;     // something of an answer came
  bool answered_ = false;  // its head was handed over
  BodyPipePtr body_;       // the answer's
};

}  // namespace fn::services
