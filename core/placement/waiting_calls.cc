// SPDX-License-Identifier: Apache-2.0

#include "core/placement/waiting_calls.h"

#include "core/base/assert.h"

namespace fn::core {

void WaitingCalls::insert(CallHandle call, std::uint32_t number, std::uint32_t body_bytes) {
  if (call.value >= links_.size()) {
    links_.resize(call.value + std::size_t{1});
  }
  FN_ASSERT(links_[call.value].waiting == 0);
  // New calls belong at the end, returning ones near the front.
  CallHandle previous = last_;
  if (first_.valid() && number < links_[first_.value].number) {
    previous = CallHandle{};
  } else {
    const std::uint32_t first_number = first_.valid() ? links_[first_.value].number : 0;
    if (last_.valid() && number < links_[last_.value].number &&
        number - first_number < links_[last_.value].number - number) {
      previous = first_;
      while (links_[links_[previous.value].next.value].number < number) {
        previous = links_[previous.value].next;
      }
    } else {
      while (previous.valid() && links_[previous.value].number > number) {
        previous = links_[previous.value].previous;
      }
    }
  }
  Link& link = links_[call.value];
  link = Link{.previous = previous,
              .next = previous.valid() ? links_[previous.value].next : first_,
              .number = number,
              .body_bytes = body_bytes,
              .waiting = 1};
  (link.previous.valid() ? links_[link.previous.value].next : first_) = call;
  (link.next.valid() ? links_[link.next.value].previous : last_) = call;
  ++count_;
  bytes_ += body_bytes;
}

void WaitingCalls::remove(CallHandle call) {
  FN_ASSERT(holds(call));
  Link& link = links_[call.value];
  (link.previous.valid() ? links_[link.previous.value].next : first_) = link.next;
  (link.next.valid() ? links_[link.next.value].previous : last_) = link.previous;
  link.waiting = 0;
  --count_;
  bytes_ -= link.body_bytes;
}

void WaitingCalls::save(Writer& out) const {
  out.list(links_);
  out.pod(first_);
  out.pod(last_);
  out.pod(count_);
  out.pod(bytes_);
}

void WaitingCalls::load(Reader& in) {
  in.list(links_);
  in.pod(first_);
  in.pod(last_);
  in.pod(count_);
  in.pod(bytes_);
}

}  // namespace fn::core
