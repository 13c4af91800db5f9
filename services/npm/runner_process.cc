// SPDX-License-Identifier: Apache-2.0

#include "services/npm/runner_process.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <netinet/in.h>
#include <nlohmann/json.hpp>
#include <spawn.h>
#include <sstream>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <system_error>
#include <unistd.h>
#include <utility>

namespace fn::services {
namespace {

namespace files = std::filesystem;

constexpr std::string_view kRecord = ".json";
constexpr std::string_view kLog = ".log";
constexpr std::size_t kLogsKept = 20;

tl::unexpected<core::Error> failed(const std::string& what, int error) {
  return core::fail(core::ErrorCode::kUnavailable,
                    what + ": " + std::generic_category().message(error));
}

// Ports that nobody listens on just now.
core::Result<std::array<int, 2>> free_ports() {
  std::array<int, 2> ports{};
  std::array<int, 2> sockets{-1, -1};
  int error = 0;
  for (std::size_t index = 0; index < ports.size() && error == 0; ++index) {
    sockets[index] = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof(address);
    auto* const any = reinterpret_cast<sockaddr*>(&address);
    if (::bind(sockets[index], any, size) != 0 || ::getsockname(sockets[index], any, &size) != 0) {
      error = errno;
    }
    ports[index] = ntohs(address.sin_port);
  }
  for (const int socket : sockets) {
    if (socket >= 0) {
      ::close(socket);
    }
  }
  if (error != 0) {
    return failed("no free port for a runner", error);
  }
  return ports;
}

// Field 22 of /proc/PID/stat; 0: there is no such process, or it has ended.
std::uint64_t start_of(int pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  // The name, in brackets, may hold anything.
  const std::size_t name_end = text.rfind(')');
  if (name_end == std::string::npos || text.size() < name_end + 3 || text[name_end + 2] == 'Z') {
    return 0;
  }
  std::istringstream fields(text.substr(name_end + 2));
  std::string field;
  constexpr int kStartAfterName = 20;
  for (int index = 0; index < kStartAfterName; ++index) {
    fields >> field;
  }
  return std::strtoull(field.c_str(), nullptr, 10);
}

std::string_view name_of_variable(std::string_view variable) {
  return variable.substr(0, variable.find('='));
}

// This process's environment without what is meant for it alone.
std::vector<std::string> environment_with(std::vector<std::string> variables) {
  std::vector<std::string> all = std::move(variables);
  const std::size_t own = all.size();
  for (char** variable = environ; *variable != nullptr; ++variable) {
    const std::string_view name = name_of_variable(*variable);
    const bool replaced = std::any_of(
        all.begin(), all.begin() + static_cast<std::ptrdiff_t>(own), [name](const auto& set) {
          return name_of_variable(set) == name;
        });
    if (!replaced && !name.starts_with("FN_NPM_") && name != "FN_RUNNER_ADDRESSES" &&
        name != "FN_LOG_DEST") {
      all.emplace_back(*variable);
    }
  }
  return all;
}

core::Result<int> spawn(const std::string& program,
                        std::vector<std::string> environment,
                        const std::string& log) {
  std::vector<char*> variables;
  variables.reserve(environment.size() + 1);
  for (std::string& variable : environment) {
    variables.push_back(variable.data());
  }
  variables.push_back(nullptr);
  std::string name = program;
  const std::array<char*, 2> words{name.data(), nullptr};
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_addopen(&actions, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  constexpr mode_t kMode = 0644;
  posix_spawn_file_actions_addopen(
      &actions, STDOUT_FILENO, log.c_str(), O_WRONLY | O_CREAT | O_APPEND, kMode);
  posix_spawn_file_actions_adddup2(&actions, STDOUT_FILENO, STDERR_FILENO);
  posix_spawn_file_actions_addclosefrom_np(&actions, STDERR_FILENO + 1);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigemptyset(&none);
  sigset_t ours;
  sigemptyset(&ours);
  sigaddset(&ours, SIGPIPE);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &ours);
  posix_spawnattr_setflags(&attributes,
                           POSIX_SPAWN_SETSID | POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  pid_t pid = 0;
  const int error =
      posix_spawn(&pid, program.c_str(), &actions, &attributes, words.data(), variables.data());
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (error != 0) {
    return failed("cannot start " + program, error);
  }
  return pid;
}

core::Status write_record(const std::string& folder, const RunnerProcess& process) {
  const nlohmann::ordered_json record = {{"id", process.id},
                                         {"group", process.group},
                                         {"address", process.address},
                                         {"pid", process.pid},
                                         {"started", process.started}};
  const std::string path = folder + "/" + process.id + std::string(kRecord);
  {
    std::ofstream file(path + ".new");
    file << record.dump() << '\n';
    if (!file.flush()) {
      return failed("cannot write " + path, errno);
    }
  }
  if (std::rename((path + ".new").c_str(), path.c_str()) != 0) {
    return failed("cannot write " + path, errno);
  }
  return {};
}

// A record that is not ours, or broken: a process without a pid, which does not run.
RunnerProcess read_record(const files::path& path) {
  std::ifstream file(path);
  const auto record = nlohmann::json::parse(file, nullptr, false);
  RunnerProcess process;
  try {
    record.at("id").get_to(process.id);
    record.at("group").get_to(process.group);
    record.at("address").get_to(process.address);
    record.at("pid").get_to(process.pid);
    record.at("started").get_to(process.started);
  } catch (const nlohmann::json::exception&) {
    process.pid = 0;
  }
  return process;
}

// Of runners that ended unasked only the last few logs stay.
void remove_old_logs(std::vector<files::path> logs) {
  std::ranges::sort(logs);
  std::error_code ignored;
  for (std::size_t index = 0; index + kLogsKept < logs.size(); ++index) {
    files::remove(logs[index], ignored);
  }
}

}  // namespace

core::Result<RunnerProcess> start_runner(const RunnerLaunch& launch,
                                         const std::string& id,
                                         const std::string& group) {
  std::error_code error;
  files::create_directories(launch.folder, error);
  if (error) {
    return failed("cannot make the folder " + launch.folder, error.value());
  }
  const auto ports = free_ports();
  if (!ports) {
    return tl::unexpected(ports.error());
  }
  std::vector<std::string> variables = launch.variables;
  variables.emplace_back("FN_NODE_TYPE=pure-runner");
  variables.emplace_back("FN_BIND_ADDRESS=127.0.0.1");
  variables.push_back("FN_PORT=" + std::to_string((*ports)[0]));
  variables.push_back("FN_GRPC_PORT=" + std::to_string((*ports)[1]));
  const std::string log = launch.folder + "/" + id + std::string(kLog);
  const auto pid = spawn(launch.program, environment_with(std::move(variables)), log);
  if (!pid) {
    return tl::unexpected(pid.error());
  }
  RunnerProcess process{
      id, group, "127.0.0.1:" + std::to_string((*ports)[1]), *pid, start_of(*pid)};
  if (const core::Status written = write_record(launch.folder, process); !written) {
    ::kill(*pid, SIGKILL);
    return tl::unexpected(written.error());
  }
  return process;
}

bool runs(const RunnerProcess& process) {
  if (process.pid <= 1 || process.started == 0) {
    return false;
  }
  ::waitpid(process.pid, nullptr, WNOHANG);
  return start_of(process.pid) == process.started;
}

void signal_runner(const RunnerProcess& process, int number) {
  if (runs(process)) {
    ::kill(process.pid, number);
  }
}

void forget_runner(const std::string& folder, const std::string& id, bool keep_log) {
  std::error_code ignored;
  files::remove(folder + "/" + id + std::string(kRecord), ignored);
  if (!keep_log) {
    files::remove(folder + "/" + id + std::string(kLog), ignored);
  }
}

core::Result<std::vector<RunnerProcess>> runners_on_record(const std::string& folder) {
  std::vector<RunnerProcess> found;
  std::vector<files::path> old_logs;
  std::error_code error;
  files::create_directories(folder, error);
  files::directory_iterator entries(folder, error);
  if (error) {
    return failed("cannot look into the folder " + folder, error.value());
  }
  for (const files::directory_entry& entry : entries) {
    const files::path& path = entry.path();
    if (path.extension() == kRecord) {
      RunnerProcess process = read_record(path);
      if (runs(process) && process.id == path.stem()) {
        found.push_back(std::move(process));
      } else {
        files::remove(path, error);
      }
    }
  }
  for (const files::directory_entry& entry : files::directory_iterator(folder, error)) {
    const bool known = std::ranges::any_of(found, [&entry](const RunnerProcess& process) {
      return process.id == entry.path().stem();
    });
    if (entry.path().extension() == kLog && !known) {
      old_logs.push_back(entry.path());
    }
  }
  remove_old_logs(std::move(old_logs));
  std::ranges::sort(found, {}, &RunnerProcess::id);
  return found;
}

}  // namespace fn::services
