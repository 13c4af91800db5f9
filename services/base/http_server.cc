// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_server.h"

#include <unordered_set>
#include <utility>
#include <vector>

#include <boost/asio/basic_socket_acceptor.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "services/base/http_session.h"

namespace fn::services {
namespace asio = boost::asio;

namespace {

using std::chrono_literals::operator""ms;
using Tcp = asio::ip::tcp;
using ErrorCode = boost::system::error_code;
using Acceptor = asio::basic_socket_acceptor<Tcp, asio::io_context::executor_type>;
using Socket = asio::basic_stream_socket<Tcp, asio::io_context::executor_type>;

using SharedPort = asio::detail::socket_option::boolean<SOL_SOCKET, SO_REUSEPORT>;

// Deadlines of all connections are looked at so often: no timer is set for a request.
constexpr core::Duration kSweep = 250ms;

}  // namespace

struct HttpServer::State : std::enable_shared_from_this<State> {
  State(Loop& loop, HttpLimits limits, Handler handler)
      : host(std::make_shared<HttpSessionHost>(HttpSessionHost{.loop = loop,
                                                               .limits = limits,
                                                               .handler = std::move(handler),
                                                               .closed = nullptr,
                                                               .date = {}})),
        acceptor(loop.io().get_executor()),
        timer(loop) {}

  void accept() {
    if (accepting || !acceptor.is_open() || sessions.size() >= host->limits.connections) {
      return;
    }
    accepting = true;
    acceptor.async_accept([weak = weak_from_this()](const ErrorCode& error, Socket socket) {
      const auto self = weak.lock();
      if (!self) {
        return;
      }
      self->accepting = false;
      if (!error) {
        self->begin(std::move(socket));
        self->accept();
      }
      // Without file descriptors left the next sweep tries again.
    });
  }

  void begin(Socket socket) {
    ErrorCode ignored;
    socket.set_option(Tcp::no_delay(true), ignored);
    const int handle = socket.release(ignored);
    const auto session = std::make_shared<HttpSession>(host, handle);
    sessions.insert(session.get());
    session->start();
  }

  [[nodiscard]] std::vector<std::shared_ptr<HttpSession>> held_sessions() const {
    std::vector<std::shared_ptr<HttpSession>> held;
    held.reserve(sessions.size());
    for (HttpSession* const session : sessions) {
      held.push_back(std::static_pointer_cast<HttpSession>(session->shared_from_this()));
    }
    return held;
  }

  void sweep() {
    const auto self = shared_from_this();  // a handler may drop the server
    timer.set_after(kSweep, [this] { sweep(); });
    for (const auto& session : held_sessions()) {
      session->check(host->loop.now());
    }
    accept();
  }

  std::shared_ptr<HttpSessionHost> host;
  Acceptor acceptor;
  LoopTimer timer;
  std::unordered_set<HttpSession*> sessions;
  bool accepting = false;
};

HttpServer::HttpServer(Loop& loop, HttpLimits limits, Handler handler, Observer observer)
    : state_(std::make_shared<State>(loop, limits, std::move(handler))) {
  state_->host->observer = std::move(observer);
  state_->host->closed = [state = state_.get()](HttpSession* session) {
    state->sessions.erase(session);
    state->accept();
  };
}

// Exchanges may outlive the server; their sessions are closed and know nobody any more.
HttpServer::~HttpServer() {
  ErrorCode ignored;
  state_->acceptor.close(ignored);
  state_->host->closed = [](HttpSession*) {
  };
  for (const auto& session : state_->held_sessions()) {
    session->stop();
  }
}

core::Result<std::uint16_t> HttpServer::listen(const std::string& address,
                                               std::uint16_t port,
                                               bool shared) {
  const std::string where = address + ":" + std::to_string(port);
  ErrorCode error;
  const auto host = asio::ip::make_address(address, error);
  if (error) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      where + ": expected an IP address to listen on, such as 0.0.0.0");
  }
  const Tcp::endpoint endpoint(host, port);
  Acceptor& acceptor = state_->acceptor;
  acceptor.open(endpoint.protocol(), error);
  if (!error) {
    acceptor.set_option(Tcp::acceptor::reuse_address(true), error);
  }
  if (!error && shared) {
    acceptor.set_option(SharedPort(true), error);
  }
  if (!error) {
    acceptor.bind(endpoint, error);
  }
  if (!error) {
    acceptor.listen(asio::socket_base::max_listen_connections, error);
  }
  if (error) {
    ErrorCode ignored;
    acceptor.close(ignored);
    return core::fail(
        core::ErrorCode::kUnavailable,
        where + ": cannot listen: " + error.message() + "; choose a free port or stop its owner");
  }
  state_->sweep();
  return acceptor.local_endpoint(error).port();
}

void HttpServer::drain() {
  ErrorCode ignored;
  state_->acceptor.close(ignored);
  state_->host->draining = true;
  for (const auto& session : state_->held_sessions()) {
    session->drain();
  }
}

std::size_t HttpServer::connections() const {
  return state_->sessions.size();
}

}  // namespace fn::services
