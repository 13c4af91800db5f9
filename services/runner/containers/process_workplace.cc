// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/process_workplace.h"

#include <chrono>
#include <csignal>
#include <utility>
#include <vector>

#include "services/runner/containers/iofs_socket.h"
#include "services/runner/containers/resident_memory.h"

namespace fn::services {
namespace {

// As often as a function's memory is looked at where the kernel does not limit it.
constexpr auto kMemoryPause = std::chrono::milliseconds(100);

constexpr int kKilled = static_cast<int>(kSignalExit) + SIGKILL;

}  // namespace

core::Result<std::unique_ptr<ProcessWorkplace>> ProcessWorkplace::make(ContainerHostPtr host,
                                                                       FunctionSetup setup,
                                                                       ImageFolder image,
                                                                       std::string format) {
  std::unique_ptr<ProcessWorkplace> place(
      new ProcessWorkplace(std::move(host), std::move(setup), std::move(image), std::move(format)));
  const GroupLimits limits{place->setup_.memory, place->setup_.cpu, place->host_->settings().pids};
  if (core::Status made = place->group_.create(limits); !made) {
    return tl::unexpected(made.error());
  }
  if (place->format_ == "http-stream") {
    core::Result<std::string> folder = place->host_->make_iofs(place->name_);
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    place->iofs_folder_ = std::move(*folder);
  }
  return place;
}

ProcessWorkplace::ProcessWorkplace(ContainerHostPtr host,
                                   FunctionSetup setup,
                                   ImageFolder image,
                                   std::string format)
    : Workplace(host->loop(), host->settings()),
      host_(std::move(host)),
      setup_(std::move(setup)),
      image_(std::move(image)),
      format_(std::move(format)),
      name_(host_->new_name()),
      group_(host_->groups().group(name_)),
      memory_watch_(host_->loop()),
      self_(std::make_shared<ProcessWorkplace*>(this)) {}

ProcessWorkplace::~ProcessWorkplace() {
  kill();
  host_->remove(group_, iofs_folder_);
}

Environment ProcessWorkplace::environment(const Environment& further) const {
  Environment base = {{"PATH", "/usr/local/bin:/usr/bin:/bin"}, {"HOME", "/tmp"}};
  base.insert(base.end(), image_.environment.begin(), image_.environment.end());
  const std::string listener =
      iofs_folder_.empty()
          ? ""
          : "unix:" + host_->sandbox().iofs_inside(iofs_folder_) + "/" + kSocketName;
  return function_environment(setup_, format_, listener, base, further);
}

core::Status ProcessWorkplace::start(const Environment& further,
                                     Ends ends,
                                     std::function<void(const ProcessExit&)> exited) {
  Program program;
  program.image = &image_;
  program.environment = environment(further);
  program.iofs_folder = iofs_folder_;
  program.host_name = name_;
  core::Result<ShutIn> shut_in = host_->sandbox().shut_in(program);
  core::Result<DescriptorPair> errors = make_pipe();
  if (!shut_in || !errors) {
    return tl::unexpected(shut_in ? errors.error() : shut_in.error());
  }
  errors_ = std::make_unique<DescriptorReader>(
      host_->loop(), std::move(errors->read), [this](std::string_view bytes) {
        append_log(bytes);
      });
  exited_ = std::move(exited);
  return launch(std::move(*shut_in), std::move(ends), std::move(errors->write));
}

core::Status ProcessWorkplace::launch(ShutIn shut_in, Ends ends, Descriptor errors) {
  core::Result<Descriptor> null = null_device();
  if (!null) {
    return tl::unexpected(null.error());
  }
  LaunchRequest& request = shut_in.request;
  request.descriptors = {ends.input.valid() ? ends.input.get() : null->get(),
                         ends.output.valid() ? ends.output.get() : null->get(),
                         errors.get()};
  for (const Descriptor& file : shut_in.files) {
    request.descriptors.push_back(file.get());
  }
  request.before_start = group_.joining();
  request.before_kill = group_.releasing();
  memory_kills_ = group_.out_of_memory_kills();
  out_of_memory_ = false;
  // A process that was killed may end when the next one already runs.
  process_ = host_->launcher().launch(
      request,
      [self = std::weak_ptr<ProcessWorkplace*>(self_), launch = ++launches_](int exit_code) {
        if (const auto place = self.lock(); place && (*place)->launches_ == launch) {
          (*place)->exited(exit_code);
        }
      });
  watch_memory();
  return {};
}

void ProcessWorkplace::exited(int exit_code) {
  process_ = 0;
  frozen_ = false;
  if (errors_) {
    errors_->drain();
    errors_.reset();
  }
  // Without a counter, SIGKILL by another hand than ours is taken for it, as Fn does.
  const bool out_of_memory = out_of_memory_ || exit_code == kKilled ||
                             (exit_code != 0 && group_.out_of_memory_kills() > memory_kills_);
  if (exited_) {
    std::exchange(exited_, nullptr)({exit_code, out_of_memory});
  }
}

void ProcessWorkplace::kill() {
  exited_ = nullptr;
  drain_log();
  if (process_ != 0) {
    host_->launcher().signal(process_, SIGKILL);
    group_.kill();
    process_ = 0;
    ++launches_;
    frozen_ = false;
  }
}

void ProcessWorkplace::watch_memory() {
  if (process_ == 0 || setup_.memory.value == 0 || host_->groups().has(Controller::kMemory)) {
    return;
  }
  if (!frozen_ && resident_memory(host_->launcher().pid_of(process_)) > setup_.memory) {
    out_of_memory_ = true;
    host_->launcher().signal(process_, SIGKILL);
    return;
  }
  memory_watch_.set_after(kMemoryPause, [this] { watch_memory(); });
}

void ProcessWorkplace::freeze() {
  if (process_ != 0 && !frozen_) {
    frozen_ = true;
    if (!group_.freeze()) {
      host_->launcher().signal(process_, SIGSTOP);
    }
  }
}

void ProcessWorkplace::thaw() {
  if (frozen_) {
    frozen_ = false;
    if (!group_.thaw()) {
      host_->launcher().signal(process_, SIGCONT);
    }
  }
}

void ProcessWorkplace::drain_log() {
  if (errors_) {
    errors_->drain();
  }
}

}  // namespace fn::services
