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
  if (first_.valid() && comes_before(number, links_[first_.value].number)) {
    previous = CallHandle{};
  } else {
    const std::uint32_t first_number = first_.valid() ? links_[first_.value].number : 0;
    if (last_.valid() && comes_before(number, links_[last_.value].number) &&
        number - first_number < links_[last_.value].number - number) {
      previous = first_;
      while (comes_before(links_[links_[previous.value].next.value].number, number)) {
        previous = links_[previous.value].next;
      }
    } else {
      while (previous.valid() && comes_before(number, links_[previous.value].number)) {
        previous = links_[previous.value].previous;
      }
    }
  }
  if (links_[call.value].admitted == 0) {
    ++admitted_;
    bytes_ += body_bytes;
  }
  Link& link = links_[call.value];
  link = Link{.previous = previous,
              .next = previous.valid() ? links_[previous.value].next : first_,
              .number = number,
              .body_bytes = body_bytes,
              .waiting = 1,
              .admitted = 1};
  (link.previous.valid() ? links_[link.previous.value].next : first_) = call;
  (link.next.valid() ? links_[link.next.value].previous : last_) = call;
  ++count_;
}

void WaitingCalls::remove(CallHandle call) {
  FN_ASSERT(holds(call));
  Link& link = links_[call.value];
  (link.previous.valid() ? links_[link.previous.value].next : first_) = link.next;
  (link.next.valid() ? links_[link.next.value].previous : last_) = link.previous;
  link.waiting = 0;
  --count_;
}

void WaitingCalls::save(Writer& out) const {
  out.list(links_);
  out.pod(first_);
  out.pod(last_);
  out.pod(count_);
  out.pod(admitted_);
  out.pod(bytes_);
}

Status WaitingCalls::load(Reader& in) {
  in.list(links_);
  in.pod(first_);
  in.pod(last_);
  in.pod(count_);
  in.pod(admitted_);
  in.pod(bytes_);
  if (in.failed() || !agrees()) {
    return fail(ErrorCode::kInvalidArgument, "saved waiting calls: cut short or of two minds");
  }
  return {};
}

// Whether the links make one list in order of arrival, and the totals are theirs.
bool WaitingCalls::agrees() const {
  std::uint32_t admitted = 0;
  std::uint32_t waiting = 0;
  std::uint64_t bytes = 0;
  for (const Link& link : links_) {
    admitted += link.admitted != 0 ? 1U : 0U;
    bytes += link.admitted != 0 ? link.body_bytes : 0U;
    waiting += link.waiting != 0 ? 1U : 0U;
    if (link.waiting != 0 && link.admitted == 0) {
      return false;
    }
  }
  CallHandle previous;
  std::uint32_t seen = 0;
  for (CallHandle call = first_; call.valid(); call = links_[call.value].next) {
    if (!holds(call) || links_[call.value].previous != previous || seen++ == waiting ||
        (previous.valid() &&
         !comes_before(links_[previous.value].number, links_[call.value].number))) {
      return false;
    }
    previous = call;
  }
  return previous == last_ && seen == waiting && count_ == waiting && admitted_ == admitted &&
         bytes_ == bytes;
}

}  // namespace fn::core
