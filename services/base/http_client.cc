// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_client.h"

#include <algorithm>
#include <deque>
#include <unistd.h>
#include <unordered_map>
#include <utility>
#include <vector>

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/local/stream_protocol.hpp>
#include <boost/asio/post.hpp>

#include "services/base/http_connection.h"

namespace fn::services {
namespace asio = boost::asio;

namespace {

using std::chrono_literals::operator""ms;
using ErrorCode = boost::system::error_code;
using Executor = asio::io_context::executor_type;
using Tcp = asio::ip::tcp;
using Unix = asio::local::stream_protocol;

// Deadlines of all connections are looked at so often: no timer is set for a request.
constexpr core::Duration kSweep = 250ms;

// One attempt to connect.
class Dial : public std::enable_shared_from_this<Dial> {
 public:
  // Called with the socket, or with -1 and why not.
  using Handler = std::function<void(int, const std::string&)>;

  Dial(asio::io_context& io, core::Instant deadline)
      : tcp_(io.get_executor()),
        unix_(io.get_executor()),
        resolver_(io.get_executor()),
        deadline_(deadline) {}

  void start(const HttpPeer& peer, Handler handler) {
    handler_ = std::move(handler);
    ErrorCode error;
    if (!peer.unix_path.empty()) {
      // Its constructor throws beyond the length that sockaddr_un has.
      if (peer.unix_path.size() >= 108) {
        error = asio::error::name_too_long;
        asio::post(unix_.get_executor(),
                   [self = shared_from_this(), error] { self->end(error, -1); });
        return;
      }
      unix_.async_connect(Unix::endpoint(peer.unix_path),
                          [self = shared_from_this()](const ErrorCode& why) {
                            ErrorCode ignored;
                            self->end(why, why ? -1 : self->unix_.release(ignored));
                          });
      return;
    }
    const auto address = asio::ip::make_address(peer.host, error);
    if (!error) {
      tcp_.async_connect(Tcp::endpoint(address, peer.port),
                         [self = shared_from_this()](const ErrorCode& why) { self->end_tcp(why); });
      return;
    }
    resolver_.async_resolve(
        peer.host,
        std::to_string(peer.port),
        [self = shared_from_this()](const ErrorCode& why,
                                    const Tcp::resolver::results_type& found) {
          if (why) {
            self->end(why, -1);
            return;
          }
          asio::async_connect(
              self->tcp_, found, [self](const ErrorCode& failed, const Tcp::endpoint& /*reached*/) {
                self->end_tcp(failed);
              });
        });
  }

  [[nodiscard]] core::Instant deadline() const { return deadline_; }

  // Gives up; the handler hears of it soon, unless it is forgotten.
  void stop() {
    ErrorCode ignored;
    stopped_ = true;
    resolver_.cancel();
    tcp_.close(ignored);
    unix_.close(ignored);
  }

  void forget() {
    handler_ = nullptr;
    stop();
  }

 private:
  void end_tcp(const ErrorCode& error) {
    ErrorCode ignored;
    if (!error) {
      tcp_.set_option(Tcp::no_delay(true), ignored);
    }
    end(error, error ? -1 : tcp_.release(ignored));
  }

  void end(const ErrorCode& error, int socket) {
    if (const Handler handler = std::exchange(handler_, nullptr)) {
      handler(socket, stopped_ ? "timed out" : error.message());
    } else if (socket >= 0) {
      ::close(socket);
    }
  }

  asio::basic_stream_socket<Tcp, Executor> tcp_;
  asio::basic_stream_socket<Unix, Executor> unix_;
  asio::ip::basic_resolver<Tcp, Executor> resolver_;
  core::Instant deadline_;
  Handler handler_;
  bool stopped_ = false;
};

}  // namespace

struct HttpClient::State final : public HttpConnectionOwner,
                                 public std::enable_shared_from_this<State> {
  State(Loop& of, HttpPeer to, HttpClientLimits with)
      : loop(of), peer(std::move(to)), limits(with), timer(of) {}

  // Gives waiting requests to resting connections, and dials for the others.
  void serve() {
    const auto self = shared_from_this();
    while (!waiting.empty()) {
      const std::shared_ptr<HttpConnection> connection = take_idle();
      if (!connection) {
        break;
      }
      start(connection);
    }
    while (dials.size() < waiting.size() &&
           dials.size() + idle.size() + active.size() < limits.connections) {
      dial();
    }
    if (!sweeping && !(dials.empty() && idle.empty() && active.empty())) {
      sweeping = true;
      timer.set_after(kSweep, [this] { sweep(); });
    }
  }

  void start(const std::shared_ptr<HttpConnection>& connection) {
    HttpOutgoing request = std::move(waiting.front());
    waiting.pop_front();
    active[request.number] = connection;
    connection->start(std::move(request));
  }

  // The one used last: the others grow old and close.
  std::shared_ptr<HttpConnection> take_idle() {
    while (!idle.empty()) {
      std::shared_ptr<HttpConnection> last = std::move(idle.back());
      idle.pop_back();
      if (last->is_usable()) {
        return last;
      }
      last->stop("");
    }
    return nullptr;
  }

  void dial() {
    const auto attempt =
        std::make_shared<Dial>(loop.io(), core::later(loop.now(), limits.connect_time));
    dials.push_back(attempt);
    attempt->start(peer, [this, raw = attempt.get()](int socket, const std::string& why) {
      dialled(raw, socket, why);
    });
  }

  void dialled(const Dial* attempt, int socket, const std::string& why) {
    const auto self = shared_from_this();
    std::erase_if(dials, [attempt](const auto& held) { return held.get() == attempt; });
    if (socket >= 0) {
      const auto connection = std::make_shared<HttpConnection>(*this, loop, limits, socket);
      if (waiting.empty()) {
        idle.push_back(connection);
      } else {
        start(connection);
      }
    } else if (!waiting.empty()) {
      const HttpOutgoing request = std::move(waiting.front());
      waiting.pop_front();
      request.handler({.reply = std::nullopt,
                       .failure = {.kind = HttpFailure::Kind::kNotConnected,
                                   .message = where() + ": cannot connect: " + why}});
    }
    serve();
  }

  [[nodiscard]] std::string where() const {
    return peer.unix_path.empty() ? peer.host + ":" + std::to_string(peer.port) : peer.unix_path;
  }

  void sweep() {
    const auto self = shared_from_this();
    sweeping = false;
    const core::Instant now = loop.now();
    for (const auto& attempt : std::vector(dials)) {
      if (attempt->deadline() <= now) {
        attempt->stop();
      }
    }
    std::vector<std::shared_ptr<HttpConnection>> held = idle;
    for (const auto& [number, connection] : active) {
      held.push_back(connection);
    }
    for (const auto& connection : held) {
      connection->check(now);
    }
    serve();
  }

  // ---- of the connections ----

  void rested(HttpConnection& connection, std::uint64_t number) override {
    active.erase(number);
    idle.push_back(std::static_pointer_cast<HttpConnection>(connection.shared_from_this()));
    serve();
  }

  void closed(HttpConnection& connection, std::uint64_t number) override {
    active.erase(number);
    std::erase_if(idle, [&connection](const auto& held) { return held.get() == &connection; });
    serve();
  }

  // The peer has closed what it had kept, so the other kept connections are as old.
  void came_too_late(HttpConnection& /*connection*/, HttpOutgoing request) override {
    active.erase(request.number);
    for (const auto& old : std::exchange(idle, {})) {
      old->stop("");
    }
    request.repeated = true;
    waiting.push_front(std::move(request));
    serve();
  }

  void stop() {
    timer.cancel();
    waiting.clear();
    for (const auto& attempt : dials) {
      attempt->forget();
    }
    dials.clear();
    for (const auto& connection : std::exchange(idle, {})) {
      connection->stop("");
    }
    for (const auto& [number, connection] : std::exchange(active, {})) {
      connection->stop("the client has ended");
    }
  }

  Loop& loop;
  HttpPeer peer;
  HttpClientLimits limits;
  LoopTimer timer;
  bool sweeping = false;
  std::uint64_t last_number = 0;
  std::deque<HttpOutgoing> waiting;
  std::vector<std::shared_ptr<Dial>> dials;
  std::vector<std::shared_ptr<HttpConnection>> idle;
  std::unordered_map<std::uint64_t, std::shared_ptr<HttpConnection>> active;
};

HttpClient::HttpClient(Loop& loop, HttpPeer peer, HttpClientLimits limits)
    : state_(std::make_shared<State>(loop, std::move(peer), limits)) {}

HttpClient::~HttpClient() {
  state_->stop();
}

std::uint64_t HttpClient::send(HttpRequestHead head,
                               std::optional<std::uint64_t> length,
                               BodyPipePtr body,
                               Handler handler) {
  const std::uint64_t number = ++state_->last_number;
  state_->waiting.push_back({.number = number,
                             .head = std::move(head),
                             .length = body ? length : std::uint64_t{0},
                             .body = std::move(body),
                             .handler = std::move(handler)});
  state_->serve();
  return number;
}

std::uint64_t HttpClient::send_raw(HttpRequestHead head, BodyPipePtr body, Handler handler) {
  const std::uint64_t number = ++state_->last_number;
  state_->waiting.push_back({.number = number,
                             .head = std::move(head),
                             .length = std::nullopt,
                             .body = std::move(body),
                             .handler = std::move(handler),
                             .raw = true});
  state_->serve();
  return number;
}

void HttpClient::cancel(std::uint64_t request) {
  const auto state = state_;
  std::erase_if(state->waiting, [request](const auto& held) { return held.number == request; });
  if (const auto found = state->active.find(request); found != state->active.end()) {
    const auto connection = std::move(found->second);
    state->active.erase(found);
    connection->stop("the request was cancelled");
    state->serve();
  }
}

}  // namespace fn::services
