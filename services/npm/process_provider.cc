// SPDX-License-Identifier: Apache-2.0

#include "services/npm/process_provider.h"

#include <algorithm>
#include <csignal>
#include <map>
#include <set>
#include <utility>

#include "services/base/clock.h"
#include "services/base/worker.h"

namespace fn::services {
namespace {

// A runner is taken for gone when it was silent so often, while its process is there.
constexpr int kGone = 2;

struct Running {
  enum class Phase : std::uint8_t { kStarting, kUp, kSilent, kEnding };

  RunnerProcess process;
  Phase phase = Phase::kStarting;
  core::Instant until{};  // of the phase, where it must end
  bool heard = false;
  bool asked = false;
  int silences = 0;
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;
};

// An order whose processes are being started.
struct Starting {
  std::uint32_t left = 0;
  ProvisionAnswer answer;
  RunnerProvider::Provisioned done;
};

}  // namespace

struct ProcessProvider::State : std::enable_shared_from_this<State> {
  State(ProcessProvider& its_provider,
        Loop& its_loop,
        RunnerControl& its_control,
        NpmObserver& its_observer,
        ProcessProviderOptions its_options)
      : provider(&its_provider),
        loop(its_loop),
        control(its_control),
        observer(its_observer),
        options(std::move(its_options)),
        timer(its_loop) {}

  void look();
  void look_at(Running& runner);
  void ask(Running& runner);
  void heard(const std::string& id, const core::Result<RunnerState>& report);
  void answered(Running& runner, const RunnerState& report);
  void silent(Running& runner, const core::Error& error);
  void end(Running& runner, int signal);
  void gone(const Running& runner);
  void add(RunnerProcess process);
  void start(const std::string& group, const std::shared_ptr<Starting>& order);
  void started(const std::shared_ptr<Starting>& order, core::Result<RunnerProcess> process);
  void tell_begun();

  void changed(const std::string& group) const {
    if (provider != nullptr) {
      provider->tell_changed(group);
    }
  }

  ProcessProvider* provider;  // null: it has gone
  Loop& loop;
  RunnerControl& control;
  NpmObserver& observer;
  ProcessProviderOptions options;
  std::map<std::string, Running> runners;
  std::function<void(core::Status)> begun;
  core::Instant known_at{};
  bool ending = false;
  std::function<void()> all_ended;
  std::int64_t last_id = 0;
  LoopTimer timer;
  Worker worker;
};

void ProcessProvider::State::look() {
  timer.set_after(options.look_every, [this] { look(); });
  std::vector<std::string> ended;
  for (auto& [id, runner] : runners) {
    if (!runs(runner.process)) {
      ended.push_back(id);
    } else {
      look_at(runner);
    }
  }
  for (const std::string& id : ended) {
    const Running runner = runners.at(id);
    runners.erase(id);
    gone(runner);
  }
  tell_begun();
  if (all_ended && runners.empty()) {
    std::exchange(all_ended, nullptr)();
  }
}

void ProcessProvider::State::look_at(Running& runner) {
  const bool overdue = runner.until <= loop.now();
  switch (runner.phase) {
    case Running::Phase::kStarting:
    case Running::Phase::kSilent:
      if (overdue) {
        observer.warn("runner " + runner.process.id + " does not answer: it is killed, see its log",
                      runner.process.group);
        end(runner, SIGKILL);
        return;
      }
      ask(runner);
      break;
    case Running::Phase::kUp:
      ask(runner);
      break;
    case Running::Phase::kEnding:
      if (overdue) {
        signal_runner(runner.process, SIGKILL);
      }
      break;
  }
}

void ProcessProvider::State::ask(Running& runner) {
  if (std::exchange(runner.asked, true)) {
    return;
  }
  control.report(
      runner.process.address,
      [self = weak_from_this(), id = runner.process.id](const core::Result<RunnerState>& report) {
        if (const auto state = self.lock()) {
          state->heard(id, report);
        }
      });
}

void ProcessProvider::State::heard(const std::string& id, const core::Result<RunnerState>& report) {
  const auto found = runners.find(id);
  if (found == runners.end()) {
    return;
  }
  Running& runner = found->second;
  runner.asked = false;
  // One that was just being started when the last node pool manager ended is waited for a little,
  // so that it is not ordered again.
  runner.heard = runner.heard || report || loop.now() >= known_at;
  if (report) {
    answered(runner, *report);
  } else {
    silent(runner, report.error());
  }
  tell_begun();
}

void ProcessProvider::State::answered(Running& runner, const RunnerState& report) {
  runner.silences = 0;
  if (runner.phase == Running::Phase::kEnding) {
    return;
  }
  const bool came = runner.phase != Running::Phase::kUp;
  const bool resized =
      runner.memory_mib != report.memory_mib || runner.cpu_milli != report.cpu_milli;
  runner.phase = Running::Phase::kUp;
  runner.memory_mib = report.memory_mib;
  runner.cpu_milli = report.cpu_milli;
  if (came) {
    control.lease(runner.process.address, runner.process.group, 1, [](const core::Status&) {});
  }
  if (came || resized) {
    changed(runner.process.group);
  }
}

// A process that is there and says nothing hangs, is stopped, or has too little CPU.
void ProcessProvider::State::silent(Running& runner, const core::Error& error) {
  if (runner.phase != Running::Phase::kUp || ++runner.silences < kGone) {
    return;
  }
  observer.warn("runner " + runner.process.id + " does not answer: " + error.message,
                runner.process.group);
  runner.phase = Running::Phase::kSilent;
  runner.until = core::later(loop.now(), options.silence_limit);
  changed(runner.process.group);
}

void ProcessProvider::State::end(Running& runner, int signal) {
  const bool listed = runner.phase == Running::Phase::kUp;
  runner.phase = Running::Phase::kEnding;
  runner.until = core::later(loop.now(), options.end_limit);
  signal_runner(runner.process, signal);
  if (listed) {
    changed(runner.process.group);
  }
}

// The process has ended, asked or not.
void ProcessProvider::State::gone(const Running& runner) {
  const bool asked = runner.phase == Running::Phase::kEnding;
  if (!asked) {
    observer.warn("runner " + runner.process.id + " has ended unasked: see its log in " +
                      options.launch.folder,
                  runner.process.group);
  }
  control.drop(runner.process.address);
  const bool keep_log = !asked;
  worker.post([folder = options.launch.folder, id = runner.process.id, keep_log] {
    forget_runner(folder, id, keep_log);
  });
  changed(runner.process.group);
}

void ProcessProvider::State::add(RunnerProcess process) {
  const std::string id = process.id;
  Running& runner = runners[id];
  runner.process = std::move(process);
  runner.until = core::later(loop.now(), options.start_limit);
  if (ending) {
    end(runner, SIGTERM);
  } else {
    ask(runner);
  }
}

void ProcessProvider::State::started(const std::shared_ptr<Starting>& order,
                                     core::Result<RunnerProcess> process) {
  if (process) {
    ++order->answer.granted;
    add(*std::move(process));
  } else {
    order->answer.shortage = process.error().message;
  }
  if (--order->left == 0) {
    order->done(order->answer);
  }
}

// What existed before is known once each has been heard, or has ended.
void ProcessProvider::State::tell_begun() {
  if (begun && std::ranges::all_of(runners, [](const auto& entry) { return entry.second.heard; })) {
    std::exchange(begun, nullptr)({});
  }
}

ProcessProvider::ProcessProvider(Loop& loop,
                                 RunnerControl& control,
                                 NpmObserver& observer,
                                 ProcessProviderOptions options)
    : state_(std::make_shared<State>(*this, loop, control, observer, std::move(options))) {}

ProcessProvider::~ProcessProvider() {
  state_->provider = nullptr;
  state_->timer.cancel();
}

void ProcessProvider::begin(std::function<void(core::Status status)> done) {
  const std::shared_ptr<State>& state = state_;
  state->worker.post([self = std::weak_ptr(state),
                      &loop = state->loop,
                      folder = state->options.launch.folder,
                      done = std::move(done)] {
    auto found = runners_on_record(folder);
    loop.post([self, found = std::move(found), done] {
      const auto begun = self.lock();
      if (!begun) {
        return;
      }
      if (!found) {
        done(tl::unexpected(found.error()));
        return;
      }
      begun->begun = done;
      begun->known_at = core::later(begun->loop.now(), begun->options.first_wait);
      for (const RunnerProcess& process : *found) {
        begun->add(process);
      }
      begun->look();
    });
  });
}

void ProcessProvider::end_all(std::function<void()> done) {
  state_->ending = true;
  state_->all_ended = std::move(done);
  for (auto& [id, runner] : state_->runners) {
    state_->end(runner, SIGTERM);
  }
  state_->look();
}

void ProcessProvider::list(const std::string& group, Listed done) {
  std::vector<ProvidedRunner> listed;
  for (const auto& [id, runner] : state_->runners) {
    if (runner.phase == Running::Phase::kUp && runner.process.group == group) {
      listed.push_back({id, runner.process.address, runner.memory_mib, runner.cpu_milli});
    }
  }
  done(std::move(listed));
}

void ProcessProvider::State::start(const std::string& group,
                                   const std::shared_ptr<Starting>& order) {
  // Never given twice, and in the order of their starts.
  last_id = std::max(last_id + 1, wall_now_ns());
  const std::string id = "runner-" + std::to_string(last_id);
  worker.post(
      [self = weak_from_this(), &its_loop = loop, launch = options.launch, id, group, order] {
        auto process = start_runner(launch, id, group);
        its_loop.post([self, order, process = std::move(process)] {
          if (const auto state = self.lock()) {
            state->started(order, process);
          }
        });
      });
}

void ProcessProvider::provision(const std::string& group, std::uint32_t count, Provisioned done) {
  if (state_->ending) {
    done({0, "all runners are being ended"});
    return;
  }
  const auto order = std::make_shared<Starting>(Starting{count, {}, std::move(done)});
  for (std::uint32_t index = 0; index < count; ++index) {
    state_->start(group, order);
  }
}

void ProcessProvider::remove(const std::string& group, const std::string& id, Removed done) {
  const auto found = state_->runners.find(id);
  if (found != state_->runners.end() && found->second.process.group == group) {
    state_->end(found->second, SIGTERM);
  }
  done({});
}

std::vector<std::string> ProcessProvider::groups() const {
  std::set<std::string> names;
  for (const auto& [id, runner] : state_->runners) {
    names.insert(runner.process.group);
  }
  return {names.begin(), names.end()};
}

std::string ProcessProvider::description() const {
  return "process, " + state_->options.launch.program + ", records in " +
         state_->options.launch.folder;
}

}  // namespace fn::services
