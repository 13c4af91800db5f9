// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/sandbox.h"

#include <array>
#include <chrono>
#include <filesystem>
#include <system_error>
#include <unistd.h>

#include "services/runner/containers/seccomp_filter.h"

namespace fn::services {
namespace {

constexpr const char* kIofsInside = "/tmp/iofs";

// What of the host's /etc programs need and no secret is in.
constexpr std::array kEtc = {"/etc/alternatives",
                             "/etc/ld.so.cache",
                             "/etc/ld.so.conf",
                             "/etc/ld.so.conf.d",
                             "/etc/localtime",
                             "/etc/nsswitch.conf",
                             "/etc/ssl"};

constexpr std::array kSystem = {"/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"};

constexpr auto kTrialLimit = std::chrono::seconds(10);

using Options = std::vector<std::string>;

void add(Options& options, std::initializer_list<std::string> words) {
  options.insert(options.end(), words);
}

// On a merged Debian /bin and the like are links into /usr, and stay so.
void add_system(Options& options) {
  add(options, {"--ro-bind", "/usr", "/usr"});
  for (const char* const folder : kSystem) {
    std::error_code error;
    if (std::filesystem::is_symlink(folder, error)) {
      add(options, {"--symlink", std::filesystem::read_symlink(folder, error).string(), folder});
    } else if (std::filesystem::exists(folder, error)) {
      add(options, {"--ro-bind", folder, folder});
    }
  }
  for (const char* const path : kEtc) {
    add(options, {"--ro-bind-try", path, path});
  }
}

std::string joined(const Options& options) {
  std::string bytes;
  for (const std::string& option : options) {
    bytes += option;
    bytes += '\0';
  }
  return bytes;
}

// Zero bytes would end one option and begin another.
core::Status check(const Environment& environment) {
  for (const auto& [name, value] : environment) {
    if (name.empty() || name.find_first_of(std::string_view("=\0", 2)) != std::string::npos ||
        value.find('\0') != std::string::npos) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        "config \"" + name.substr(0, name.find('\0')) +
                            "\" cannot be an environment variable: names need a letter and no =, "
                            "and no text may hold a zero byte");
    }
  }
  return {};
}

}  // namespace

Sandbox::Sandbox(const ContainerSettings& settings, std::string filter)
    : bubblewrap_(settings.bubblewrap),
      filter_(std::move(filter)),
      user_(settings.user),
      group_(settings.group),
      open_files_(settings.open_files),
      tmp_bytes_(settings.tmp_bytes),
      changes_user_(::geteuid() == 0) {}

core::Result<Sandbox> Sandbox::choose(const ContainerSettings& settings, Launcher& launcher) {
  core::Result<std::string> filter = seccomp_filter();
  if (!filter) {
    return tl::unexpected(filter.error());
  }
  Sandbox sandbox(settings, std::move(*filter));
  const std::string user = sandbox.changes_user_
                               ? "uid " + std::to_string(sandbox.user_)
                               : "the runner's uid " + std::to_string(::geteuid());
  std::string why = "as asked";
  if (settings.isolation != Isolation::kNone) {
    const core::Status works = sandbox.try_out(launcher);
    if (works) {
      sandbox.description_ =
          "bubblewrap (own mount, pid, net, ipc, uts and user namespaces, "
          "read-only root, private /tmp, seccomp, no new privileges), " +
          user;
      return sandbox;
    }
    if (settings.isolation == Isolation::kBubblewrap) {
      return tl::unexpected(works.error());
    }
    why = works.error().message;
  }
  sandbox.bubblewrap_.clear();
  sandbox.description_ = "no namespaces (" + why + "), no new privileges, " + user;
  return sandbox;
}

core::Status Sandbox::try_out(Launcher& launcher) const {
  ImageFolder image;
  image.path = "/usr";
  image.command = {"/bin/true"};
  Program program;
  program.image = &image;
  program.host_name = "trial";
  core::Result<ShutIn> trial = shut_in(program);
  core::Result<Descriptor> null = null_device();
  if (!trial || !null) {
    return tl::unexpected(trial ? null.error() : trial.error());
  }
  std::vector<int>& descriptors = trial->request.descriptors;
  descriptors = {null->get(), null->get(), null->get()};
  for (const Descriptor& file : trial->files) {
    descriptors.push_back(file.get());
  }
  const core::Result<int> code = launcher.run_and_wait(trial->request, kTrialLimit);
  if (code && *code == 0) {
    return {};
  }
  return core::fail(core::ErrorCode::kUnavailable,
                    code && *code == 127
                        ? "bubblewrap is not installed: apt-get install bubblewrap"
                        : "bubblewrap may not make namespaces here: allow user namespaces, or "
                          "run the runner with more rights");
}

core::Result<ShutIn> Sandbox::shut_in(const Program& program) const {
  if (core::Status good = check(program.environment); !good) {
    return tl::unexpected(good.error());
  }
  ShutIn result;
  LaunchRequest& request = result.request;
  request.change_user = changes_user_;
  request.user = user_;
  request.group = group_;
  request.open_files = open_files_;
  if (bubblewrap_.empty()) {
    request.arguments = program.image->command;
    request.folder = program.image->path;
    for (const auto& [name, value] : program.environment) {
      request.environment.push_back(name + "=" + value);
    }
    return result;
  }
  for (const std::string& bytes : {joined(options(program)), filter_}) {
    core::Result<Descriptor> file = memory_file(bytes);
    if (!file) {
      return tl::unexpected(file.error());
    }
    result.files.push_back(std::move(*file));
  }
  request.folder = "/";
  // Functions' variables go to the function only: LD_PRELOAD must not reach bubblewrap itself.
  request.environment = {"PATH=/usr/local/bin:/usr/bin:/bin"};
  request.arguments = {bubblewrap_, "--args", "3", "--"};
  request.arguments.insert(
      request.arguments.end(), program.image->command.begin(), program.image->command.end());
  return result;
}

std::vector<std::string> Sandbox::options(const Program& program) const {
  Options options;
  add(options,
      {"--unshare-user",
       "--unshare-ipc",
       "--unshare-pid",
       "--unshare-net",
       "--unshare-uts",
       "--unshare-cgroup-try",
       "--die-with-parent",
       "--cap-drop",
       "ALL"});
  add(options, {"--hostname", program.host_name});
  add_system(options);
  add(options, {"--proc", "/proc", "--dev", "/dev"});
  add(options, {"--size", std::to_string(tmp_bytes_), "--tmpfs", "/tmp"});
  if (!program.iofs_folder.empty()) {
    add(options, {"--bind", program.iofs_folder, kIofsInside});
  }
  for (const std::string& folder : program.image->readonly) {
    add(options, {"--ro-bind", folder, folder});
  }
  add(options, {"--ro-bind", program.image->path, "/function", "--remount-ro", "/"});
  add(options, {"--chdir", "/function", "--seccomp", "4", "--clearenv"});
  for (const auto& [name, value] : program.environment) {
    add(options, {"--setenv", name, value});
  }
  return options;
}

std::string Sandbox::iofs_inside(const std::string& folder) const {
  return bubblewrap_.empty() ? folder : kIofsInside;
}

}  // namespace fn::services
