// SPDX-License-Identifier: Apache-2.0
//
// Goal: one slot queue per function and one line for room, step by step like plain lists; the rule
// when a container is needed is the table of fn.md 4.3.

#include "core/runner/slot_queue.h"

#include <algorithm>
#include <list>
#include <map>
#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

TEST(NeedsContainer, IsTheTableOfFn) {
  struct Row {
    std::uint32_t waiting, starting, idle;
    bool needed;
  };

  for (const Row& row : {Row{0, 0, 0, false},
                         Row{1, 10, 0, false},
                         Row{10, 1, 0, true},
                         Row{10, 0, 11, false},
                         Row{10, 0, 5, true},
                         Row{1, 0, 0, true}}) {
    EXPECT_EQ(needs_container(row.waiting, row.starting, row.idle), row.needed)
        << row.waiting << ", " << row.starting << ", " << row.idle;
  }
}

struct ModelCall {
  std::uint32_t call = 0;
  std::uint32_t function = 0;
  bool in_line = false;
};

// Every call in one list, in order of arrival.
struct Model {
  std::uint32_t next_call = 0;
  std::list<ModelCall> calls;
  std::list<std::uint32_t> line;  // calls, in order
  std::map<std::uint32_t, std::uint32_t> starting;

  [[nodiscard]] std::uint32_t waiting(std::uint32_t function) const {
    return static_cast<std::uint32_t>(
        std::count_if(calls.begin(), calls.end(), [&](const ModelCall& call) {
          return call.function == function;
        }));
  }

  std::list<ModelCall>::iterator find(std::uint32_t call) {
    return std::find_if(
        calls.begin(), calls.end(), [&](const ModelCall& known) { return known.call == call; });
  }

  void erase(std::list<ModelCall>::iterator at) {
    line.remove(at->call);
    calls.erase(at);
  }

  // The function whose call is first in line and not served by a container that starts.
  std::uint32_t first_for_room() {
    while (!line.empty()) {
      const std::uint32_t function = find(line.front())->function;
      if (starting[function] < waiting(function)) {
        return function;
      }
      line.pop_front();
    }
    return WaitingCall::kNone;
  }
};

Attempt attempt_of(std::uint32_t call) {
  return Attempt{CallHandle{call}, LbHandle{0}, 1};
}

// The containers that start, as a runner would have them; their slots mean nothing else here.
std::vector<Container> containers_of(SlotQueues& queues, const Model& model) {
  std::vector<Container> containers;
  for (const auto& [function, count] : model.starting) {
    for (std::uint32_t index = 0; index < count; ++index) {
      Container container;
      container.function = FunctionHandle{function};
      container.queue = queues.of(FunctionHandle{function});
      container.state = ContainerState::kStarting;
      containers.push_back(container);
    }
  }
  return containers;
}

void reload(SlotQueues& queues, Model& model) {
  const std::vector<Container> containers = containers_of(queues, model);
  Writer saved;
  queues.save(saved);
  SlotQueues restored;
  Reader reader(saved.bytes());
  RC_ASSERT(restored.load(reader, containers, 4).has_value());
  RC_ASSERT(reader.finish().has_value());
  SlotQueues cut;
  Reader half(saved.bytes().first(saved.bytes().size() - 1));
  RC_ASSERT(!cut.load(half, containers, 4).has_value());
  queues = restored;
}

// A call begins to wait, or the first of its function is taken.
void wait_or_take(SlotQueues& real, Model& model, std::uint32_t function) {
  const std::uint32_t queue = real.of(FunctionHandle{function});
  if (*rc::gen::inRange(0, 3) != 0) {
    const bool needs_room = *rc::gen::inRange(0, 2) != 0;
    real.wait(queue, attempt_of(model.next_call), needs_room);
    model.calls.push_back(ModelCall{model.next_call, function, needs_room});
    if (needs_room) {
      model.line.push_back(model.next_call);
    }
    ++model.next_call;
  } else if (model.waiting(function) > 0) {
    const auto first = std::find_if(model.calls.begin(), model.calls.end(), [&](auto& call) {
      return call.function == function;
    });
    RC_ASSERT(real.take_first(queue) == attempt_of(first->call));
    model.erase(first);
  }
}

// A call is taken back, whether it is there or not.
void cancel(SlotQueues& real, Model& model, std::uint32_t function) {
  const auto call = *rc::gen::inRange<std::uint32_t>(0, model.next_call + 1);
  const auto known = model.find(call);
  const bool there = known != model.calls.end() && known->function == function;
  RC_ASSERT(real.cancel(real.of(FunctionHandle{function}), attempt_of(call)) == there);
  if (there) {
    model.erase(known);
  }
}

// A container starts for the first in line.
void start_for_first(SlotQueues& real, Model& model) {
  const std::uint32_t first = model.first_for_room();
  const std::uint32_t found = real.first_for_room();
  RC_ASSERT((found == WaitingCall::kNone) == (first == WaitingCall::kNone));
  if (found != WaitingCall::kNone) {
    RC_ASSERT(real.at(found).function.value == first);
    real.leave_room_line();
    ++real.at(found).starting;
    ++model.starting[first];
    model.line.pop_front();
  }
}

// One of all that may happen.
void change(SlotQueues& real, Model& model) {
  const auto function = *rc::gen::inRange<std::uint32_t>(0, 4);
  const std::uint32_t queue = real.of(FunctionHandle{function});
  RC_ASSERT(real.at(queue).function.value == function);
  const int what = *rc::gen::inRange(0, 6);
  if (what < 3) {
    wait_or_take(real, model, function);
  } else if (what == 3) {
    cancel(real, model, function);
  } else if (what == 4) {
    start_for_first(real, model);
  } else if (model.starting[function] > 0) {
    --model.starting[function];
    --real.at(queue).starting;
  }
  RC_ASSERT(real.waiting() == model.calls.size());
  RC_ASSERT(real.at(queue).waiting == model.waiting(function));
}

TEST(SlotQueues, AgreeWithPlainLists) {
  EXPECT_TRUE(rc::check("slot queues", [] {
    SlotQueues real;
    Model model;
    const int steps = *rc::gen::inRange(0, 200);
    for (int step = 0; step < steps; ++step) {
      change(real, model);
      if (*rc::gen::inRange(0, 10) == 0) {
        reload(real, model);
      }
    }
  }));
}

}  // namespace
}  // namespace fn::core
