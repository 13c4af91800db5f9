// SPDX-License-Identifier: Apache-2.0

#include "services/base/log_sink.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <climits>
#include <fcntl.h>
#include <memory>
#include <netdb.h>
#include <poll.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "services/base/clock.h"

namespace fn::services {
namespace {

constexpr std::string_view kFile = "file://";
constexpr std::string_view kUdp = "udp://";
constexpr std::string_view kTcp = "tcp://";
constexpr int kPatienceMs = 1'000;

class Descriptor {
 public:
  explicit Descriptor(int number) : number_(number) {}

  Descriptor(const Descriptor&) = delete;
  Descriptor& operator=(const Descriptor&) = delete;

  ~Descriptor() { reset(-1); }

  [[nodiscard]] int number() const { return number_; }

  void reset(int number) {
    if (number_ > STDERR_FILENO) {
      ::close(number_);
    }
    number_ = number;
  }

 private:
  int number_;
};

tl::unexpected<core::Error> cannot(const LogOptions& options, const std::string& why) {
  return core::fail(core::ErrorCode::kUnavailable,
                    "FN_LOG_DEST = \"" + options.destination + "\": " + why +
                        "; give stderr, file:///PATH, udp://HOST:PORT or tcp://HOST:PORT");
}

std::string text_of_errno() {
  return std::error_code(errno, std::generic_category()).message();
}

std::uint64_t count_lines(std::string_view lines) {
  return static_cast<std::uint64_t>(std::count(lines.begin(), lines.end(), '\n'));
}

bool is_file(int descriptor) {
  struct stat what {};

  return ::fstat(descriptor, &what) == 0 && S_ISREG(what.st_mode);
}

// True once all bytes are written. A reader that stopped reading a pipe is waited for, but not
// forever: as much as surely fits is written once there is room at all, which does not block.
bool write_all(int descriptor, bool file, std::string_view bytes) {
  while (!bytes.empty()) {
    pollfd waited{.fd = descriptor, .events = POLLOUT, .revents = 0};
    if (!file && ::poll(&waited, 1, kPatienceMs) == 0) {
      return false;
    }
    const std::size_t most = file ? bytes.size() : std::min<std::size_t>(bytes.size(), PIPE_BUF);
    const ssize_t written = ::write(descriptor, bytes.data(), most);
    if (written < 0 && errno != EINTR && errno != EAGAIN) {
      return false;
    }
    bytes.remove_prefix(written > 0 ? static_cast<std::size_t>(written) : 0);
  }
  return true;
}

Log::Sink file_sink(int descriptor) {
  auto owner = std::make_shared<Descriptor>(descriptor);
  return [owner, file = is_file(descriptor)](std::string_view lines) {
    return write_all(owner->number(), file, lines) ? 0 : count_lines(lines);
  };
}

// A connected socket, or -1. A host may have several addresses.
int connected(const addrinfo* addresses) {
  for (const addrinfo* one = addresses; one != nullptr; one = one->ai_next) {
    const int made = ::socket(one->ai_family, one->ai_socktype | SOCK_CLOEXEC, one->ai_protocol);
    if (made < 0) {
      continue;
    }
    const timeval patience{.tv_sec = kPatienceMs / 1'000, .tv_usec = 0};
    ::setsockopt(made, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof(patience));
    if (::connect(made, one->ai_addr, one->ai_addrlen) == 0) {
      return made;
    }
    ::close(made);
  }
  return -1;
}

using Addresses = std::shared_ptr<addrinfo>;

// One message per line.
class Syslog {
 public:
  Syslog(Addresses addresses, bool counted) : addresses_(std::move(addresses)), counted_(counted) {}

  std::uint64_t send(std::string_view lines) {
    std::uint64_t lost = 0;
    while (!lines.empty()) {
      const std::size_t end = lines.find('\n');
      lost += send_one(lines.substr(0, end)) ? 0U : 1U;
      lines.remove_prefix(end + 1);
    }
    return lost;
  }

 private:
  bool send_one(std::string_view message) {
    if (!connect()) {
      return false;
    }
    const std::string framed =
        counted_ ? std::to_string(message.size()) + " " + std::string(message) : "";
    const std::string_view bytes = counted_ ? std::string_view(framed) : message;
    std::size_t sent = 0;
    while (sent < bytes.size()) {
      const ssize_t now =
          ::send(socket_.number(), bytes.data() + sent, bytes.size() - sent, MSG_NOSIGNAL);
      if (now < 0 && errno == EINTR) {
        continue;
      }
      if (now < 0) {
        // Of a datagram only this one is lost, of a stream all that follows.
        if (counted_) {
          socket_.reset(-1);
        }
        return false;
      }
      sent += static_cast<std::size_t>(now);
    }
    return true;
  }

  bool connect() {
    if (socket_.number() < 0 && steady_now() >= next_try_) {
      socket_.reset(connected(addresses_.get()));
      next_try_ = steady_now() + std::chrono::seconds(1);
    }
    return socket_.number() >= 0;
  }

  Addresses addresses_;
  bool counted_;
  Descriptor socket_{-1};
  core::Instant next_try_{};
};

// "host", "host:port" or "[address]:port".
std::pair<std::string, std::string> host_and_port(std::string_view text) {
  constexpr std::string_view kSyslogPort = "514";
  text = text.substr(0, text.find('/'));
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != std::string_view::npos && !text.ends_with(']');
  std::string_view host = text.substr(0, has_port ? colon : text.size());
  if (host.starts_with('[') && host.ends_with(']')) {
    host = host.substr(1, host.size() - 2);
  }
  return {std::string(host), std::string(has_port ? text.substr(colon + 1) : kSyslogPort)};
}

core::Result<LogDestination> open_syslog(const LogOptions& options, bool udp) {
  const auto [host, port] =
      host_and_port(std::string_view(options.destination).substr(kUdp.size()));
  addrinfo hints{};
  hints.ai_socktype = udp ? SOCK_DGRAM : SOCK_STREAM;
  addrinfo* found = nullptr;
  const int error = ::getaddrinfo(host.c_str(), port.c_str(), &hints, &found);
  if (error != 0) {
    return cannot(options, ::gai_strerror(error));
  }
  LogDestination destination;
  std::array<char, 256> name{};
  const bool named = ::gethostname(name.data(), name.size() - 1) == 0 && name[0] != '\0';
  // Facility "daemon" and the severity of each level.
  constexpr std::array kPriorities = {24 + 7, 24 + 6, 24 + 4, 24 + 3};
  for (std::size_t level = 0; level < kPriorities.size(); ++level) {
    destination.writing.before_time[level] = "<" + std::to_string(kPriorities[level]) + ">1 ";
  }
  destination.writing.after_time = " " + std::string(named ? name.data() : "-") + " fnserver " +
                                   std::to_string(::getpid()) + " - - ";
  auto syslog = std::make_shared<Syslog>(Addresses(found, ::freeaddrinfo), !udp);
  destination.sink = [syslog](std::string_view lines) {
    return syslog->send(lines);
  };
  return destination;
}

core::Result<LogDestination> open_plain(const LogOptions& options) {
  const std::string_view name = options.destination;
  if (name == "stderr") {
    LogDestination destination{.writing = {}, .sink = file_sink(STDERR_FILENO)};
    const bool terminal = ::isatty(STDERR_FILENO) == 1;
    destination.writing.layout = terminal ? Log::Layout::kTerminal : Log::Layout::kLogfmt;
    return destination;
  }
  if (!name.starts_with(kFile)) {
    return cannot(options, "there is no such destination");
  }
  constexpr mode_t kMode = 0640;
  const std::string path(name.substr(kFile.size()));
  const int file = ::open(path.c_str(), O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, kMode);
  if (file < 0) {
    return cannot(options, path + " cannot be opened: " + text_of_errno());
  }
  return LogDestination{.writing = {}, .sink = file_sink(file)};
}

}  // namespace

core::Result<LogDestination> open_log_destination(const LogOptions& options) {
  const bool udp = options.destination.starts_with(kUdp);
  const bool tcp = options.destination.starts_with(kTcp);
  auto destination = udp || tcp ? open_syslog(options, udp) : open_plain(options);
  if (destination && options.format == LogFormat::kJson) {
    destination->writing.layout = Log::Layout::kJson;
  }
  return destination;
}

}  // namespace fn::services
