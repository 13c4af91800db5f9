// SPDX-License-Identifier: Apache-2.0

#include "services/npm/command.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <poll.h>
#include <spawn.h>
#include <string_view>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

#include "services/base/clock.h"

namespace fn::services {
namespace {

constexpr std::size_t kOutputMax = std::size_t{4} << 20;
constexpr std::size_t kErrorShown = 300;

tl::unexpected<core::Error> failed(std::string message) {
  return core::fail(core::ErrorCode::kUnavailable, std::move(message));
}

tl::unexpected<core::Error> failed(const std::string& what, int error) {
  return failed(what + ": " + std::generic_category().message(error));
}

// Both ends of a pipe, closed at the end.
class Pipe {
 public:
  Pipe() : ok_(::pipe2(ends_.data(), O_CLOEXEC) == 0) {}

  ~Pipe() {
    close(0);
    close(1);
  }

  Pipe(const Pipe&) = delete;
  Pipe& operator=(const Pipe&) = delete;

  [[nodiscard]] bool ok() const { return ok_; }

  [[nodiscard]] int end(std::size_t which) const { return ends_[which]; }

  void close(std::size_t which) {
    if (ends_[which] >= 0) {
      ::close(std::exchange(ends_[which], -1));
    }
  }

 private:
  std::array<int, 2> ends_{-1, -1};
  bool ok_;
};

struct Pipes {
  Pipe in;
  Pipe out;
  Pipe error;
};

core::Result<pid_t> start(const std::string& command, const Pipes& pipes) {
  std::array<std::string, 3> texts{"/bin/sh", "-c", command};
  const std::array<char*, 4> words{texts[0].data(), texts[1].data(), texts[2].data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, pipes.in.end(0), STDIN_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.out.end(1), STDOUT_FILENO);
  posix_spawn_file_actions_adddup2(&actions, pipes.error.end(1), STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGPIPE);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error = posix_spawn(&pid, words[0], &actions, &attributes, words.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return failed("cannot start a shell", error);
  }
  return pid;
}

// Takes what is there; false: the pipe has ended.
bool take(const Pipe& pipe, std::string& text) {
  std::array<char, 4096> bytes{};
  const ssize_t size = ::read(pipe.end(0), bytes.data(), bytes.size());
  if (size > 0) {
    text.append(bytes.data(), static_cast<std::size_t>(size));
  }
  return size > 0 || (size < 0 && (errno == EINTR || errno == EAGAIN));
}

// Gives the rest of the input; false: there is none, or nobody wants it.
bool give(const Pipe& pipe, std::string_view& rest) {
  const ssize_t size = ::write(pipe.end(1), rest.data(), rest.size());
  if (size > 0) {
    rest.remove_prefix(static_cast<std::size_t>(size));
  }
  return !rest.empty() && (size > 0 || errno == EINTR || errno == EAGAIN);
}

// True: both outputs ended, within the limit.
bool converse(Pipes& pipes,
              std::string_view rest,
              std::string& out,
              std::string& error,
              core::Instant until) {
  ::fcntl(pipes.in.end(1), F_SETFL, O_NONBLOCK);
  while (pipes.out.end(0) >= 0 || pipes.error.end(0) >= 0) {
    std::array<pollfd, 3> ready{{{pipes.in.end(1), POLLOUT, 0},
                                 {pipes.out.end(0), POLLIN, 0},
                                 {pipes.error.end(0), POLLIN, 0}}};
    const core::Duration left = until - steady_now();
    if (left <= core::Duration::zero() || out.size() > kOutputMax) {
      return false;
    }
    ::poll(ready.data(), ready.size(), static_cast<int>(left / std::chrono::milliseconds(1)) + 1);
    if (ready[0].revents != 0 && !give(pipes.in, rest)) {
      pipes.in.close(1);
    }
    if (ready[1].revents != 0 && !take(pipes.out, out)) {
      pipes.out.close(0);
    }
    if (ready[2].revents != 0 && !take(pipes.error, error)) {
      pipes.error.close(0);
    }
    if (error.size() > 2 * kErrorShown) {
      error.erase(0, error.size() - kErrorShown);
    }
  }
  return true;
}

// Its last words, on one line.
std::string shown(std::string text) {
  text.erase(0, text.size() - std::min(text.size(), kErrorShown));
  while (!text.empty() && text.back() == '\n') {
    text.pop_back();
  }
  std::replace_if(
      text.begin(), text.end(), [](char letter) { return letter >= 0 && letter < ' '; }, ' ');
  return text.empty() ? "" : ": " + text;
}

// The exit status; it has closed its outputs and ends now, or is made to.
int status_of(pid_t pid, core::Instant until) {
  int status = 0;
  while (::waitpid(pid, &status, WNOHANG) == 0) {
    if (steady_now() >= until) {
      ::kill(-pid, SIGKILL);
      ::waitpid(pid, &status, 0);
      break;
    }
    ::poll(nullptr, 0, 1);
  }
  return status;
}

}  // namespace

core::Result<std::string> run_command(const std::string& command,
                                      const std::string& input,
                                      core::Duration limit) {
  Pipes pipes;
  if (!pipes.in.ok() || !pipes.out.ok() || !pipes.error.ok()) {
    return failed("no pipe for a command", errno);
  }
  const core::Instant until = core::later(steady_now(), limit);
  const auto pid = start(command, pipes);
  if (!pid) {
    return tl::unexpected(pid.error());
  }
  pipes.in.close(0);
  pipes.out.close(1);
  pipes.error.close(1);
  std::string out;
  std::string error;
  if (!converse(pipes, input, out, error, until)) {
    ::kill(-*pid, SIGKILL);
    ::waitpid(*pid, nullptr, 0);
    return failed("`" + command + "` did not end in time, or said too much" + shown(error));
  }
  const int status = status_of(*pid, until);
  if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
    const int code = WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
    return failed("`" + command + "` ended with " + std::to_string(code) + shown(error));
  }
  return out;
}

}  // namespace fn::services
