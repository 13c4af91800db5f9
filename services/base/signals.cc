// SPDX-License-Identifier: Apache-2.0

#include "services/base/signals.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <thread>
#include <unistd.h>
#include <utility>

#include "core/base/assert.h"

namespace fn::services {
namespace {

constexpr int kEnded = 1;
constexpr char kSignal = 's';
constexpr char kHangup = 'h';
constexpr char kEnd = 'e';

// Where signals are told; -1: nobody listens any more. Made before the program begins.
std::atomic<int>& teller() {
  static constinit std::atomic<int> pipe{-1};
  return pipe;
}

void tell(int pipe, char what) {
  // A pipe that is full has been told.
  [[maybe_unused]] const ssize_t size = ::write(pipe, &what, 1);
}

void on_signal(int signal) {
  const int pipe = teller().load();
  if (pipe < 0 && signal != SIGHUP) {
    ::_exit(kEnded);
  }
  const int before = errno;
  tell(pipe, signal == SIGHUP ? kHangup : kSignal);
  errno = before;
}

void handle(int signal) {
  struct sigaction action {};

  action.sa_handler = on_signal;
  action.sa_flags = SA_RESTART;
  ::sigaction(signal, &action, nullptr);
}

}  // namespace

// A thread of its own, so that a loop that hangs can still be ended.
struct Signals::State {
  State(Loop& told,
        std::function<void()> at_first,
        std::function<void()> at_last,
        std::function<void()> at_hangup)
      : loop(told),
        first(std::move(at_first)),
        last_words(std::move(at_last)),
        reload(std::move(at_hangup)) {}

  void wait() {
    for (char what = kSignal; what != kEnd;) {
      const ssize_t size = ::read(pipe[0], &what, 1);
      if (size != 1 || what == kEnd) {
        continue;
      }
      if (what == kHangup) {
        loop.post(reload);
        continue;
      }
      if (first == nullptr) {
        last_words();
        ::_exit(kEnded);
      }
      loop.post(std::exchange(first, nullptr));
    }
  }

  Loop& loop;
  std::function<void()> first;
  std::function<void()> last_words;
  std::function<void()> reload;
  std::array<int, 2> pipe{-1, -1};
  std::thread thread;
};

Signals::Signals(Loop& loop,
                 std::function<void()> first,
                 std::function<void()> last_words,
                 std::function<void()> reload)
    : state_(std::make_unique<State>(
          loop, std::move(first), std::move(last_words), std::move(reload))) {
  std::signal(SIGPIPE, SIG_IGN);
  FN_ASSERT(::pipe2(state_->pipe.data(), O_CLOEXEC) == 0);
  teller() = state_->pipe[1];
  handle(SIGTERM);
  handle(SIGINT);
  if (state_->reload) {
    handle(SIGHUP);
  }
  state_->thread = std::thread([state = state_.get()] { state->wait(); });
}

Signals::~Signals() {
  teller() = -1;
  tell(state_->pipe[1], kEnd);
  state_->thread.join();
  // The other end stays open: a signal that is being handled may still write to it.
  ::close(state_->pipe[0]);
}

}  // namespace fn::services
