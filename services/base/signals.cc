// SPDX-License-Identifier: Apache-2.0

#include "services/base/signals.h"

#include <csignal>
#include <thread>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>
#include <boost/asio/signal_set.hpp>

namespace fn::services {
namespace asio = boost::asio;

// A thread of its own, so that a loop that hangs can still be ended.
struct Signals::State {
  State(Loop& told,
        std::function<void()> at_first,
        std::function<void()> at_last,
        std::function<void()> at_hangup)
      : loop(told),
        first(std::move(at_first)),
        last_words(std::move(at_last)),
        reload(std::move(at_hangup)) {
    if (reload) {
      signals.add(SIGHUP);
    }
  }

  void wait() {
    signals.async_wait([this](const boost::system::error_code& error, int signal) {
      if (error) {
        return;
      }
      if (signal == SIGHUP) {
        loop.post(reload);
        wait();
        return;
      }
      if (first == nullptr) {
        last_words();
        ::_exit(1);
      }
      loop.post(std::exchange(first, nullptr));
      wait();
    });
  }

  Loop& loop;
  std::function<void()> first;
  std::function<void()> last_words;
  std::function<void()> reload;
  asio::io_context io{1};
  asio::signal_set signals{io, SIGTERM, SIGINT};
  std::thread thread;
};

Signals::Signals(Loop& loop,
                 std::function<void()> first,
                 std::function<void()> last_words,
                 std::function<void()> reload)
    : state_(std::make_unique<State>(
          loop, std::move(first), std::move(last_words), std::move(reload))) {
  std::signal(SIGPIPE, SIG_IGN);
  state_->wait();
  state_->thread = std::thread([state = state_.get()] { state->io.run(); });
}

Signals::~Signals() {
  state_->io.stop();
  state_->thread.join();
}

}  // namespace fn::services
