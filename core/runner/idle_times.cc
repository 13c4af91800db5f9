// SPDX-License-Identifier: Apache-2.0
//
// Functions' own idle times on a runner. Few distinct ones are in use, so each has a lane of ends,
// in order by itself, beside the runner's own time, for which the list of idle containers suffices.

#include <algorithm>
#include <limits>
#include <utility>

#include "core/base/assert.h"
#include "core/runner/runner.h"

namespace fn::core {

// The place of this time plus one, taken on first sight; zero: the runner's own time comes first,
// or there are too many distinct ones.
std::uint8_t Runner::idle_time_of(Duration timeout) {
  if (timeout <= Duration::zero() || timeout >= config_.idle_timeout ||
      config_.idle_timeout == kForever) {
    return 0;
  }
  const auto known = std::ranges::find(own_idle_, timeout, &OwnIdle::timeout);
  if (known != own_idle_.end()) {
    return static_cast<std::uint8_t>(known - own_idle_.begin() + 1);
  }
  if (own_idle_.size() == std::numeric_limits<std::uint8_t>::max()) {
    return 0;
  }
  own_idle_.push_back(OwnIdle{.timeout = timeout, .ends = {}});
  return static_cast<std::uint8_t>(own_idle_.size());
}

bool Runner::is_current(const TimerLane::Timer& timer) const {
  return timer.subject < containers_.slots().size() &&
         containers_.slots()[timer.subject].idle_number == timer.generation;
}

void Runner::begin_own_idle(ContainerHandle handle) {
  Container& container = containers_.at(handle);
  OwnIdle& own = own_idle_[container.idle_time - std::size_t{1}];
  const Instant end = later(now_, own.timeout);
  container.idle_number = ++idle_numbers_;
  own.ends.set(end, handle.value, container.idle_number);
  own_expiry_ = earlier(own_expiry_, end);
}

void Runner::end_own_idle(ContainerHandle handle) {
  Container& container = containers_.at(handle);
  OwnIdle& own = own_idle_[container.idle_time - std::size_t{1}];
  container.idle_number = 0;
  own.ends.cancel();
  if (later(containers_.idle_since(handle), own.timeout) <= own_expiry_) {
    find_own_expiry();
  }
}

void Runner::find_own_expiry() {
  own_expiry_ = kNever;
  for (OwnIdle& own : own_idle_) {
    const TimerLane::Timer* const first =
        own.ends.head([this](const TimerLane::Timer& timer) { return is_current(timer); });
    if (first != nullptr) {
      own_expiry_ = earlier(own_expiry_, first->at);
    }
  }
}

// REQUIRES: one expires at own_expiry_.
ContainerHandle Runner::first_expired_own() {
  for (OwnIdle& own : own_idle_) {
    const TimerLane::Timer* const first =
        own.ends.head([this](const TimerLane::Timer& timer) { return is_current(timer); });
    if (first != nullptr && first->at == own_expiry_) {
      return ContainerHandle{first->subject};
    }
  }
  FN_ASSERT(false);
  return {};
}

void Runner::save_own_idle(Writer& out) const {
  out.pod(idle_numbers_);
  out.pod(static_cast<std::uint32_t>(own_idle_.size()));
  for (const OwnIdle& own : own_idle_) {
    out.pod(own.timeout.count());
    own.ends.save(out);
  }
}

// False: the ends are not those of the containers. REQUIRES: the containers are loaded.
bool Runner::load_own_idle(Reader& in) {
  std::uint32_t count = 0;
  in.pod(idle_numbers_);
  in.pod(count);
  if (count > std::numeric_limits<std::uint8_t>::max()) {
    return false;
  }
  own_idle_.clear();
  for (std::uint32_t place = 1; place <= count && !in.failed(); ++place) {
    std::int64_t timeout = 0;
    in.pod(timeout);
    OwnIdle own{.timeout = Duration(timeout), .ends = {}};
    own.ends.load(in);
    const auto live = std::ranges::count_if(containers_.slots(), [&](const Container& container) {
      return is_idle(container) && container.idle_time == place;
    });
    const auto current = [&](const TimerLane::Timer& timer) {
      return is_current(timer) && containers_.slots()[timer.subject].idle_time == place &&
             timer.at == later(containers_.idle_since(ContainerHandle{timer.subject}), own.timeout);
    };
    if (timeout <= 0 ||
        !own.ends.agrees(later(now_, own.timeout), static_cast<std::size_t>(live), current)) {
      return false;
    }
    own_idle_.push_back(std::move(own));
  }
  find_own_expiry();
  // A number that is no end's would never be found again.
  return std::ranges::all_of(containers_.slots(), [&](const Container& container) {
    const bool counts = is_idle(container) && container.idle_time != 0;
    return container.state == ContainerState::kGone ||
           (container.idle_time <= count && container.idle_number <= idle_numbers_ &&
            (container.idle_number != 0) == counts);
  });
}

}  // namespace fn::core
