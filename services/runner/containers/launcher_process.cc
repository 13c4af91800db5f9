// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/launcher_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <fstream>
#include <map>
#include <poll.h>
#include <string>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

#include "services/runner/containers/launch_message.h"
#include "services/runner/containers/launched_child.h"

namespace fn::services {
namespace {

constexpr std::uint64_t kNotStarted = 127;

// How often, a millisecond apart, the end looks for children that are not dead yet.
constexpr int kLastRounds = 2000;

class LauncherProcess {
 public:
  explicit LauncherProcess(int socket) : socket_(socket) {}

  void run() {
    sigset_t child;
    ::sigemptyset(&child);
    ::sigaddset(&child, SIGCHLD);
    ::sigprocmask(SIG_SETMASK, &child, nullptr);
    // Terminal and service managers signal whole groups; this process ends with its socket.
    ::setsid();
    ::prctl(PR_SET_NAME, "fn-launcher");
    ::prctl(PR_SET_CHILD_SUBREAPER, 1);
    std::array<pollfd, 2> waits = {
        {{socket_, POLLIN, 0}, {::signalfd(-1, &child, SFD_CLOEXEC | SFD_NONBLOCK), POLLIN, 0}}};
    while (true) {
      if (::poll(waits.data(), waits.size(), -1) < 0 && errno != EINTR) {
        return;
      }
      if (waits[1].revents != 0) {
        std::array<signalfd_siginfo, 8> told{};
        while (::read(waits[1].fd, told.data(), sizeof(told)) > 0) {
        }
        reap();
      }
      if (waits[0].revents != 0 && !serve()) {
        return;
      }
    }
  }

  // Kills whatever still lives below this process, also what left its parents.
  void end_all() {
    for (auto& [process, launched] : launched_) {
      release(launched);
    }
    for (int round = 0; round < kLastRounds; ++round) {
      kill_children();
      while (::waitpid(-1, nullptr, WNOHANG) > 0) {
      }
      if (::waitpid(-1, nullptr, WNOHANG) < 0 && errno == ECHILD) {
        return;
      }
      std::this_thread::sleep_for(std::chrono::milliseconds(1));
    }
  }

 private:
  struct Launched {
    pid_t pid = 0;
    std::vector<FileNote> before_kill;
  };

  static void release(const Launched& launched) {
    for (const FileNote& note : launched.before_kill) {
      std::ofstream(note.path) << note.text;
    }
  }

  static void kill_children() {
    std::ifstream children("/proc/thread-self/children");
    for (pid_t pid = 0; children >> pid;) {
      ::kill(-pid, SIGKILL);
      ::kill(pid, SIGKILL);
    }
  }

  // False: the runner is gone.
  bool serve() {
    LaunchMessage message;
    const core::Result<std::string> bytes = receive_packet(socket_, message.request.descriptors);
    if (!bytes || bytes->empty()) {
      return false;
    }
    if (decode(*bytes, message)) {
      if (message.word == LaunchWord::kLaunch) {
        launch(message);
      } else if (message.word == LaunchWord::kSignal) {
        signal(message.process, static_cast<int>(message.value));
      }
    }
    for (const int descriptor : message.request.descriptors) {
      ::close(descriptor);
    }
    return true;
  }

  void launch(LaunchMessage& message) {
    const pid_t self = ::getpid();
    const pid_t pid = ::fork();
    if (pid == 0) {
      become(message.request, self);
    }
    if (pid < 0) {
      tell(LaunchWord::kExited, message.process, kNotStarted);
      return;
    }
    launched_[message.process] = {pid, std::move(message.request.before_kill)};
    tell(LaunchWord::kStarted, message.process, static_cast<std::uint64_t>(pid));
  }

  void signal(std::uint64_t process, int number) {
    const auto found = launched_.find(process);
    if (found == launched_.end()) {
      return;  // it has ended in the meantime
    }
    // Its group, and itself in case it has not got its group yet.
    ::kill(-found->second.pid, number);
    ::kill(found->second.pid, number);
    if (number == SIGKILL) {
      release(found->second);
    }
  }

  void reap() {
    while (true) {
      siginfo_t ended{};
      if (::waitid(P_ALL, 0, &ended, WEXITED | WNOHANG | WNOWAIT) != 0 || ended.si_pid == 0) {
        return;
      }
      const auto found = std::find_if(launched_.begin(), launched_.end(), [&](const auto& each) {
        return each.second.pid == ended.si_pid;
      });
      if (found != launched_.end()) {
        // What it left behind in its group; before its pid, and so the group's, can be another's.
        ::kill(-ended.si_pid, SIGKILL);
      }
      ::waitpid(ended.si_pid, nullptr, 0);
      if (found != launched_.end()) {
        const auto status = static_cast<std::uint64_t>(ended.si_status);
        tell(LaunchWord::kExited,
             found->first,
             ended.si_code == CLD_EXITED ? status : kSignalExit + status);
        launched_.erase(found);
      }
    }
  }

  void tell(LaunchWord word, std::uint64_t process, std::uint64_t value) const {
    send_packet(socket_, encode({word, process, value, {}}), {});
  }

  int socket_;
  std::map<std::uint64_t, Launched> launched_;
};

}  // namespace

void be_launcher(int socket) {
  // Descriptors of the runner that live on here would keep its sockets open.
  constexpr int kSocket = 3;
  if (socket != kSocket) {
    ::dup2(socket, kSocket);
  }
  ::close_range(kSocket + 1, ~0U, 0);
  ::fcntl(kSocket, F_SETFD, FD_CLOEXEC);
  LauncherProcess launcher(kSocket);
  launcher.run();
  launcher.end_all();
  ::_exit(0);
}

}  // namespace fn::services
