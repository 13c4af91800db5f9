// SPDX-License-Identifier: Apache-2.0

#include "services/npm/exec_provider.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <utility>

#include "services/base/worker.h"
#include "services/npm/command.h"

namespace fn::services {
namespace {

using nlohmann::json;
using Lists = std::map<std::string, std::vector<ProvidedRunner>>;

tl::unexpected<core::Error> wrong(const std::string& message) {
  return core::fail(core::ErrorCode::kUnavailable, message);
}

std::uint32_t size_of(const json& runner, const char* name) {
  const auto found = runner.find(name);
  const bool known = found != runner.end() && found->is_number_unsigned();
  const std::uint64_t size = known ? found->get<std::uint64_t>() : 0;
  return size <= std::numeric_limits<std::uint32_t>::max() ? static_cast<std::uint32_t>(size) : 0;
}

std::string text_of(const json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : "";
}

core::Result<Lists> lists_of(const std::string& text) {
  const json answer = json::parse(text, nullptr, false);
  const auto runners = answer.is_object() ? answer.find("runners") : answer.end();
  if (!answer.is_object() || runners == answer.end() || !runners->is_array()) {
    return wrong(R"(the list command: expected {"runners": [...]})");
  }
  Lists lists;
  for (const json& runner : *runners) {
    const std::string group = runner.is_object() ? text_of(runner, "group") : "";
    if (group.empty()) {
      return wrong("the list command: expected each runner to have a group");
    }
    lists[group].push_back({text_of(runner, "id"),
                            text_of(runner, "address"),
                            size_of(runner, "memory_mib"),
                            size_of(runner, "cpu_milli")});
  }
  return lists;
}

ProvisionAnswer answer_of(const core::Result<std::string>& text) {
  if (!text) {
    return {0, text.error().message};
  }
  const json answer = json::parse(*text, nullptr, false);
  if (!answer.is_object() || !answer.contains("granted") ||
      !answer["granted"].is_number_unsigned()) {
    return {0, R"(the provision command: expected {"granted": NUMBER})"};
  }
  return {size_of(answer, "granted"), text_of(answer, "shortage")};
}

}  // namespace

struct ExecProvider::State : std::enable_shared_from_this<State> {
  State(ExecProvider& its_provider, Loop& its_loop, ExecProviderOptions its_options)
      : provider(&its_provider), loop(its_loop), options(std::move(its_options)), timer(its_loop) {}

  using Answered = std::function<void(State& state, const core::Result<std::string>& text)>;

  // Runs the command on the worker and tells what came of it on the core thread.
  void run(Worker& worker, const std::string& command, const json& input, Answered answered) {
    worker.post([self = weak_from_this(),
                 over = ended,
                 &its_loop = loop,
                 command,
                 text = input.dump(-1, ' ', false, json::error_handler_t::replace) + "\n",
                 limit = options.limit,
                 answered = std::move(answered)] {
      if (*over) {
        return;
      }
      auto answer = run_command(command, text, limit);
      its_loop.post([self, answered, answer = std::move(answer)] {
        if (const auto state = self.lock()) {
          answered(*state, answer);
        }
      });
    });
  }

  // By the worker that has least to do. A new list is asked for when it is done.
  void order(const std::string& command, const json& input, Answered answered) {
    const auto* const least = std::min_element(pending.begin(), pending.end());
    const auto index = static_cast<std::size_t>(least - pending.begin());
    ++pending.at(index);
    run(workers.at(index),
        command,
        input,
        [index, answered = std::move(answered)](State& state, const auto& text) {
          --state.pending.at(index);
          answered(state, text);
          state.look();
        });
  }

  void look() {
    if (std::exchange(looking, true)) {
      look_again = true;
      return;
    }
    run(listing, options.list, json::object(), [](State& state, const auto& text) {
      state.heard(text ? lists_of(*text) : core::Result<Lists>(tl::unexpected(text.error())));
    });
  }

  void heard(core::Result<Lists> fresh);

  ExecProvider* provider;
  Loop& loop;
  ExecProviderOptions options;
  core::Result<Lists> lists = wrong("not asked yet");
  std::function<void(core::Status)> begun;
  LoopTimer timer;
  bool looking = false;
  bool look_again = false;
  std::array<std::uint32_t, 8> pending{};
  std::shared_ptr<std::atomic<bool>> ended = std::make_shared<std::atomic<bool>>(false);
  Worker listing;
  std::array<Worker, 8> workers;
};

void ExecProvider::State::heard(core::Result<Lists> fresh) {
  looking = false;
  if (std::exchange(look_again, false)) {
    look();
  } else {
    timer.set_after(options.list_every, [this] { look(); });
  }
  std::vector<std::string> changed;
  if (fresh && lists) {
    for (const auto& [group, runners] : *fresh) {
      const auto before = lists->find(group);
      if (before == lists->end() || before->second != runners) {
        changed.push_back(group);
      }
    }
  }
  lists = std::move(fresh);
  if (begun) {
    std::exchange(begun, nullptr)(lists ? core::Status() : tl::unexpected(lists.error()));
  }
  for (const std::string& group : changed) {
    if (provider != nullptr) {
      provider->tell_changed(group);
    }
  }
}

ExecProvider::ExecProvider(Loop& loop, ExecProviderOptions options)
    : state_(std::make_shared<State>(*this, loop, std::move(options))) {}

ExecProvider::~ExecProvider() {
  state_->provider = nullptr;
  *state_->ended = true;
  state_->timer.cancel();
}

void ExecProvider::begin(std::function<void(core::Status status)> done) {
  state_->begun = std::move(done);
  state_->look();
}

void ExecProvider::list(const std::string& group, Listed done) {
  const core::Result<Lists>& lists = state_->lists;
  if (!lists) {
    done(tl::unexpected(lists.error()));
    return;
  }
  const auto found = lists->find(group);
  done(found == lists->end() ? std::vector<ProvidedRunner>() : found->second);
}

void ExecProvider::provision(const std::string& group, std::uint32_t count, Provisioned done) {
  state_->order(state_->options.provision,
                {{"group", group}, {"count", count}},
                [done = std::move(done)](State&, const auto& text) { done(answer_of(text)); });
}

void ExecProvider::remove(const std::string& group, const std::string& id, Removed done) {
  state_->order(state_->options.remove,
                {{"group", group}, {"id", id}},
                [done = std::move(done)](State&, const auto& text) {
                  done(text ? core::Status() : tl::unexpected(text.error()));
                });
}

std::vector<std::string> ExecProvider::groups() const {
  std::vector<std::string> names;
  if (state_->lists) {
    for (const auto& [group, runners] : *state_->lists) {
      names.push_back(group);
    }
  }
  return names;
}

std::string ExecProvider::description() const {
  return "exec, `" + state_->options.list + "`";
}

}  // namespace fn::services
