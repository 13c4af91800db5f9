// SPDX-License-Identifier: Apache-2.0
//
// Goal: the log reaches files and syslog as they take it, a receiver that goes or stalls costs
// lines and no more, and a destination that cannot be is told at the start.

#include "services/base/log_sink.h"

#include <arpa/inet.h>
#include <array>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <string>
#include <sys/socket.h>
#include <unistd.h>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

// A socket on a free port of the loopback.
class Receiver {
 public:
  explicit Receiver(int type) : socket_(::socket(AF_INET, type, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::bind(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
    if (type == SOCK_STREAM) {
      EXPECT_EQ(::listen(socket_, 1), 0);
    }
    socklen_t size = sizeof(address);
    EXPECT_EQ(::getsockname(socket_, reinterpret_cast<sockaddr*>(&address), &size), 0);
    port_ = ntohs(address.sin_port);
    const timeval patience{.tv_sec = 60, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof(patience));
  }

  Receiver(const Receiver&) = delete;
  Receiver& operator=(const Receiver&) = delete;

  ~Receiver() { ::close(socket_); }

  [[nodiscard]] std::string port() const { return std::to_string(port_); }

  [[nodiscard]] std::string datagram() const {
    std::array<char, 4096> bytes{};
    const ssize_t size = ::recv(socket_, bytes.data(), bytes.size(), 0);
    return {bytes.data(), size > 0 ? static_cast<std::size_t>(size) : 0};
  }

  // All that the next connection sends until it ends.
  [[nodiscard]] std::string stream() const {
    const int connection = ::accept(socket_, nullptr, nullptr);
    std::string all;
    std::array<char, 4096> bytes{};
    for (ssize_t size = 0; (size = ::recv(connection, bytes.data(), bytes.size(), 0)) > 0;) {
      all.append(bytes.data(), static_cast<std::size_t>(size));
    }
    ::close(connection);
    return all;
  }

 private:
  int socket_;
  std::uint16_t port_ = 0;
};

// The text with 0 for each digit: what is left of a time and a number is their form.
std::string without_digits(std::string text) {
  for (char& letter : text) {
    letter = letter >= '0' && letter <= '9' ? '0' : letter;
  }
  return text;
}

constexpr std::string_view kTime = "0000-00-00T00:00:00.000Z";

// Without the host's name and the process's number, which follow the time.
std::string without_sender(const std::string& message) {
  const std::size_t host = message.find("Z ") + 2;
  const std::size_t rest = message.find(" - - ");
  EXPECT_NE(message.substr(host, rest - host).find(" fnserver "), std::string::npos) << message;
  return without_digits(message.substr(0, host) + message.substr(rest + 5));
}

std::string error_of(const std::string& destination) {
  const auto log = Log::open({.destination = destination, .prefix = {}});
  return log ? "no error" : log.error().message;
}

TEST(LogSink, AppendsToAFile) {
  std::string name = (fs::temp_directory_path() / "fn-log-XXXXXX").string();
  const std::string folder = ::mkdtemp(name.data());
  for (const std::string_view message : {"first", "second"}) {
    auto log = Log::open({.destination = "file://" + folder + "/x.log", .prefix = {}});
    ASSERT_TRUE(log) << log.error().message;
    (*log)->info(message);
  }
  std::ifstream in(folder + "/x.log");
  const std::string text{std::istreambuf_iterator<char>(in), {}};
  const std::string head = "time=\"" + std::string(kTime) + "\" level=info msg=";
  EXPECT_EQ(without_digits(text), head + "\"first\"\n" + head + "\"second\"\n");
  fs::remove_all(folder);
}

TEST(LogSink, SendsOneSyslogMessagePerDatagram) {
  const Receiver receiver(SOCK_DGRAM);
  auto log = Log::open({.level = LogLevel::kDebug,
                        .format = LogFormat::kJson,
                        .destination = "udp://127.0.0.1:" + receiver.port(),
                        .prefix = {}});
  ASSERT_TRUE(log) << log.error().message;
  (*log)->warn("two\nlines");
  (*log)->debug("next");
  const std::string first = receiver.datagram();
  const std::string second = receiver.datagram();
  EXPECT_TRUE(first.starts_with("<28>1 "));
  EXPECT_TRUE(second.starts_with("<31>1 "));
  const std::string head =
      "<00>0 " + std::string(kTime) + " {\"time\":\"" + std::string(kTime) + "\",\"level\":";
  EXPECT_EQ(without_sender(first), head + "\"warning\",\"msg\":\"two\\nlines\"}");
  EXPECT_EQ(without_sender(second), head + "\"debug\",\"msg\":\"next\"}");
}

TEST(LogSink, CountsTheBytesOfASyslogMessageInAStream) {
  const Receiver receiver(SOCK_STREAM);
  {
    auto log = Log::open({.destination = "tcp://127.0.0.1:" + receiver.port() + "/", .prefix = {}});
    ASSERT_TRUE(log) << log.error().message;
    (*log)->info("one");
    (*log)->error("two");
  }
  const std::string stream = receiver.stream();
  const std::size_t space = stream.find(' ');
  const std::size_t length = std::stoul(stream.substr(0, space));
  const std::string first = stream.substr(space + 1, length);
  EXPECT_TRUE(first.starts_with("<30>1 ") && first.ends_with("msg=\"one\"")) << first;
  const std::string rest = stream.substr(space + 1 + length);
  EXPECT_EQ(std::to_string(rest.size() - rest.find(' ') - 1), rest.substr(0, rest.find(' ')));
  EXPECT_TRUE(rest.ends_with("msg=\"two\"")) << rest;
}

TEST(LogSink, LosesLinesAndNoMoreWhereNobodyListens) {
  std::string port;
  {
    const Receiver gone(SOCK_STREAM);
    port = gone.port();
  }
  auto log = Log::open({.destination = "tcp://127.0.0.1:" + port, .prefix = {}});
  ASSERT_TRUE(log) << log.error().message;
  (*log)->info("lost");
  ASSERT_TRUE((*log)->flush(60s));
  EXPECT_EQ((*log)->dropped(), 1U);
}

TEST(LogSink, TellsAtTheStartWhatCannotBe) {
  const std::string remedy = "; give stderr, file:///PATH, udp://HOST:PORT or tcp://HOST:PORT";
  EXPECT_EQ(error_of("file:///no/such/x.log"),
            "FN_LOG_DEST = \"file:///no/such/x.log\": /no/such/x.log cannot be opened: No such "
            "file or directory" +
                remedy);
  EXPECT_EQ(error_of("printer"),
            "FN_LOG_DEST = \"printer\": there is no such destination" + remedy);
  EXPECT_TRUE(error_of("udp://127.0.0.1:nowhere").ends_with(remedy));
}

}  // namespace
}  // namespace fn::services
