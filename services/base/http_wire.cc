// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_wire.h"

#include <arpa/inet.h>
#include <array>
#include <poll.h>
#include <span>
#include <sys/socket.h>
#include <utility>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/buffer.hpp>
#include <boost/asio/generic/stream_protocol.hpp>
#include <boost/asio/io_context.hpp>

#include "core/base/assert.h"
#include "services/base/http_text.h"

namespace fn::services {
namespace asio = boost::asio;

namespace {

constexpr std::size_t kSmallRead = std::size_t{4} << 10;
constexpr std::size_t kLargeRead = std::size_t{64} << 10;
// A body is fetched from its pipe while less than this waits to be written.
constexpr std::size_t kQueueLimit = std::size_t{64} << 10;
constexpr std::size_t kGathered = 16;

using ErrorCode = boost::system::error_code;
using Stream =
    asio::basic_stream_socket<asio::generic::stream_protocol, asio::io_context::executor_type>;

struct Body {
  BodyPipePtr pipe;
  std::optional<std::uint64_t> left;
  bool chunked = false;
  bool fetching = false;
  bool begun = false;
};

}  // namespace

struct HttpWire::Socket {
  explicit Socket(asio::io_context& io) : stream(io.get_executor()) {}

  Stream stream;

  std::unique_ptr<char[]> room;
  std::size_t room_size = 0;
  bool reading = false;
  bool delivering = false;
  bool wanted = false;
  bool wants_large = false;

  std::vector<std::string> pieces;
  std::size_t first = 0;       // the piece that is written next
  std::size_t first_sent = 0;  // so much of it has left
  std::size_t queued = 0;
  Body body;
  bool body_failed = false;
  bool write_failed = false;
  bool sending = false;  // send() is at work, further up
  bool waits_for_room = false;
  bool owes_sent = false;
  core::Instant stuck_since = core::kNever;
};

HttpWire::HttpWire(Loop& loop, int socket)
    : socket_(std::make_unique<Socket>(loop.io())), loop_(loop) {
  ErrorCode error;
  socket_->stream.assign(asio::generic::stream_protocol(AF_UNSPEC, 0), socket, error);
  if (error) {
    ::close(socket);
    return;
  }
  socket_->stream.non_blocking(true, error);
}

HttpWire::~HttpWire() {
  close();
}

bool HttpWire::is_open() const {
  return socket_->stream.is_open();
}

std::string HttpWire::peer() const {
  sockaddr_storage address{};
  socklen_t size = sizeof(address);
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (!is_open() ||
      ::getpeername(
          socket_->stream.native_handle(), reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    return {};
  }
  if (address.ss_family == AF_INET) {
    const auto* const v4 = reinterpret_cast<const sockaddr_in*>(&address);
    ::inet_ntop(AF_INET, &v4->sin_addr, text.data(), text.size());
    return std::string(text.data()) + ":" + std::to_string(ntohs(v4->sin_port));
  }
  if (address.ss_family == AF_INET6) {
    const auto* const v6 = reinterpret_cast<const sockaddr_in6*>(&address);
    ::inet_ntop(AF_INET6, &v6->sin6_addr, text.data(), text.size());
    return "[" + std::string(text.data()) + "]:" + std::to_string(ntohs(v6->sin6_port));
  }
  return {};
}

// ---- reading ----

void HttpWire::want_bytes(bool large) {
  Socket& socket = *socket_;
  if (!is_open() || socket.reading || socket.wanted) {
    return;
  }
  socket.wants_large = large;
  if (socket.delivering) {
    socket.wanted = true;  // the room still holds what is being handed over
  } else {
    start_read();
  }
}

bool HttpWire::wants_bytes() const {
  return socket_->reading || socket_->wanted;
}

void HttpWire::start_read() {
  Socket& socket = *socket_;
  const std::size_t size = socket.wants_large ? kLargeRead : kSmallRead;
  if (socket.room_size != size) {
    socket.room = std::make_unique_for_overwrite<char[]>(size);
    socket.room_size = size;
  }
  socket.reading = true;
  socket.stream.async_read_some(
      asio::buffer(socket.room.get(), size),
      [self = shared_from_this()](const ErrorCode& error, std::size_t count) {
        self->socket_->reading = false;
        if (!self->is_open()) {
          return;
        }
        if (error == asio::error::eof) {
          self->on_end();
        } else if (error) {
          self->on_broken();
        } else {
          self->deliver(count);
        }
      });
}

void HttpWire::deliver(std::size_t size) {
  Socket& socket = *socket_;
  socket.delivering = true;
  on_bytes({socket.room.get(), size});
  socket.delivering = false;
  if (std::exchange(socket.wanted, false) && is_open()) {
    start_read();
  }
}

bool HttpWire::peer_has_ended() const {
  pollfd poll_one{.fd = socket_->stream.native_handle(), .events = POLLRDHUP, .revents = 0};
  return !is_open() ||
         (::poll(&poll_one, 1, 0) > 0 && (poll_one.revents & (POLLRDHUP | POLLHUP | POLLERR)) != 0);
}

bool HttpWire::is_quiet() const {
  char byte = 0;
  return is_open() &&
         ::recv(socket_->stream.native_handle(), &byte, 1, MSG_PEEK | MSG_DONTWAIT) < 0 &&
         (errno == EAGAIN || errno == EINTR);
}

// ---- writing ----

void HttpWire::queue(std::string bytes) {
  socket_->owes_sent = true;
  if (!bytes.empty()) {
    socket_->queued += bytes.size();
    socket_->pieces.push_back(std::move(bytes));
  }
}

void HttpWire::queue_body(BodyPipePtr body, std::optional<std::uint64_t> length, bool raw) {
  FN_ASSERT(!socket_->body.pipe);
  socket_->owes_sent = true;
  const bool chunked = !length && !raw;
  socket_->body = Body{.pipe = std::move(body), .left = length, .chunked = chunked};
}

void HttpWire::send() {
  Socket& socket = *socket_;
  if (socket.sending || !is_open()) {
    return;
  }
  const auto self = shared_from_this();
  socket.sending = true;
  do {
    fetch();
  } while (is_open() && socket.queued > 0 && !socket.waits_for_room && write_some());
  socket.sending = false;
  tell_sent();
}

// Hooks come last, as they may queue, send and close.
void HttpWire::tell_sent() {
  Socket& socket = *socket_;
  if (!is_open()) {
    return;
  }
  if (std::exchange(socket.write_failed, false)) {
    on_write_failed();
  } else if (socket.queued > 0) {
    return;
  } else if (std::exchange(socket.body_failed, false)) {
    on_body_failed();
  } else if (!socket.body.pipe && std::exchange(socket.owes_sent, false)) {
    on_sent();
  }
}

void HttpWire::fetch() {
  Body& body = socket_->body;
  while (body.pipe && !body.fetching && socket_->queued < kQueueLimit) {
    body.fetching = true;
    const BodyPipePtr pipe = body.pipe;
    pipe->read(
        [self = shared_from_this()](BodyPipe::Chunk chunk) { self->fetched(std::move(chunk)); });
  }
}

void HttpWire::fetched(BodyPipe::Chunk chunk) {
  socket_->body.fetching = false;
  if (!is_open() || !socket_->body.pipe) {
    return;
  }
  if (!chunk) {
    fail_body();
  } else if (*chunk) {
    take(std::move(**chunk));
  } else {
    end_body();
  }
  send();
}

void HttpWire::take(std::string bytes) {
  Body& body = socket_->body;
  body.begun = true;
  if (body.chunked) {
    queue(chunk_head(bytes.size()));
    queue(std::move(bytes));
    queue(std::string(kLineEnd));
    return;
  }
  if (body.left) {
    if (bytes.size() > *body.left) {
      fail_body();
      return;
    }
    *body.left -= bytes.size();
  }
  queue(std::move(bytes));
}

void HttpWire::end_body() {
  Body& body = socket_->body;
  if (body.left.value_or(0) > 0) {
    fail_body();
    return;
  }
  if (body.chunked) {
    queue(std::string(kLastChunk));
  }
  body.pipe = nullptr;
}

void HttpWire::fail_body() {
  socket_->body_failed = true;
  drop_body();
}

void HttpWire::drop_body() {
  if (const BodyPipePtr pipe = std::exchange(socket_->body.pipe, nullptr)) {
    socket_->body.fetching = false;
    pipe->abandon();
  }
}

void HttpWire::release_body() {
  if (std::exchange(socket_->body.fetching, false)) {
    socket_->body.pipe->unread();
  }
  socket_->body.pipe = nullptr;
}

// Whether to go on: something has left, and the peer may take more.
bool HttpWire::write_some() {
  Socket& socket = *socket_;
  std::array<asio::const_buffer, kGathered> buffers;
  std::size_t count = 0;
  for (std::size_t at = socket.first; at < socket.pieces.size() && count < kGathered; ++at) {
    buffers.at(count++) = asio::buffer(socket.pieces[at]);
  }
  buffers[0] += socket.first_sent;
  ErrorCode error;
  std::size_t written =
      socket.stream.write_some(std::span<const asio::const_buffer>(buffers.data(), count), error);
  if (error == asio::error::would_block) {
    wait_for_room();
    return false;
  }
  if (error) {
    socket.write_failed = true;
    socket.pieces.clear();
    socket.first = socket.first_sent = socket.queued = 0;
    return false;
  }
  socket.stuck_since = core::kNever;
  socket.queued -= written;
  while (written > 0) {
    const std::size_t left = socket.pieces[socket.first].size() - socket.first_sent;
    if (written < left) {
      socket.first_sent += written;
      break;
    }
    written -= left;
    socket.pieces[socket.first++].clear();
    socket.first_sent = 0;
  }
  if (socket.first == socket.pieces.size()) {
    socket.pieces.clear();
    socket.first = 0;
  }
  return true;
}

void HttpWire::wait_for_room() {
  Socket& socket = *socket_;
  socket.waits_for_room = true;
  if (socket.stuck_since == core::kNever) {
    socket.stuck_since = loop_.now();
  }
  socket.stream.async_wait(Stream::wait_write, [self = shared_from_this()](const ErrorCode& error) {
    self->socket_->waits_for_room = false;
    if (!error) {
      self->send();
    }
  });
}

bool HttpWire::is_sending() const {
  return socket_->owes_sent;
}

bool HttpWire::body_begun() const {
  return socket_->body.begun;
}

core::Instant HttpWire::stuck_since() const {
  return socket_->stuck_since;
}

void HttpWire::end_sending() {
  ErrorCode ignored;
  socket_->stream.shutdown(Stream::shutdown_send, ignored);
}

// The body last: its writer is told, and may look at this connection.
void HttpWire::close() {
  ErrorCode ignored;
  socket_->stream.close(ignored);
  drop_body();
}

}  // namespace fn::services
