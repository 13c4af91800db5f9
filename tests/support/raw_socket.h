// SPDX-License-Identifier: Apache-2.0
//
// RawSocket: a blocking TCP or unix socket for tests that send and expect exact bytes. A read that
// sees nothing for ten seconds gives up, so that a failing test ends.

#pragma once

#include <arpa/inet.h>
#include <cstddef>
#include <cstdint>
#include <netinet/in.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include <utility>

namespace fn::services {

class RawSocket {
 public:
  explicit RawSocket(int handle) : handle_(handle) {}

  RawSocket(RawSocket&& other) noexcept : handle_(std::exchange(other.handle_, -1)) {}

  RawSocket& operator=(RawSocket&& other) noexcept {
    std::swap(handle_, other.handle_);
    return *this;
  }

  ~RawSocket() { close(); }

  RawSocket(const RawSocket&) = delete;
  RawSocket& operator=(const RawSocket&) = delete;

  // To this machine. A small window makes a slow reader felt early.
  static RawSocket to_port(std::uint16_t port, int window = 0) {
    RawSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    if (window > 0) {
      ::setsockopt(socket.handle_, SOL_SOCKET, SO_RCVBUF, &window, sizeof(window));
    }
    const sockaddr_in address = here(port);
    if (::connect(socket.handle_, as_address(address), sizeof(address)) != 0) {
      socket.close();
    }
    return socket;
  }

  // A listening socket on a free port of this machine.
  static RawSocket listening(std::uint16_t& port) {
    RawSocket socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_in address = here(0);
    socklen_t size = sizeof(address);
    (void)::bind(socket.handle_, as_address(address), size);
    ::listen(socket.handle_, 64);
    ::getsockname(socket.handle_, reinterpret_cast<sockaddr*>(&address), &size);
    port = ntohs(address.sin_port);
    return socket;
  }

  static RawSocket listening_unix(const std::string& path) {
    RawSocket socket(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path.copy(&address.sun_path[0], sizeof(address.sun_path) - 1);
    (void)::bind(socket.handle_, as_address(address), sizeof(address));
    ::listen(socket.handle_, 64);
    return socket;
  }

  [[nodiscard]] bool is_open() const { return handle_ >= 0; }

  // A connection that comes within ten seconds; closed: none came.
  [[nodiscard]] RawSocket accept() const {
    return RawSocket(readable(kPatienceMs) ? ::accept4(handle_, nullptr, nullptr, SOCK_CLOEXEC)
                                           : -1);
  }

  [[nodiscard]] bool readable(int patience_ms) const {
    pollfd one{.fd = handle_, .events = POLLIN, .revents = 0};
    return ::poll(&one, 1, patience_ms) > 0;
  }

  // False: the peer does not take it.
  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t sent = ::send(handle_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
  }

  // Some bytes more into `text`; false: the end, an error, or silence.
  bool read_more(std::string& text) const {
    std::string room(std::size_t{64} << 10, '\0');
    if (!readable(kPatienceMs)) {
      return false;
    }
    const ssize_t size = ::recv(handle_, room.data(), room.size(), 0);
    text.append(room, 0, size > 0 ? static_cast<std::size_t>(size) : 0);
    return size > 0;
  }

  // Reads until the text ends so, or no more comes.
  std::string read_until(std::string_view ending) const {
    std::string text;
    while (!text.ends_with(ending) && read_more(text)) {
    }
    return text;
  }

  [[nodiscard]] std::string read_all() const {
    std::string text;
    while (read_more(text)) {
    }
    return text;
  }

  void end_sending() const { ::shutdown(handle_, SHUT_WR); }

  // Closes without a farewell: the peer's next read or write fails.
  void reset() {
    const linger now{.l_onoff = 1, .l_linger = 0};
    ::setsockopt(handle_, SOL_SOCKET, SO_LINGER, &now, sizeof(now));
    close();
  }

  void close() {
    if (handle_ >= 0) {
      ::close(std::exchange(handle_, -1));
    }
  }

 private:
  static constexpr int kPatienceMs = 10'000;

  static sockaddr_in here(std::uint16_t port) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
  }

  template <typename Address>
  static const sockaddr* as_address(const Address& address) {
    return reinterpret_cast<const sockaddr*>(&address);
  }

  int handle_;
};

}  // namespace fn::services
