// SPDX-License-Identifier: Apache-2.0

#include "services/base/log.h"

#include <chrono>
#include <condition_variable>
#include <mutex>
#include <thread>
#include <utility>

#include "services/base/clock.h"
#include "services/base/log_sink.h"
#include "services/base/log_text.h"

namespace fn::services {

namespace {

constexpr auto kPause = std::chrono::milliseconds(5);

}  // namespace

struct Log::State {
  State(Writing how, Sink where) : writing(std::move(how)), sink(std::move(where)) {}

  void put(std::string_view line) {
    const std::lock_guard lock(mutex);
    if (pending.size() + line.size() > writing.buffer_bytes) {
      ++dropped;
      ++unsaid;
      return;
    }
    pending += line;
    if (sleeps || half_full()) {
      sleeps = false;
      work.notify_one();
    }
  }

  [[nodiscard]] bool half_full() const { return pending.size() > writing.buffer_bytes / 2; }

  // The writer thread.
  void run() {
    std::string lines;
    std::unique_lock lock(mutex);
    while (true) {
      sleeps = pending.empty();
      work.wait(lock, [this] { return over || !pending.empty(); });
      sleeps = false;
      if (pending.empty()) {
        return;
      }
      lines.clear();
      lines.swap(pending);
      const std::uint64_t missing = std::exchange(unsaid, 0);
      busy = true;
      lock.unlock();
      if (missing > 0) {
        append_line(lines,
                    writing,
                    wall_now_ns(),
                    LogLevel::kWarn,
                    "log lines were dropped: they came faster than they could be written",
                    {{"lines", missing}});
      }
      const std::uint64_t lost = sink(lines);
      lock.lock();
      dropped += lost;
      busy = false;
      idle.notify_all();
      // Waking this thread is what costs a line most: those of the next moment go together.
      work.wait_for(lock, kPause, [this] { return over || waiting > 0 || half_full(); });
    }
  }

  Writing writing;
  Sink sink;
  std::mutex mutex;
  std::condition_variable work;
  std::condition_variable idle;
  std::string pending;
  std::uint64_t dropped = 0;
  std::uint64_t unsaid = 0;
  int waiting = 0;      // in flush()
  bool sleeps = false;  // until it is told of a line
  bool busy = false;
  bool over = false;
  std::thread writer;
};

Log::Log(Writing writing, Sink sink)
    : level_(writing.level), state_(std::make_unique<State>(std::move(writing), std::move(sink))) {
  state_->writer = std::thread([state = state_.get()] { state->run(); });
}

Log::~Log() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->over = true;
  }
  state_->work.notify_one();
  state_->writer.join();
}

core::Result<std::unique_ptr<Log>> Log::open(const LogOptions& options) {
  auto destination = open_log_destination(options);
  if (!destination) {
    return tl::unexpected(destination.error());
  }
  destination->writing.level = options.level;
  destination->writing.prefix = options.prefix;
  return std::make_unique<Log>(std::move(destination->writing), std::move(destination->sink));
}

void Log::write_line(LogLevel level, std::string_view message, LogFields fields) {
  // Its memory stays for the next line of this thread.
  thread_local std::string line;
  line.clear();
  append_line(line, state_->writing, wall_now_ns(), level, message, fields);
  state_->put(line);
}

bool Log::flush(core::Duration limit) {
  std::unique_lock lock(state_->mutex);
  ++state_->waiting;
  state_->work.notify_one();
  const bool done = state_->idle.wait_for(
      lock, limit, [this] { return state_->pending.empty() && !state_->busy; });
  --state_->waiting;
  return done;
}

std::uint64_t Log::dropped() const {
  const std::lock_guard lock(state_->mutex);
  return state_->dropped;
}

}  // namespace fn::services
