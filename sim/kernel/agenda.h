// SPDX-License-Identifier: Apache-2.0
//
// A group's agenda: what happens when, in the total order (time, class, order of scheduling).
//
// Messages carry their body. One without delay goes through a ring and never through the heap;
// those with one of the world's two network delays stand in a lane, which is in order by itself.
// Everything else is a word of the caller in a radix heap. Arrivals are the caller's own sorted
// list: it asks what comes before them.

#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

#include "core/base/assert.h"
#include "core/base/time.h"
#include "sim/kernel/radix_heap.h"
#include "sim/kernel/ring_queue.h"

namespace fn::sim {

// At one time: messages first, then these in turn, then arrivals.
enum class EventClass : std::uint8_t { kCompletion, kExpiry, kTimer };

template <typename Message>
class Agenda {
 public:
  // `data_delay`: between LBs and runners; `control_delay`: to and from the NPM.
  Agenda(core::Duration data_delay, core::Duration control_delay)
      : data_{data_delay, {}}, control_{control_delay, {}} {}

  [[nodiscard]] core::Instant now() const { return now_; }

  // Delivers Message(arguments...) after the network's delay.
  template <typename... Arguments>
  void send_data(const Arguments&... arguments) {
    send(data_, arguments...);
  }

  template <typename... Arguments>
  void send_control(const Arguments&... arguments) {
    send(control_, arguments...);
  }

  // Delivers it at this very time, after the messages already due.
  template <typename... Arguments>
  void deliver_now(const Arguments&... arguments) {
    messages_.emplace(arguments...);
  }

  // REQUIRES: `at` is not before now().
  void schedule(core::Instant at, EventClass event_class, std::uint64_t word) {
    FN_ASSERT(at >= now_ && word < kWordLimit);
    if (at == now_) {
      make_due(static_cast<std::size_t>(event_class), word);
      return;
    }
    heap_.push(static_cast<std::uint64_t>(core::to_ns(at)),
               (static_cast<std::uint64_t>(event_class) << kClassShift) | word);
  }

  [[nodiscard]] bool has_message() const { return !messages_.empty(); }

  // The first message due; it stays in place until it is dropped.
  [[nodiscard]] const Message& message() const { return messages_.front(); }

  void drop_message() { messages_.drop(); }

  [[nodiscard]] bool has_due() const { return due_classes_ != 0; }

  // The first word due, in class order. REQUIRES: has_due().
  std::uint64_t take_due() {
    const auto event_class = static_cast<std::size_t>(std::countr_zero(due_classes_));
    RingQueue<std::uint64_t>& due = due_[event_class];
    const std::uint64_t word = due.front();
    due.drop();
    if (due.empty()) {
      due_classes_ &= ~(1U << event_class);
    }
    return word;
  }

  // When the next thing happens; kNever: nothing is planned.
  [[nodiscard]] core::Instant next_time() const {
    const std::uint64_t heap = heap_.earliest();
    const core::Instant planned =
        heap == RadixHeap::kEmpty ? core::kNever
                                  : core::Instant(core::Duration(static_cast<std::int64_t>(heap)));
    return core::earlier(planned, core::earlier(data_.next(), control_.next()));
  }

  // Moves time on and makes due what is planned for then.
  // Completions that are due within a few milliseconds are shown to `soon(word)`, now and then.
  // REQUIRES: nothing is due; now() < `to` <= next_time().
  template <typename Soon>
  void advance(core::Instant to, Soon soon) {
    now_ = to;
    if (!data_.messages.empty() || !control_.messages.empty()) {
      // What took longer was sent earlier.
      const bool data_first = data_.delay > control_.delay;
      arrive(data_first ? data_ : control_);
      arrive(data_first ? control_ : data_);
    }
    if (heap_.earliest() == static_cast<std::uint64_t>(core::to_ns(to))) {
      constexpr std::uint64_t kSoonNs = 4'000'000;
      const std::uint64_t horizon = static_cast<std::uint64_t>(core::to_ns(to)) + kSoonNs;
      heap_.take_earliest(
          [this](std::uint64_t word) {
            make_due(static_cast<std::size_t>(word >> kClassShift), word & (kWordLimit - 1));
          },
          [&soon, horizon](std::uint64_t time, std::uint64_t word) {
            // Completions are of class zero.
            if (time < horizon && word < kWordLimit) {
              soon(word);
            }
          });
    }
  }

 private:
  static constexpr int kClassShift = 61;
  static constexpr std::uint64_t kWordLimit = std::uint64_t{1} << kClassShift;

  struct Delayed {
    Delayed() = default;

    template <typename... Arguments>
    explicit Delayed(core::Instant due, const Arguments&... arguments)
        : at(due), message(arguments...) {}

    core::Instant at;
    Message message;
  };

  struct Lane {
    core::Duration delay;
    RingQueue<Delayed> messages;

    [[nodiscard]] core::Instant next() const {
      return messages.empty() ? core::kNever : messages.front().at;
    }
  };

  template <typename... Arguments>
  void send(Lane& lane, const Arguments&... arguments) {
    if (lane.delay == core::Duration::zero()) {
      messages_.emplace(arguments...);
    } else {
      lane.messages.emplace(now_ + lane.delay, arguments...);
    }
  }

  // Makes due what the lane holds for now.
  void arrive(Lane& lane) {
    while (lane.next() == now_) {
      messages_.emplace(lane.messages.front().message);
      lane.messages.drop();
    }
  }

  void make_due(std::size_t event_class, std::uint64_t word) {
    due_[event_class].emplace(word);
    due_classes_ |= 1U << event_class;
  }

  Lane data_;
  Lane control_;
  core::Instant now_{};
  RingQueue<Message> messages_;
  std::array<RingQueue<std::uint64_t>, 3> due_;  // by class
  std::uint32_t due_classes_ = 0;                // a bit for each class with something due
  RadixHeap heap_;
};

}  // namespace fn::sim
