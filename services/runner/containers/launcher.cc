// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/launcher.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <fcntl.h>
#include <map>
#include <poll.h>
#include <string>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <utility>
#include <vector>

#include <boost/asio/posix/stream_descriptor.hpp>

#include "core/base/assert.h"
#include "services/base/clock.h"
#include "services/runner/containers/launcher_process.h"

namespace fn::services {
namespace asio = boost::asio;

namespace {

// For the environment of functions; root may ask for it, others get what the system allows.
constexpr int kSocketBuffer = 2 << 20;

constexpr int kNotStarted = 127;

}  // namespace

struct Launcher::State : std::enable_shared_from_this<State> {
  struct Process {
    int pid = 0;
    std::function<void(int)> exited;
  };

  struct Waiting {
    std::string bytes;
    std::vector<int> descriptors;  // own copies
  };

  int socket = -1;
  pid_t helper = 0;
  Loop* loop = nullptr;
  std::unique_ptr<asio::posix::stream_descriptor> stream;
  std::uint64_t last = 0;
  std::map<std::uint64_t, Process> processes;
  std::deque<Waiting> waiting;
  bool gone = false;

  void send(const LaunchMessage& message) {
    const std::vector<int>& descriptors = message.request.descriptors;
    std::string bytes = encode(message);
    const Sent sent = waiting.empty() ? send_packet(socket, bytes, descriptors) : Sent::kLater;
    if (sent == Sent::kLater) {
      Waiting later{std::move(bytes), {}};
      for (const int descriptor : descriptors) {
        later.descriptors.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, 3));
      }
      waiting.push_back(std::move(later));
      if (waiting.size() == 1) {
        wait_for_room();
      }
    } else if (sent != Sent::kYes && message.word == LaunchWord::kLaunch) {
      not_started(message.process);
    }
  }

  void not_started(std::uint64_t process) {
    loop->post([self = shared_from_this(), process] { self->ended(process, kNotStarted); });
  }

  void wait_for_room() {
    stream->async_wait(asio::posix::stream_descriptor::wait_write,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (!error) {
                           self->send_waiting();
                         }
                       });
  }

  void send_waiting() {
    while (!waiting.empty()) {
      const Waiting& first = waiting.front();
      if (send_packet(socket, first.bytes, first.descriptors) == Sent::kLater) {
        wait_for_room();
        return;
      }
      drop_first();
    }
  }

  void drop_first() {
    for (const int descriptor : waiting.front().descriptors) {
      ::close(descriptor);
    }
    waiting.pop_front();
  }

  void hear() {
    stream->async_wait(asio::posix::stream_descriptor::wait_read,
                       [self = shared_from_this()](const boost::system::error_code& error) {
                         if (!error && self->take_all()) {
                           self->hear();
                         }
                       });
  }

  // False: the helper is gone.
  bool take_all() {
    while (true) {
      std::vector<int> none;
      const core::Result<std::string> bytes = receive_packet(socket, none);
      if (!bytes) {
        return true;
      }
      if (bytes->empty()) {
        lose_all();
        return false;
      }
      take(*bytes);
    }
  }

  void take(const std::string& bytes) {
    LaunchMessage message;
    if (!decode(bytes, message)) {
      return;
    }
    const int value = static_cast<int>(message.value);
    if (message.word == LaunchWord::kExited) {
      ended(message.process, value);
    } else if (const auto found = processes.find(message.process); found != processes.end()) {
      found->second.pid = value;
    }
  }

  void ended(std::uint64_t process, int exit_code) {
    const auto found = processes.find(process);
    if (found != processes.end()) {
      const std::function<void(int)> exited = std::move(found->second.exited);
      processes.erase(found);
      if (exited) {
        exited(exit_code);
      }
    }
  }

  // The kernel kills the children of a helper that died.
  void lose_all() {
    gone = true;
    while (!processes.empty()) {
      ended(processes.begin()->first, static_cast<int>(kSignalExit) + SIGKILL);
    }
  }

  void close() {
    if (stream) {
      boost::system::error_code ignored;
      stream->close(ignored);
    } else {
      ::close(socket);
    }
    while (!waiting.empty()) {
      drop_first();
    }
    processes.clear();
    // The helper ends by itself now; it takes as long as its children take to die.
    while (::waitpid(helper, nullptr, 0) < 0 && errno == EINTR) {
    }
  }
};

core::Result<std::unique_ptr<Launcher>> Launcher::fork_helper() {
  ::signal(SIGPIPE, SIG_IGN);
  std::array<int, 2> ends{};
  if (::socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, ends.data()) != 0) {
    return core::fail(core::ErrorCode::kInternal,
                      "the launcher got no socket pair: raise the limit on open files");
  }
  for (const int end : ends) {
    if (::setsockopt(end, SOL_SOCKET, SO_SNDBUFFORCE, &kSocketBuffer, sizeof(kSocketBuffer)) != 0) {
      ::setsockopt(end, SOL_SOCKET, SO_SNDBUF, &kSocketBuffer, sizeof(kSocketBuffer));
    }
  }
  const pid_t helper = ::fork();
  if (helper == 0) {
    be_launcher(ends[1]);
  }
  ::close(ends[1]);
  if (helper < 0) {
    ::close(ends[0]);
    return core::fail(core::ErrorCode::kInternal,
                      "the launcher could not be forked: raise the limit on processes");
  }
  auto state = std::make_shared<State>();
  state->socket = ends[0];
  state->helper = helper;
  return std::unique_ptr<Launcher>(new Launcher(std::move(state)));
}

Launcher::Launcher(std::shared_ptr<State> state) : state_(std::move(state)) {}

Launcher::~Launcher() {
  state_->close();
}

core::Result<int> Launcher::run_and_wait(const LaunchRequest& request, core::Duration limit) {
  FN_ASSERT(!state_->stream);
  const std::uint64_t process = ++state_->last;
  int code = -1;
  state_->processes[process].exited = [&code](int exit_code) {
    code = exit_code;
  };
  if (send_packet(state_->socket,
                  encode({LaunchWord::kLaunch, process, 0, request}),
                  request.descriptors) != Sent::kYes) {
    return core::fail(core::ErrorCode::kInternal, "the launcher does not listen");
  }
  const core::Instant end = core::later(steady_now(), limit);
  while (code < 0 && !state_->gone) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(end - steady_now()).count();
    pollfd wait{state_->socket, POLLIN, 0};
    if (left <= 0 || ::poll(&wait, 1, static_cast<int>(left)) <= 0) {
      send_packet(state_->socket, encode({LaunchWord::kSignal, process, SIGKILL, {}}), {});
      state_->processes.erase(process);
      return core::fail(core::ErrorCode::kDeadlineExceeded, "did not end in time");
    }
    std::vector<int> none;
    const core::Result<std::string> bytes = receive_packet(state_->socket, none);
    if (!bytes || bytes->empty()) {
      state_->lose_all();
    } else {
      state_->take(*bytes);
    }
  }
  return code;
}

void Launcher::attach(Loop& loop) {
  FN_ASSERT(!state_->stream);
  ::fcntl(state_->socket, F_SETFL, O_NONBLOCK);
  state_->loop = &loop;
  state_->stream = std::make_unique<asio::posix::stream_descriptor>(loop.io(), state_->socket);
  state_->hear();
}

std::uint64_t Launcher::launch(const LaunchRequest& request, std::function<void(int)> exited) {
  FN_ASSERT(state_->stream);
  const std::uint64_t process = ++state_->last;
  state_->processes[process].exited = std::move(exited);
  if (state_->gone) {
    state_->not_started(process);
  } else {
    state_->send({LaunchWord::kLaunch, process, 0, request});
  }
  return process;
}

void Launcher::signal(std::uint64_t process, int number) {
  if (state_->processes.contains(process) && !state_->gone) {
    state_->send({LaunchWord::kSignal, process, static_cast<std::uint64_t>(number), {}});
  }
}

int Launcher::pid_of(std::uint64_t process) const {
  const auto found = state_->processes.find(process);
  return found == state_->processes.end() ? 0 : found->second.pid;
}

std::size_t Launcher::running() const {
  return state_->processes.size();
}

}  // namespace fn::services
