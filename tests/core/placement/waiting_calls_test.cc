// SPDX-License-Identifier: Apache-2.0
//
// Goal: the queue of waiting calls keeps the order of arrival through every coming and going and
// counts what is promised room, step by step like a sorted map that is slow and obvious; a saved
// queue goes on the same, and bytes that are none are refused.

#include "core/placement/waiting_calls.h"

#include <map>
#include <rapidcheck.h>
#include <set>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

constexpr std::uint32_t kCallsMax = 8;
constexpr std::uint64_t kBytesMax = 100;

struct ModelCall {
  std::uint32_t number = 0;
  std::uint32_t bytes = 0;
};

// The same in a few obvious lines.
struct Model {
  std::map<std::uint32_t, std::uint32_t> queue;  // arrival number -> call
  std::map<std::uint32_t, ModelCall> promised;   // call -> waits or is away
  std::uint32_t arrivals = 0;

  [[nodiscard]] bool has_room(std::uint32_t call, std::uint32_t bytes) const {
    std::uint64_t sum = bytes;
    for (const auto& [other, promise] : promised) {
      sum += promise.bytes;
    }
    return promised.contains(call) || (promised.size() < kCallsMax && sum <= kBytesMax);
  }
};

void expect_same(const WaitingCalls& real, const Model& model) {
  RC_ASSERT(real.count() == model.queue.size());
  RC_ASSERT(real.empty() == model.queue.empty());
  CallHandle call = real.first();
  for (const auto& [number, expected] : model.queue) {
    RC_ASSERT(call.value == expected);
    RC_ASSERT(real.holds(call));
    RC_ASSERT(real.number(call) == number);
    call = real.after(call);
  }
  RC_ASSERT(!call.valid());
  for (const std::uint32_t bytes : {0U, 30U, 60U, 100U}) {
    RC_ASSERT(real.has_room(CallHandle{99}, bytes) == model.has_room(99, bytes));
  }
}

WaitingCalls reborn(const WaitingCalls& calls) {
  Writer saved;
  calls.save(saved);
  WaitingCalls restored(kCallsMax, kBytesMax);
  Reader reader(saved.bytes());
  RC_ASSERT(restored.load(reader).has_value());
  RC_ASSERT(reader.finish().has_value());
  return restored;
}

// A call comes, is offered, comes back or ends, in both.
void come_or_go(WaitingCalls& real, Model& model) {
  const auto call = *rc::gen::inRange<std::uint32_t>(0, 12);
  const CallHandle handle{call};
  const auto promise = model.promised.find(call);
  if (promise == model.promised.end()) {
    const auto bytes = *rc::gen::inRange<std::uint32_t>(0, 40);
    RC_ASSERT(real.has_room(handle, bytes) == model.has_room(call, bytes));
    real.settle(handle);  // of a call that never waited: nothing
    if (model.has_room(call, bytes)) {
      model.promised[call] = ModelCall{++model.arrivals, bytes};
      model.queue[model.arrivals] = call;
      real.insert(handle, model.arrivals, bytes);
    }
  } else if (const ModelCall known = promise->second; real.holds(handle)) {
    real.remove(handle);
    model.queue.erase(known.number);
  } else if (*rc::gen::inRange(0, 3) != 0) {
    RC_ASSERT(real.has_room(handle, known.bytes));
    real.insert(handle, known.number, known.bytes);
    model.queue[known.number] = call;
  } else {
    real.settle(handle);
    model.promised.erase(call);
  }
}

TEST(WaitingCalls, AgreesWithASortedMapThroughEveryComingAndGoing) {
  EXPECT_TRUE(rc::check("waiting calls", [] {
    WaitingCalls real(kCallsMax, kBytesMax);
    Model model;
    const int steps = *rc::gen::inRange(0, 200);
    for (int step = 0; step < steps; ++step) {
      come_or_go(real, model);
      expect_same(real, model);
      if (*rc::gen::inRange(0, 8) == 0) {
        real = reborn(real);
        expect_same(real, model);
      }
    }
  }));
}

TEST(WaitingCalls, RefusesBytesThatAreNoQueue) {
  WaitingCalls calls(kCallsMax, kBytesMax);
  for (std::uint32_t call = 0; call < 4; ++call) {
    calls.insert(CallHandle{call}, call + 1, 10);
  }
  calls.remove(CallHandle{1});
  Writer saved;
  calls.save(saved);
  std::vector<std::byte> bytes(saved.bytes().begin(), saved.bytes().end());
  for (std::size_t length = 0; length < bytes.size(); ++length) {
    WaitingCalls restored(kCallsMax, kBytesMax);
    Reader cut{std::span(bytes).first(length)};
    EXPECT_FALSE(restored.load(cut).has_value()) << length;
  }
  // The first eight bytes are the number of links, then come six words for each of them; a link's
  // own number and size mean nothing to the list while it is away.
  std::size_t refused = 0;
  for (std::size_t at = 8; at < bytes.size(); ++at) {
    std::vector<std::byte> damaged = bytes;
    damaged[at] = std::byte{0xee};
    WaitingCalls restored(kCallsMax, kBytesMax);
    Reader reader(damaged);
    refused += restored.load(reader).has_value() ? 0U : 1U;
  }
  EXPECT_GT(refused, bytes.size() / 2);
}

}  // namespace
}  // namespace fn::core
