// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/launched_child.h"

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <fcntl.h>
#include <grp.h>
#include <linux/close_range.h>
#include <string>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace fn::services {
namespace {

constexpr int kCannotStart = 127;

// Fn's limits of a container (fn.md 4.7), and no core files.
struct Limit {
  __rlimit_resource resource;
  rlim_t value;
};

constexpr std::array<Limit, 4> kLimits = {{{RLIMIT_MEMLOCK, rlim_t{64} << 10},
                                           {RLIMIT_SIGPENDING, 5000},
                                           {RLIMIT_MSGQUEUE, 819'200},
                                           {RLIMIT_CORE, 0}}};

[[noreturn]] void give_up(const std::string& what) {
  std::array<char, 128> buffer{};
  const std::string line = "cannot start the function: " + what + ": " +
                           ::strerror_r(errno, buffer.data(), buffer.size()) + "\n";
  // There is nobody else to tell.
  [[maybe_unused]] const ssize_t written = ::write(STDERR_FILENO, line.data(), line.size());
  ::_exit(kCannotStart);
}

void require(bool good, const std::string& what) {
  if (!good) {
    give_up(what);
  }
}

// Puts the descriptors at 0, 1, 2, ... and closes all others.
void place_descriptors(const std::vector<int>& descriptors) {
  const int count = static_cast<int>(descriptors.size());
  std::vector<int> high;
  high.reserve(descriptors.size());
  for (const int descriptor : descriptors) {
    high.push_back(::fcntl(descriptor, F_DUPFD_CLOEXEC, count));
  }
  for (int at = 0; at < count; ++at) {
    ::dup2(high[static_cast<std::size_t>(at)], at);
  }
  ::close_range(static_cast<unsigned>(count), ~0U, 0);
}

void join(const std::vector<FileNote>& notes) {
  for (const FileNote& note : notes) {
    const int file = ::open(note.path.c_str(), O_WRONLY | O_CLOEXEC);
    require(file >= 0, note.path);
    const ssize_t size = static_cast<ssize_t>(note.text.size());
    require(::write(file, note.text.data(), note.text.size()) == size, note.path);
    ::close(file);
  }
}

// A limit that is already lower stays: raising it takes a right that we may not have.
void limit(__rlimit_resource resource, rlim_t value) {
  rlimit present{};
  ::getrlimit(resource, &present);
  if (value < present.rlim_max) {
    const rlimit wanted{value, value};
    ::setrlimit(resource, &wanted);
  }
}

void take_limits(const LaunchRequest& request) {
  for (const Limit& each : kLimits) {
    limit(each.resource, each.value);
  }
  if (request.open_files > 0) {
    limit(RLIMIT_NOFILE, request.open_files);
  }
}

void take_user(const LaunchRequest& request) {
  if (request.change_user) {
    require(::setgroups(0, nullptr) == 0, "setgroups");
    require(::setresgid(request.group, request.group, request.group) == 0, "setresgid");
    require(::setresuid(request.user, request.user, request.user) == 0, "setresuid");
  }
  require(::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) == 0, "no new privileges");
}

void reset_signals() {
  sigset_t none;
  ::sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  for (int number = 1; number < NSIG; ++number) {
    ::signal(number, SIG_DFL);
  }
}

std::vector<char*> pointers(std::vector<std::string>& texts) {
  std::vector<char*> list;
  list.reserve(texts.size() + 1);
  for (std::string& text : texts) {
    list.push_back(text.data());
  }
  list.push_back(nullptr);
  return list;
}

}  // namespace

void become(const LaunchRequest& request, int launcher_pid) {
  place_descriptors(request.descriptors);
  ::setsid();
  join(request.before_start);
  take_limits(request);
  take_user(request);
  // After the change of user, which clears it. A launcher that died before is noticed by its pid.
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  if (::getppid() != launcher_pid) {
    ::_exit(kCannotStart);
  }
  if (!request.folder.empty()) {
    require(::chdir(request.folder.c_str()) == 0, request.folder);
  }
  reset_signals();
  std::vector<std::string> arguments = request.arguments;
  std::vector<std::string> environment = request.environment;
  ::execvpe(arguments.front().c_str(), pointers(arguments).data(), pointers(environment).data());
  give_up(arguments.front());
}

}  // namespace fn::services
