// SPDX-License-Identifier: Apache-2.0

#include "services/npm/static_provider.h"

#include <algorithm>
#include <deque>
#include <set>
#include <utility>

#include "services/base/clock.h"

namespace fn::services {
namespace {

// A runner is taken for gone when it was silent twice, or refused a connection once.
constexpr int kGone = 2;

struct Stocked {
  // Unclean: what is in it is not known, or of the last group. Cleaning: being emptied.
  enum class Use : std::uint8_t { kUnclean, kCleaning, kFree, kLeased };

  std::string address;
  Use use = Use::kUnclean;
  std::string group;
  std::uint64_t lease = 0;
  bool heard = false;  // an answer, good or bad, since the start
  bool asked = false;
  bool up = false;
  int silences = 0;
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;

  [[nodiscard]] std::string id() const { return address + "/" + std::to_string(lease); }

  [[nodiscard]] bool leased_to(const std::string& whom) const {
    return use == Use::kLeased && group == whom;
  }
};

// A runner that a group was granted and that is not there yet.
struct Promise {
  std::string group;
  core::Instant until{};
};

}  // namespace

struct StaticProvider::State {
  State(StaticProvider& its_provider,
        Loop& its_loop,
        RunnerControl& its_control,
        NpmObserver& its_observer,
        StaticProviderOptions its_options)
      : provider(its_provider),
        loop(its_loop),
        control(its_control),
        observer(its_observer),
        options(std::move(its_options)),
        leases(static_cast<std::uint64_t>(wall_now_ns())),
        timer(its_loop) {
    for (const std::string& address : options.addresses) {
      if (std::ranges::none_of(stock,
                               [&](const Stocked& known) { return known.address == address; })) {
        stock.emplace_back().address = address;
      }
    }
  }

  void look();
  void heard(Stocked& runner, const core::Result<RunnerState>& report);
  void answered(Stocked& runner, const RunnerState& report);
  void silent(Stocked& runner, const core::Error& error);
  void clean(Stocked& runner);
  void lend(Stocked& runner, const std::string& group);
  void keep_promises();
  [[nodiscard]] std::string shortage() const;

  // A callback of `runner` that does nothing once the provider is gone.
  template <typename Handler>
  auto guarded(Stocked& runner, Handler handler) {
    return [self = std::weak_ptr(alive), &runner, handler](const auto& result) {
      if (self.lock()) {
        handler(runner, result);
      }
    };
  }

  StaticProvider& provider;
  Loop& loop;
  RunnerControl& control;
  NpmObserver& observer;
  StaticProviderOptions options;
  std::deque<Stocked> stock;
  std::deque<Promise> promises;
  // The number of the last one; above those of an earlier start, which the runners may remember.
  std::uint64_t leases;
  std::function<void()> begun;
  LoopTimer timer;
  std::shared_ptr<int> alive = std::make_shared<int>(0);
};

void StaticProvider::State::look() {
  timer.set_after(options.look_every, [this] { look(); });
  std::erase_if(promises, [this](const Promise& promise) { return promise.until <= loop.now(); });
  for (Stocked& runner : stock) {
    if (!std::exchange(runner.asked, true)) {
      control.report(runner.address, guarded(runner, [this](Stocked& asked, const auto& report) {
                       heard(asked, report);
                     }));
    }
    if (runner.use == Stocked::Use::kUnclean && runner.up) {
      clean(runner);
    }
  }
}

void StaticProvider::State::heard(Stocked& runner, const core::Result<RunnerState>& report) {
  runner.asked = false;
  const bool first = !std::exchange(runner.heard, true);
  if (report) {
    answered(runner, *report);
  } else {
    silent(runner, report.error());
  }
  if (first && begun && std::ranges::all_of(stock, &Stocked::heard)) {
    std::exchange(begun, nullptr)();
  }
}

void StaticProvider::State::answered(Stocked& runner, const RunnerState& report) {
  const bool came = !std::exchange(runner.up, true);
  const bool resized =
      runner.memory_mib != report.memory_mib || runner.cpu_milli != report.cpu_milli;
  runner.silences = 0;
  runner.memory_mib = report.memory_mib;
  runner.cpu_milli = report.cpu_milli;
  if (came) {
    observer.debug("runner at " + runner.address + " answers");
  }
  if (came && runner.use == Stocked::Use::kUnclean) {
    if (!report.group.empty() && begun) {
      // It is still leased from before this start.
      runner.use = Stocked::Use::kLeased;
      runner.group = report.group;
      runner.lease = report.lease;
    } else {
      clean(runner);
    }
  } else if (runner.use == Stocked::Use::kLeased && !report.of_fn &&
             (report.group != runner.group || report.lease != runner.lease)) {
    // It was started anew, or has not heard of the lease.
    control.lease(runner.address, runner.group, runner.lease, [](const core::Status&) {});
  }
  if (runner.use == Stocked::Use::kLeased && (came || resized)) {
    provider.tell_changed(runner.group);
  }
}

void StaticProvider::State::silent(Stocked& runner, const core::Error& error) {
  runner.silences += error.code == core::ErrorCode::kDeadlineExceeded ? 1 : kGone;
  if (!runner.up || runner.silences < kGone) {
    return;
  }
  runner.up = false;
  observer.warn("runner at " + runner.address + " does not answer: " + error.message, runner.group);
  if (runner.use == Stocked::Use::kLeased) {
    const std::string group = std::exchange(runner.group, {});
    runner.use = Stocked::Use::kUnclean;
    provider.tell_changed(group);
  }
}

// Nothing of one group is left for the next.
void StaticProvider::State::clean(Stocked& runner) {
  runner.use = Stocked::Use::kCleaning;
  control.remove_containers(
      runner.address, guarded(runner, [this](Stocked& emptied, const core::Status& status) {
        if (!status) {
          emptied.use = Stocked::Use::kUnclean;  // it still holds calls: tried again
          return;
        }
        control.revive(emptied.address);
        control.lease(emptied.address, "", 0, [](const core::Status&) {});
        emptied.use = Stocked::Use::kFree;
        keep_promises();
      }));
}

void StaticProvider::State::lend(Stocked& runner, const std::string& group) {
  runner.use = Stocked::Use::kLeased;
  runner.group = group;
  runner.lease = ++leases;
  control.lease(runner.address, group, runner.lease, [](const core::Status&) {});
  provider.tell_changed(group);
}

void StaticProvider::State::keep_promises() {
  for (Stocked& runner : stock) {
    if (!promises.empty() && runner.up && runner.use == Stocked::Use::kFree) {
      const Promise promise = promises.front();
      promises.pop_front();
      lend(runner, promise.group);
    }
  }
}

std::string StaticProvider::State::shortage() const {
  const auto leased = std::ranges::count(stock, Stocked::Use::kLeased, &Stocked::use);
  return "of the " + std::to_string(stock.size()) + " runners in FN_RUNNER_ADDRESSES " +
         std::to_string(leased) + " are leased and " + std::to_string(promises.size()) +
         " promised: add addresses, or lower other groups' min_runners";
}

StaticProvider::StaticProvider(Loop& loop,
                               RunnerControl& control,
                               NpmObserver& observer,
                               StaticProviderOptions options)
    : state_(std::make_unique<State>(*this, loop, control, observer, std::move(options))) {}

StaticProvider::~StaticProvider() = default;

void StaticProvider::begin(std::function<void()> done) {
  state_->begun = std::move(done);
  state_->look();
  if (state_->stock.empty()) {
    std::exchange(state_->begun, nullptr)();
  }
}

void StaticProvider::list(const std::string& group, Listed done) {
  std::vector<ProvidedRunner> runners;
  for (const Stocked& runner : state_->stock) {
    if (runner.leased_to(group) && runner.up) {
      runners.push_back({runner.id(), runner.address, runner.memory_mib, runner.cpu_milli});
    }
  }
  std::ranges::sort(runners, {}, &ProvidedRunner::id);
  done(std::move(runners));
}

void StaticProvider::provision(const std::string& group, std::uint32_t count, Provisioned done) {
  State& state = *state_;
  ProvisionAnswer answer;
  for (Stocked& runner : state.stock) {
    if (answer.granted < count && runner.up && runner.use == Stocked::Use::kFree) {
      state.lend(runner, group);
      ++answer.granted;
    }
  }
  // Those that are not up yet, or still being emptied, are promised.
  auto to_come = static_cast<std::size_t>(std::ranges::count_if(
      state.stock, [](const Stocked& runner) { return runner.use != Stocked::Use::kLeased; }));
  for (to_come -= std::min(to_come, state.promises.size()); to_come > 0 && answer.granted < count;
       --to_come) {
    state.promises.push_back({group, core::later(state.loop.now(), state.options.promise)});
    ++answer.granted;
  }
  if (answer.granted < count) {
    answer.shortage = state.shortage();
  }
  done(std::move(answer));
}

void StaticProvider::remove(const std::string& group, const std::string& id, Removed done) {
  for (Stocked& runner : state_->stock) {
    if (runner.leased_to(group) && runner.id() == id) {
      runner.group.clear();
      state_->clean(runner);
      tell_changed(group);
    }
  }
  done({});
}

std::vector<std::string> StaticProvider::groups() const {
  std::set<std::string> names;
  for (const Stocked& runner : state_->stock) {
    if (runner.use == Stocked::Use::kLeased) {
      names.insert(runner.group);
    }
  }
  return {names.begin(), names.end()};
}

std::string StaticProvider::description() const {
  return "static, " + std::to_string(state_->stock.size()) + " runners";
}

}  // namespace fn::services
