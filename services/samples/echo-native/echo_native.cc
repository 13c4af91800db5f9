// SPDX-License-Identifier: Apache-2.0
//
// A native function without a framework: HTTP/1.1 on the socket that FN_LISTENER names, one
// connection and one request at a time. It answers with the request's body. For tests it also
// misbehaves when asked to: by the header `Echo-Do: WORD NUMBER` in a call, by the variable
// ECHO_START at its start. The words are the tables at the end.

#include <algorithm>
#include <array>
#include <cctype>
#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace {

struct Request {
  std::map<std::string, std::string> headers;  // names in lower case
  std::string body;
};

class Connection {
 public:
  explicit Connection(int socket) : socket_(socket) {}

  ~Connection() { ::close(socket_); }

  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // False: the other end has closed.
  bool read_head(Request& request) {
    std::size_t end = 0;
    while ((end = buffer_.find("\r\n\r\n")) == std::string::npos) {
      if (!read_more()) {
        return false;
      }
    }
    std::size_t at = buffer_.find("\r\n") + 2;
    while (at < end + 2) {
      const std::size_t line_end = buffer_.find("\r\n", at);
      const std::size_t colon = buffer_.find(':', at);
      std::string name = buffer_.substr(at, colon - at);
      std::ranges::transform(name, name.begin(), [](unsigned char letter) {
        return static_cast<char>(std::tolower(letter));
      });
      const std::size_t value = buffer_.find_first_not_of(' ', colon + 1);
      request.headers[name] = buffer_.substr(value, line_end - value);
      at = line_end + 2;
    }
    buffer_.erase(0, end + 4);
    return true;
  }

  bool read_body(Request& request) {
    if (request.headers.contains("transfer-encoding")) {
      return read_chunks(request.body);
    }
    const auto length = request.headers.find("content-length");
    return length == request.headers.end() || take(std::stoul(length->second), request.body);
  }

  bool write(std::string_view bytes) const {
    while (!bytes.empty()) {
      const ssize_t size = ::write(socket_, bytes.data(), bytes.size());
      if (size <= 0) {
        return false;
      }
      bytes.remove_prefix(static_cast<std::size_t>(size));
    }
    return true;
  }

  bool answer(int status, const std::string& type, std::string_view body) const {
    return write("HTTP/1.1 " + std::to_string(status) + " Said\r\nContent-Type: " + type +
                 "\r\nFn-Fdk-Version: echo-native/1\r\nContent-Length: " +
                 std::to_string(body.size()) + "\r\n\r\n") &&
           write(body);
  }

 private:
  bool read_more() {
    std::array<char, 65536> bytes{};
    const ssize_t size = ::read(socket_, bytes.data(), bytes.size());
    if (size <= 0) {
      return false;
    }
    buffer_.append(bytes.data(), static_cast<std::size_t>(size));
    return true;
  }

  bool take(std::size_t size, std::string& into) {
    while (buffer_.size() < size) {
      if (!read_more()) {
        return false;
      }
    }
    into.append(buffer_, 0, size);
    buffer_.erase(0, size);
    return true;
  }

  bool read_chunks(std::string& body) {
    while (true) {
      std::size_t end = 0;
      while ((end = buffer_.find("\r\n")) == std::string::npos) {
        if (!read_more()) {
          return false;
        }
      }
      const std::size_t size = std::stoul(buffer_.substr(0, end), nullptr, 16);
      buffer_.erase(0, end + 2);
      std::string line_end;
      if (!take(size, body) || !take(2, line_end)) {
        return false;
      }
      if (size == 0) {
        return true;
      }
    }
  }

  int socket_;
  std::string buffer_;
};

// Each answers whether the connection goes on.
using Deed = std::function<bool(Connection&, const Request&, long number)>;

bool echo(const Connection& connection, const Request& request) {
  const auto type = request.headers.find("content-type");
  return connection.answer(
      200, type == request.headers.end() ? "text/plain" : type->second, request.body);
}

bool sleep_first(const Connection& connection, const Request& request, long milliseconds) {
  std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
  return echo(connection, request);
}

// Memory that is only asked for costs nothing: each page is written to.
bool allocate(const Connection& connection, const Request& request, long mebibytes) {
  const std::vector<char> memory(static_cast<std::size_t>(mebibytes) << 20, 'x');
  return !memory.empty() && memory.back() == 'x' && echo(connection, request);
}

bool answer_bytes(const Connection& connection, long number) {
  auto left = static_cast<std::size_t>(number);
  bool good =
      connection.write("HTTP/1.1 200 OK\r\nContent-Length: " + std::to_string(left) + "\r\n\r\n");
  const std::string piece(std::min<std::size_t>(left, 65536), 'x');
  for (; good && left > 0; left -= std::min(left, piece.size())) {
    good = connection.write(std::string_view(piece).substr(0, left));
  }
  return good;
}

bool log_bytes(const Connection& connection, const Request& request, long number) {
  std::fputs((std::string(static_cast<std::size_t>(number), 'l') + "\n").c_str(), stderr);
  return echo(connection, request);
}

const std::map<std::string, Deed>& deeds() {
  using C = Connection;
  using R = Request;
  static const std::map<std::string, Deed> all = {
      {"sleep",
       [](C& c, const R& r, long n) {
         return sleep_first(c, r, n);
       }},
      {"exit",
       [](C&, const R&, long n) -> bool {
         ::_exit(static_cast<int>(n));
       }},
      {"crash",
       [](C&, const R&, long) -> bool {
         std::abort();
       }},
      {"allocate",
       [](C& c, const R& r, long n) {
         return allocate(c, r, n);
       }},
      {"answer",
       [](C& c, const R&, long n) {
         return answer_bytes(c, n);
       }},
      {"status",
       [](C& c, const R&, long n) {
         return c.answer(static_cast<int>(n), "text/plain", "said");
       }},
      {"close",
       [](C&, const R&, long) {
         return false;
       }},
      {"break",
       [](C& c, const R&, long) {
         return c.write("HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\nonly this") && false;
       }},
      {"garbage",
       [](C& c, const R&, long) {
         return c.write("no HTTP at all\r\n\r\n") && false;
       }},
      {"header",
       [](C& c, const R&, long n) {
         return c.write(
             "HTTP/1.1 200 OK\r\nX-Long: " + std::string(static_cast<std::size_t>(n), 'h') +
             "\r\nContent-Length: 0\r\n\r\n");
       }},
      {"log",
       [](C& c, const R& r, long n) {
         return log_bytes(c, r, n);
       }},
      {"never",
       [](C&, const R&, long) -> bool {
         while (true) {
           ::pause();
         }
       }},
      {"variable", [](C& c, const R& r, long) {
         const char* const value = std::getenv(r.body.c_str());
         return c.answer(200, "text/plain", value == nullptr ? "" : value);
       }}};
  return all;
}

void serve(Connection& connection) {
  for (Request request; connection.read_head(request); request = {}) {
    const std::string asked = request.headers["echo-do"];
    const std::size_t blank = asked.find(' ');
    const std::string word = asked.substr(0, blank);
    const long number = blank == std::string::npos ? 0 : std::stol(asked.substr(blank));
    if (word == "early") {  // answers before it has read the body, and reads none of it
      connection.answer(200, "text/plain", "early");
      return;
    }
    const auto deed = deeds().find(word);
    if (!connection.read_body(request) ||
        !(deed == deeds().end() ? echo(connection, request)
                                : deed->second(connection, request, number))) {
      return;
    }
  }
}

// FDKs bind another name and link it when it can be used, so that nobody connects too early.
int listen_at(const std::string& path, const std::string& target) {
  const std::string hidden = path + ".bound";
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  hidden.copy(address.sun_path, sizeof(address.sun_path) - 1);
  const int listener = ::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (::bind(listener, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) != 0 ||
      ::chmod(hidden.c_str(), 0666) != 0 || ::listen(listener, 16) != 0 ||
      ::symlink(target.c_str(), path.c_str()) != 0) {
    std::perror("echo-native: FN_LISTENER");
    std::exit(1);
  }
  return listener;
}

}  // namespace

int main() {
  std::signal(SIGPIPE, SIG_IGN);
  const char* const listener = std::getenv("FN_LISTENER");
  const std::string_view prefix = "unix:";
  if (listener == nullptr || !std::string_view(listener).starts_with(prefix)) {
    std::fputs("echo-native: FN_LISTENER must be unix:PATH; a Fn runner sets it\n", stderr);
    return 1;
  }
  const char* const start = std::getenv("ECHO_START");
  const std::string asked = start == nullptr ? "" : start;
  if (asked == "exit") {
    std::fputs("echo-native: asked to exit\n", stderr);
    return 5;
  }
  if (asked == "never") {
    ::pause();
  }
  const std::string path = listener + prefix.size();
  const std::string name = path.substr(path.rfind('/') + 1) + ".bound";
  const int socket = listen_at(path, asked == "escape" ? "../../" + name : name);
  while (true) {
    Connection connection(::accept(socket, nullptr, nullptr));
    serve(connection);
  }
}
