// SPDX-License-Identifier: Apache-2.0
//
// HttpWire: one connected socket of a loop, below a server's session and a client's connection. It
// hands over bytes when asked for, and writes what is queued and a body that follows through a
// pipe: gathered into one write where they are there together, in pieces where the peer is slow. It
// never holds much more of a body than one pipe does.
//
// It lives as long as somebody holds it or an operation of it is under way; close() ends both. The
// hooks are called on the core thread, some of them from within send() and want_bytes().

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/loop.h"

namespace fn::services {

class HttpWire : public std::enable_shared_from_this<HttpWire> {
 public:
  // Takes the socket over: a connected stream, TCP or unix.
  HttpWire(Loop& loop, int socket);
  virtual ~HttpWire();
  HttpWire(const HttpWire&) = delete;
  HttpWire& operator=(const HttpWire&) = delete;

  [[nodiscard]] bool is_open() const;

  // "192.0.2.1:50123"; empty for a unix socket.
  [[nodiscard]] std::string peer() const;

 protected:
  // ---- hooks ----

  // The bytes stay valid during the call.
  virtual void on_bytes(std::string_view bytes) = 0;
  // The peer sends no more; it may still read.
  virtual void on_end() = 0;
  // All that was queued has left, and the body, if there was one, has ended as it should.
  virtual void on_sent() = 0;
  // A read failed: the connection is no more.
  virtual void on_broken() = 0;
  // The peer takes nothing more; what it sent before may still be read. A body under way stays.
  virtual void on_write_failed() = 0;
  // The body failed or was not as long as said; what came of it before has left.
  virtual void on_body_failed() = 0;

  // ---- reading ----

  // Asks for one on_bytes() or on_end(); no effect while one is awaited. Large reads are for
  // bodies.
  void want_bytes(bool large = false);
  [[nodiscard]] bool wants_bytes() const;
  // Whether the peer has closed its direction, though bytes may be unread before the end.
  [[nodiscard]] bool peer_has_ended() const;
  // Whether nothing at all is there to read: neither bytes nor an end.
  [[nodiscard]] bool is_quiet() const;

  // ---- writing ----

  void queue(std::string bytes);
  // A body behind what is queued: as it is where its length is known, else in chunks or, `raw`,
  // until the end of the connection. REQUIRES: none is under way.
  void queue_body(BodyPipePtr body, std::optional<std::uint64_t> length, bool raw);
  // Writes what is queued, now or when the peer takes it.
  void send();
  // The body that is under way is given up; what is queued still leaves.
  void drop_body();
  // Lets go of the body, of which nothing was taken, so that another connection can send it.
  void release_body();
  [[nodiscard]] bool is_sending() const;
  // Whether a byte of the body under way was taken from its pipe.
  [[nodiscard]] bool body_begun() const;
  // Since when the peer takes nothing of what is queued; kNever: it is not waited for.
  [[nodiscard]] core::Instant stuck_since() const;

  // No more bytes go to the peer, which is told so.
  void end_sending();
  // Closes both directions; no hook is called any more.
  void close();

 private:
  struct Socket;

  void start_read();
  void deliver(std::size_t size);
  void fetch();
  void fetched(BodyPipe::Chunk chunk);
  void take(std::string bytes);
  void end_body();
  void fail_body();
  bool write_some();
  void wait_for_room();
  void tell_sent();

  std::unique_ptr<Socket> socket_;
  Loop& loop_;
};

}  // namespace fn::services
