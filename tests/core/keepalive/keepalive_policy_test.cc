// SPDX-License-Identifier: Apache-2.0
//
// Goal: each keep-alive policy names the victim that its definition names: a slow model goes
// through all idle containers each time. Equal priorities go by creation number, whatever handle a
// container has; a saved policy goes on the same.

#include "core/keepalive/keepalive_policy.h"

#include <map>
#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

struct ModelContainer {
  std::uint32_t number = 0;
  std::uint32_t function = 0;
  Instant started{};
  double priority = 0;
  bool idle = false;
};

// Both definitions, written down once more.
struct Model {
  explicit Model(const FunctionTable& table) : functions(table) {}

  void start(Instant now, std::uint32_t handle, std::uint32_t number, std::uint32_t function) {
    ++frequency[function];
    touch(now, handle, number, function);
  }

  void touch(Instant now, std::uint32_t handle, std::uint32_t number, std::uint32_t function) {
    const FunctionSpec& spec = functions[FunctionHandle{function}];
    const double cost_s = static_cast<double>(spec.cold_overhead.count()) / 1e6 / 1000.0;
    const double priority = clock + static_cast<double>(frequency[function]) * cost_s /
                                        static_cast<double>(spec.memory.value);
    containers[handle] = ModelContainer{number, function, now, priority, false};
  }

  void remove(std::uint32_t handle) {
    const std::uint32_t function = containers[handle].function;
    containers.erase(handle);
    for (const auto& [other, container] : containers) {
      if (container.function == function) {
        return;
      }
    }
    frequency[function] = 0;
  }

  // The handle of the idle container that goes first.
  std::uint32_t victim(bool gdsf) {
    std::uint32_t chosen = ContainerHandle::kNone;
    const auto before = [&](const ModelContainer& left, const ModelContainer& right) {
      if (gdsf) {
        return std::pair(left.priority, left.number) < std::pair(right.priority, right.number);
      }
      return std::pair(left.started, left.number) < std::pair(right.started, right.number);
    };
    for (const auto& [handle, container] : containers) {
      if (container.idle &&
          (chosen == ContainerHandle::kNone || before(container, containers[chosen]))) {
        chosen = handle;
      }
    }
    return chosen;
  }

  const FunctionTable& functions;
  std::map<std::uint32_t, ModelContainer> containers;
  std::map<std::uint32_t, std::uint64_t> frequency;
  double clock = 0;
};

std::vector<KeepAlivePolicy::Known> known(const Model& model) {
  std::vector<KeepAlivePolicy::Known> list(16);
  for (const auto& [handle, container] : model.containers) {
    list[handle] = KeepAlivePolicy::Known{
        FunctionHandle{container.function}, container.number, container.idle ? 1U : 0U};
  }
  return list;
}

std::unique_ptr<KeepAlivePolicy> reborn(const KeepAlivePolicy& policy,
                                        std::string_view name,
                                        const Model& model) {
  Writer saved;
  policy.save(saved);
  auto restored = make_keepalive_policy(name, model.functions);
  Reader reader(saved.bytes());
  RC_ASSERT(restored->load(reader, known(model)).has_value());
  RC_ASSERT(reader.finish().has_value());
  auto cut = make_keepalive_policy(name, model.functions);
  Reader half(saved.bytes().first(saved.bytes().size() - 1));
  RC_ASSERT(!cut->load(half, known(model)).has_value());
  return restored;
}

FunctionTable some_functions() {
  FunctionTable functions;
  for (const std::int64_t memory : {128, 128, 256, 1024}) {
    functions.add(FunctionSpec{.memory = MemoryMib{memory}, .cold_overhead = memory * 7ms});
  }
  functions.add(FunctionSpec{.memory = MemoryMib{64}});  // costs nothing: all its priorities tie
  return functions;
}

void play(std::string_view name) {
  const bool gdsf = name == "gdsf";
  const FunctionTable functions = some_functions();
  auto policy = make_keepalive_policy(name, functions);
  Model model(functions);
  Instant now{};
  std::uint32_t numbers = 0;
  const int steps = *rc::gen::inRange(0, 150);
  for (int step = 0; step < steps; ++step) {
    now += *rc::gen::inRange(0, 3) * 1ms;  // often at one time
    const auto handle = *rc::gen::inRange<std::uint32_t>(0, 16);
    const ContainerHandle container{handle};
    const auto found = model.containers.find(handle);
    if (found == model.containers.end()) {
      const auto function = *rc::gen::inRange<std::uint32_t>(0, 5);
      if (*rc::gen::inRange(0, 6) != 0) {
        policy->used(now, container, ++numbers, FunctionHandle{function});
        model.start(now, handle, numbers, function);
      } else {
        policy->unneeded(now, container, ++numbers, FunctionHandle{function});
        policy->became_idle(container);
        model.touch(now, handle, numbers, function);
        model.containers[handle].idle = true;
      }
    } else if (!found->second.idle) {
      policy->became_idle(container);
      found->second.idle = true;
    } else if (*rc::gen::inRange(0, 3) != 0) {
      const ModelContainer again = found->second;
      policy->used(now, container, again.number, FunctionHandle{again.function});
      model.start(now, handle, again.number, again.function);
    } else {
      policy->removed(container);
      model.remove(handle);
    }
    const std::uint32_t expected = model.victim(gdsf);
    if (expected != ContainerHandle::kNone && *rc::gen::inRange(0, 2) == 0) {
      RC_ASSERT(policy->victim().value == expected);
      model.clock = std::max(model.clock, model.containers[expected].priority);
      policy->removed(ContainerHandle{expected});
      model.remove(expected);
    }
    if (*rc::gen::inRange(0, 10) == 0) {
      policy = reborn(*policy, name, model);
    }
  }
}

TEST(KeepAlivePolicy, NamesTheVictimThatItsDefinitionNames) {
  for (const std::string_view name : keepalive_policy_names()) {
    EXPECT_TRUE(rc::check(std::string(name), [name] { play(name); }));
  }
}

TEST(KeepAlivePolicy, GoesByCreationNumberAndNotByHandleWhereStartsTie) {
  const FunctionTable functions = some_functions();
  for (const std::string_view name : {"lru", "gdsf"}) {
    const auto policy = make_keepalive_policy(name, functions);
    const FunctionHandle free_of_cost{4};
    policy->used(Instant{}, ContainerHandle{5}, 2, free_of_cost);
    policy->used(Instant{}, ContainerHandle{7}, 1, free_of_cost);
    policy->used(Instant{}, ContainerHandle{1}, 3, free_of_cost);
    for (const std::uint32_t handle : {1U, 5U, 7U}) {
      policy->became_idle(ContainerHandle{handle});
    }
    EXPECT_EQ(policy->victim().value, 7U) << name;
    policy->removed(ContainerHandle{7});
    EXPECT_EQ(policy->victim().value, 5U) << name;
  }
}

TEST(KeepAlivePolicy, LruGoesByTheStartOfTheLastUseNotByItsEnd) {
  const FunctionTable functions = some_functions();
  const auto policy = make_keepalive_policy("lru", functions);
  policy->used(Instant{1ms}, ContainerHandle{0}, 1, FunctionHandle{0});
  policy->used(Instant{2ms}, ContainerHandle{1}, 2, FunctionHandle{0});
  policy->became_idle(ContainerHandle{1});
  policy->became_idle(ContainerHandle{0});  // ends last, started first
  EXPECT_EQ(policy->victim().value, 0U);
}

TEST(KeepAlivePolicy, RefusesAStateOfOtherContainers) {
  const FunctionTable functions = some_functions();
  for (const std::string_view name : {"lru", "gdsf"}) {
    const auto policy = make_keepalive_policy(name, functions);
    policy->used(Instant{}, ContainerHandle{0}, 1, FunctionHandle{0});
    policy->became_idle(ContainerHandle{0});
    Writer saved;
    policy->save(saved);
    using Known = KeepAlivePolicy::Known;
    const auto loads = [&](const std::vector<Known>& containers) {
      Reader reader(saved.bytes());
      return make_keepalive_policy(name, functions)->load(reader, containers).has_value();
    };
    EXPECT_TRUE(loads({Known{FunctionHandle{0}, 1, 1}})) << name;
    EXPECT_FALSE(loads({})) << name;
    EXPECT_FALSE(loads({Known{FunctionHandle{0}, 2, 1}})) << name;
    EXPECT_FALSE(loads({Known{FunctionHandle{0}, 1, 0}})) << name;
    EXPECT_FALSE(loads({Known{FunctionHandle{0}, 1, 1}, Known{FunctionHandle{0}, 2, 1}})) << name;
  }
}

TEST(KeepAlivePolicy, IsNullForANameThatThereIsNot) {
  EXPECT_EQ(make_keepalive_policy("fifo", FunctionTable{}), nullptr);
}

}  // namespace
}  // namespace fn::core
