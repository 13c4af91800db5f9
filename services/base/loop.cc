// SPDX-License-Identifier: Apache-2.0

#include "services/base/loop.h"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

#include <boost/asio/executor_work_guard.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>

#include "services/base/clock.h"

namespace fn::services {
namespace asio = boost::asio;

namespace {

// Ready work beyond this waits for the next batch, so that time and deadlines move on.
constexpr int kBatchMax = 256;

}  // namespace

struct Loop::State {
  asio::io_context io{1};
  asio::executor_work_guard<asio::io_context::executor_type> guard = asio::make_work_guard(io);
  std::vector<std::function<void()>> hooks;
  std::vector<Source*> sources;
  core::Instant now{};
  bool now_is_read = false;

  int handled = 0;     // handlers that ran in this batch
  bool asked = false;  // the sources were asked in this batch

  void ask_sources();
};

Loop::Loop() : state_(std::make_unique<State>()) {}

Loop::~Loop() = default;

core::Instant Loop::now() {
  if (!state_->now_is_read) {
    state_->now = steady_now();
    state_->now_is_read = true;
  }
  return state_->now;
}

void Loop::post(std::function<void()> work) {
  asio::post(state_->io, std::move(work));
}

void Loop::at_batch_end(std::function<void()> hook) {
  state_->hooks.push_back(std::move(hook));
}

void Loop::add(Source& source) {
  state_->sources.push_back(&source);
  source.rest();
}

void Loop::remove(Source& source) {
  std::erase(state_->sources, &source);
}

void Loop::ask() {
  asio::post(state_->io, [this] { state_->ask_sources(); });
}

// Runs as a handler: what handlers begin costs Asio no wake-up of its own.
void Loop::State::ask_sources() {
  bool found = handled > 0;
  std::size_t asking = 0;
  while (asking < sources.size()) {  // what comes may add a source
    found |= sources[asking++]->poll();
  }
  asked = true;
  if (found) {
    asio::post(io, [this] { ask_sources(); });
    return;
  }
  for (Source* const source : sources) {
    source->rest();
  }
}

void Loop::run() {
  State& state = *state_;
  if (!state.sources.empty()) {
    ask();  // what came before
  }
  while (state.io.run_one() > 0) {
    while (++state.handled < kBatchMax && !state.asked && state.io.poll_one() > 0) {
    }
    state.handled = 0;
    state.asked = false;
    for (const auto& hook : state.hooks) {
      hook();
    }
    state.now_is_read = false;
  }
  state.io.restart();
}

void Loop::stop() {
  state_->io.stop();
}

asio::io_context& Loop::io() {
  return state_->io;
}

struct LoopTimer::State {
  explicit State(asio::io_context& io) : timer(io) {}

  asio::steady_timer timer;
  std::function<void()> handler;
  std::uint64_t setting = 0;  // so that a wait that was replaced does not speak for the new one
};

LoopTimer::LoopTimer(Loop& loop) : state_(std::make_shared<State>(loop.io())) {}

LoopTimer::~LoopTimer() {
  cancel();
}

void LoopTimer::set(core::Instant at, std::function<void()> handler) {
  const std::uint64_t setting = ++state_->setting;
  state_->handler = std::move(handler);
  state_->timer.expires_at(std::chrono::steady_clock::time_point{at.time_since_epoch()});
  state_->timer.async_wait([state = state_, setting](const boost::system::error_code& error) {
    if (!error && setting == state->setting && state->handler) {
      std::exchange(state->handler, nullptr)();
    }
  });
}

void LoopTimer::set_after(core::Duration delay, std::function<void()> handler) {
  set(core::later(steady_now(), delay), std::move(handler));
}

void LoopTimer::cancel() {
  ++state_->setting;
  state_->handler = nullptr;
  boost::system::error_code ignored;
  state_->timer.cancel(ignored);
}

}  // namespace fn::services
