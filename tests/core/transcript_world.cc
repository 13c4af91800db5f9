// SPDX-License-Identifier: Apache-2.0

#include "tests/core/transcript_world.h"

#include <algorithm>
#include <chrono>
#include <stdexcept>

namespace fn::tests {

using core::CallHandle;
using core::LbHandle;
using core::RunnerHandle;

namespace {

// Another load balancer of the group, which the transcript does not show.
constexpr LbHandle kOtherLb{1};

template <typename T>
T next(std::istringstream& words) {
  T value{};
  if (!(words >> value)) {
    throw std::runtime_error("a word is missing or no number");
  }
  return value;
}

// "1500ms", "3s" or "2min".
core::Duration next_duration(std::istringstream& words) {
  const auto text = next<std::string>(words);
  std::size_t digits = 0;
  const long amount = std::stol(text, &digits);
  const std::string unit = text.substr(digits);
  if (unit == "ms") {
    return std::chrono::milliseconds(amount);
  }
  if (unit == "s") {
    return std::chrono::seconds(amount);
  }
  if (unit == "min") {
    return std::chrono::minutes(amount);
  }
  throw std::runtime_error("not a duration: " + text);
}

}  // namespace

TranscriptWorld::TranscriptWorld() {
  lb_config_.placer = "round-robin";
  npm_config_.scaler = "fixed";
}

std::string TranscriptWorld::run(const std::string& command) {
  written_.str("");
  std::istringstream words(command);
  const auto verb = next<std::string>(words);
  if (verb == "set") {
    configure(words);
  } else {
    build();
    happen(verb, words);
    deliver();
  }
  return written_.str();
}

void TranscriptWorld::build() {
  if (lb_ == nullptr) {
    lb_ = std::make_unique<core::LoadBalancer>(lb_config_, functions_, core::Rng(1));
    npm_ = std::make_unique<core::NodePoolManager>(npm_config_);
  }
}

void TranscriptWorld::configure(std::istringstream& words) {
  if (lb_ != nullptr) {
    throw std::runtime_error("set comes before everything else");
  }
  const auto key = next<std::string>(words);
  if (key == "scaler") {
    npm_config_.scaler = next<std::string>(words);
  } else if (key == "fixed_runners") {
    npm_config_.scaling.fixed_runners = next<std::uint32_t>(words);
  } else if (key == "placer") {
    lb_config_.placer = next<std::string>(words);
  } else if (key == "runner_mib") {
    runner_config_.memory = core::MemoryMib{next<std::int64_t>(words)};
  } else if (key == "overtakes") {
    lb_config_.overtakes_max = next<std::uint32_t>(words);
  } else if (key == "function") {
    const auto name = next<std::string>(words);
    function_names_[name] =
        functions_.add(core::FunctionSpec{.key = functions_.size(),
                                          .memory = core::MemoryMib{next<std::int64_t>(words)},
                                          .image = static_cast<std::uint32_t>(functions_.size())});
  } else {
    throw std::runtime_error("unknown setting: " + key);
  }
}

void TranscriptWorld::happen(const std::string& verb, std::istringstream& words) {
  if (verb == "arrive") {
    const CallHandle call{next<std::uint32_t>(words)};
    tell_lb(core::CallArrived{call, function_names_.at(next<std::string>(words)), 0, 0});
  } else if (verb == "gone") {
    tell_lb(core::CallerGone{CallHandle{next<std::uint32_t>(words)}});
  } else if (verb == "provide") {
    for (auto count = next<std::uint32_t>(words); count > 0; --count) {
      nodes_[next_runner_++].machine = std::make_unique<core::Runner>(runner_config_, functions_);
    }
    list();
  } else if (verb == "pass") {
    pass(next_duration(words));
  } else if (verb == "skip") {
    pass(next_duration(words));
    written_.str("");
  } else {
    happen_to_runner(verb, words);
  }
}

void TranscriptWorld::happen_to_runner(const std::string& verb, std::istringstream& words) {
  const auto runner = next<std::uint32_t>(words);
  Node& node = nodes_.at(runner);
  if (verb == "silence") {
    node.silent = true;
  } else if (verb == "wake") {
    node.silent = false;
  } else if (verb == "break") {
    tell_lb(core::RunnerBroke{RunnerHandle{runner}});
  } else if (verb == "occupy") {
    const CallHandle call{next<std::uint32_t>(words)};
    const core::FunctionHandle function = function_names_.at(next<std::string>(words));
    tell_runner(runner, core::CallOffered{call, function, kOtherLb, 1});
  } else if (verb == "up") {
    const auto number = next<std::uint32_t>(words);
    tell_runner(runner, core::ContainerStarted{node.containers.at(number), number});
  } else if (verb == "end") {
    const auto number = next<std::uint32_t>(words);
    tell_runner(runner, core::RunEnded{node.containers.at(number), number});
  } else {
    throw std::runtime_error("unknown command: " + verb);
  }
}

void TranscriptWorld::pass(core::Duration duration) {
  const core::Instant until = now_ + duration;
  for (;;) {
    core::Instant next = std::min(lb_->next_deadline(), npm_->next_deadline());
    for (const auto& [runner, node] : nodes_) {
      next = std::min(next, node.machine->next_deadline());
    }
    if (next > until) {
      break;
    }
    now_ = std::max(now_, next);
    if (lb_->next_deadline() <= now_) {
      tell_lb(core::LbDeadlineReached{});
    }
    if (npm_->next_deadline() <= now_) {
      tell_npm(core::NpmDeadlineReached{});
    }
    for (auto& [runner, node] : nodes_) {
      if (node.machine->next_deadline() <= now_) {
        tell_runner(runner, core::RunnerDeadlineReached{});
      }
    }
    deliver();
  }
  now_ = until;
}

void TranscriptWorld::deliver() {
  while (!messages_.empty()) {
    const std::function<void()> message = std::move(messages_.front());
    messages_.pop_front();
    message();
  }
}

void TranscriptWorld::list() {
  std::vector<core::Member> runners;
  for (const auto& [runner, node] : nodes_) {
    runners.push_back(core::Member{
        RunnerHandle{runner}, static_cast<std::uint32_t>(runner_config_.memory.value), 0});
  }
  tell_npm(core::RunnersListed{runners});
}

void TranscriptWorld::line(const std::string& who, const std::string& what) {
  written_ << seconds_text(now_.time_since_epoch()) << " s  " << who << ": " << what << '\n';
}

template <typename Event>
void TranscriptWorld::tell_lb(const Event& event) {
  core::LbOut out;
  lb_->step(now_, event, out);
  for (const core::LbFact& fact : out.facts) {
    line("lb notes", fact_text(fact));
  }
  for (const core::LbAction& action : out.actions) {
    line("lb", text(action));
    carry_out(action);
  }
}

template <typename Event>
void TranscriptWorld::tell_npm(const Event& event) {
  core::NpmOut out;
  npm_->step(now_, event, out);
  for (const core::NpmFact& fact : out.facts) {
    line("npm notes", fact_text(fact));
  }
  for (const core::NpmAction& action : out.actions) {
    line("npm", text(action));
    carry_out(action);
  }
}

template <typename Event>
void TranscriptWorld::tell_runner(std::uint32_t runner, const Event& event) {
  core::RunnerOut out;
  nodes_.at(runner).machine->step(now_, event, out);
  const std::string name = "runner " + std::to_string(runner);
  for (const core::RunnerFact& fact : out.facts) {
    line(name + " notes", fact_text(fact));
  }
  for (const core::RunnerAction& action : out.actions) {
    line(name, text(action));
    carry_out(runner, action);
  }
}

bool TranscriptWorld::listens(RunnerHandle runner) const {
  const auto node = nodes_.find(runner.value);
  return node != nodes_.end() && !node->second.silent;
}

template <typename Event>
void TranscriptWorld::send_to_runner(RunnerHandle runner, Event event) {
  messages_.emplace_back([this, runner, event] {
    if (listens(runner)) {
      tell_runner(runner.value, event);
    }
  });
}

void TranscriptWorld::answer_if_listening(RunnerHandle runner) {
  if (listens(runner)) {
    tell_lb(core::RunnerAnswered{runner});
  }
}

void TranscriptWorld::carry_out(const core::LbAction& action) {
  switch (action.kind()) {
    case core::LbActionKind::kTryCall: {
      const auto offer = action.as<core::TryCall>();
      send_to_runner(offer.runner,
                     core::CallOffered{offer.call, offer.function, LbHandle{0}, offer.attempt});
      break;
    }
    case core::LbActionKind::kCancelCall: {
      const auto cancel = action.as<core::CancelCall>();
      send_to_runner(
          cancel.runner,
          core::CallCancelled{cancel.call, cancel.function, LbHandle{0}, cancel.attempt});
      break;
    }
    case core::LbActionKind::kCheckRunner: {
      const RunnerHandle runner = action.as<core::CheckRunner>().runner;
      messages_.emplace_back([this, runner] { answer_if_listening(runner); });
      break;
    }
    case core::LbActionKind::kAdvertiseCapacity:
    case core::LbActionKind::kReportRunner:
      send_to_npm(action);
      break;
    case core::LbActionKind::kRespondToCaller:
      break;
  }
}

void TranscriptWorld::send_to_npm(const core::LbAction& action) {
  if (action.kind() == core::LbActionKind::kReportRunner) {
    const auto report = action.as<core::ReportRunner>();
    messages_.emplace_back([this, report] {
      tell_npm(core::RunnerReported{LbHandle{0}, report.runner, report.rested});
    });
    return;
  }
  const auto advert = action.as<core::AdvertiseCapacity>();
  messages_.emplace_back([this, advert] {
    tell_npm(core::CapacityAdvertised{LbHandle{0}, advert.sequence, advert.requirement});
  });
}

void TranscriptWorld::carry_out(const core::NpmAction& action) {
  switch (action.kind()) {
    case core::NpmActionKind::kProvisionRunners: {
      const auto order = action.as<core::ProvisionRunners>();
      messages_.emplace_back([this, order] {
        tell_npm(core::ProvisionAnswered{order.order, order.count});
      });
      break;
    }
    case core::NpmActionKind::kDrainRunner: {
      const auto drain = action.as<core::DrainRunner>();
      messages_.emplace_back(
          [this, drain] { tell_runner(drain.runner.value, core::DrainStarted{drain.drain}); });
      break;
    }
    case core::NpmActionKind::kReviveRunner: {
      const RunnerHandle runner = action.as<core::ReviveRunner>().runner;
      messages_.emplace_back([this, runner] { tell_runner(runner.value, core::DrainStopped{}); });
      break;
    }
    case core::NpmActionKind::kRemoveRunner: {
      const RunnerHandle runner = action.as<core::RemoveRunner>().runner;
      messages_.emplace_back([this, runner] {
        nodes_.erase(runner.value);
        list();
      });
      break;
    }
    case core::NpmActionKind::kPublishMembership: {
      const auto notice = action.as<core::PublishMembership>();
      const std::vector<core::Member> members(npm_->members().begin(), npm_->members().end());
      messages_.emplace_back([this, notice, members] {
        tell_lb(core::MembershipReceived{notice.generation, members});
      });
      break;
    }
  }
}

void TranscriptWorld::carry_out(std::uint32_t runner, const core::RunnerAction& action) {
  const auto send = [this, runner](LbHandle lb, auto event) {
    if (lb == kOtherLb) {
      return;
    }
    messages_.emplace_back([this, runner, event] {
      const auto node = nodes_.find(runner);
      if (node != nodes_.end() && !node->second.silent) {
        tell_lb(event);
      }
    });
  };
  switch (action.kind()) {
    case core::RunnerActionKind::kAcceptCall: {
      const auto accept = action.as<core::AcceptCall>();
      send(accept.lb, core::CallAccepted{accept.call, accept.attempt});
      break;
    }
    case core::RunnerActionKind::kNackCall: {
      const auto nack = action.as<core::NackCall>();
      send(nack.lb, core::CallNacked{nack.call, nack.attempt, nack.reason});
      break;
    }
    case core::RunnerActionKind::kFinishCall: {
      const auto finish = action.as<core::FinishCall>();
      send(finish.lb, core::CallFinished{finish.call, finish.attempt, finish.outcome});
      break;
    }
    case core::RunnerActionKind::kStartContainer: {
      const auto start = action.as<core::StartContainer>();
      nodes_.at(runner).containers[start.number] = start.container;
      break;
    }
    case core::RunnerActionKind::kReportIdle: {
      const core::RunnerIdle idle{RunnerHandle{runner}, action.as<core::ReportIdle>().drain};
      messages_.emplace_back([this, idle] { tell_npm(idle); });
      break;
    }
    case core::RunnerActionKind::kRunCall:
    case core::RunnerActionKind::kStopRun:
    case core::RunnerActionKind::kRemoveContainer:
    case core::RunnerActionKind::kFreezeContainer:
      break;
  }
}

}  // namespace fn::tests
