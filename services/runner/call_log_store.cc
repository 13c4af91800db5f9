// SPDX-License-Identifier: Apache-2.0

#include "services/runner/call_log_store.h"

#include <utility>

namespace fn::services {

std::uint64_t CallLogStore::begin(const std::string& call_id, std::uint32_t container) {
  const std::uint64_t number = next_;
  if (limits_.calls == 0) {
    return number;
  }
  if (next_ - oldest_ == limits_.calls) {
    let_go_of_oldest();
  }
  if (ring_.size() < limits_.calls) {
    ring_.resize(number + 1);
  }
  ++next_;
  Kept& kept = at(number);
  kept.call_id = call_id;
  kept.container = container;
  return number;
}

void CallLogStore::set(std::uint64_t number, std::string log) {
  if (number < oldest_ || number >= next_ || log.size() <= at(number).log.size()) {
    return;
  }
  if (log.size() > limits_.bytes) {
    log.erase(0, log.size() - limits_.bytes);
  }
  bytes_ += log.size() - at(number).log.size();
  at(number).log = std::move(log);
  while (bytes_ > limits_.bytes) {
    let_go_of_oldest();
  }
}

void CallLogStore::renew(std::uint32_t container,
                         const std::function<std::string(const std::string& call_id)>& log_of) {
  for (std::uint64_t number = oldest_; number < next_; ++number) {
    if (at(number).container == container) {
      set(number, log_of(at(number).call_id));
    }
  }
}

const CallLogStore::Kept* CallLogStore::find(const std::string& call_id) const {
  for (std::uint64_t number = next_; number-- > oldest_;) {
    if (at(number).call_id == call_id) {
      return &at(number);
    }
  }
  return nullptr;
}

void CallLogStore::let_go_of_oldest() {
  Kept& kept = at(oldest_++);
  bytes_ -= kept.log.size();
  kept.log = std::string();
}

}  // namespace fn::services
