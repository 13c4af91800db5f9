// SPDX-License-Identifier: Apache-2.0

#include "core/pool/order_book.h"

#include <algorithm>

namespace fn::core {

bool OrderBook::place(Instant now, std::uint32_t count, Order& order) {
  if (paused_ > 0) {
    paused_ += count;
    return false;
  }
  const Instant deadline = config_.retry ? later(now, config_.deadline) : kNever;
  order = Order{deadline, next_order_, count, count, 0};
  ++next_order_;
  placed_ += count;
  orders_.push_back(order);
  return true;
}

OrderBook::Failure OrderBook::fail_part(Instant now, std::uint32_t id, std::uint32_t missing) {
  if (!config_.retry) {
    forgotten_ += missing;
    return Failure{id, missing, Duration::zero()};
  }
  // Several failures at one pause are one: they are tried again together.
  if (paused_ == 0) {
    pause_ = pause_ == Duration::zero() ? config_.first_pause
                                        : std::min(pause_ + pause_, config_.longest_pause);
    retry_at_ = later(now, pause_);
  }
  paused_ += missing;
  return Failure{id, missing, pause_};
}

bool OrderBook::answer(Instant now, std::uint32_t id, std::uint32_t granted, Failure& failure) {
  const auto found = std::find_if(orders_.begin(), orders_.end(), [id](const Order& order) {
    return order.id == id && order.answered == 0;
  });
  failure = Failure{};
  if (found == orders_.end()) {
    return false;
  }
  found->answered = 1;
  // Some may have turned up before the answer did.
  const std::uint32_t not_granted = found->asked - std::min(found->asked, granted);
  const std::uint32_t refused = std::min(not_granted, found->missing);
  found->missing -= refused;
  placed_ -= refused;
  if (found->missing == 0) {
    orders_.erase(found);
  }
  if (refused > 0) {
    failure = fail_part(now, id, refused);
  }
  return true;
}

bool OrderBook::deliver() {
  if (placed_ > 0) {
    Order& oldest = orders_.front();
    --oldest.missing;
    --placed_;
    if (oldest.missing == 0) {
      orders_.erase(orders_.begin());
    }
  } else if (paused_ > 0) {
    cancel(1);  // delivered late: one less to ask for again
  } else {
    return false;
  }
  pause_ = Duration::zero();
  return true;
}

bool OrderBook::fail_overdue(Instant now, Failure& failure) {
  if (orders_.empty() || orders_.front().deadline > now) {
    return false;
  }
  const Order order = orders_.front();
  orders_.erase(orders_.begin());
  placed_ -= order.missing;
  failure = fail_part(now, order.id, order.missing);
  return true;
}

bool OrderBook::retry(Instant now, Order& order) {
  if (paused_ == 0 || retry_at_ > now) {
    return false;
  }
  const std::uint32_t count = paused_;
  cancel(count);
  return place(now, count, order);
}

std::uint32_t OrderBook::cancel(std::uint32_t count) {
  const std::uint32_t cancelled = std::min(count, paused_);
  paused_ -= cancelled;
  if (paused_ == 0) {
    retry_at_ = kNever;
  }
  return cancelled;
}

Instant OrderBook::next_deadline() const {
  return orders_.empty() ? retry_at_ : std::min(orders_.front().deadline, retry_at_);
}

std::uint32_t OrderBook::booting() const {
  std::uint32_t granted = 0;
  for (const Order& order : orders_) {
    granted += order.answered != 0 ? order.missing : 0;
  }
  return granted;
}

void OrderBook::save(Writer& out) const {
  out.pod(next_order_);
  out.list(orders_);
  out.pod(paused_);
  out.pod(to_ns(retry_at_));
  out.pod(pause_.count());
  out.pod(forgotten_);
}

Status OrderBook::load(Reader& in) {
  std::int64_t retry_at = 0;
  std::int64_t pause = 0;
  in.pod(next_order_);
  in.list(orders_);
  in.pod(paused_);
  in.pod(retry_at);
  in.pod(pause);
  in.pod(forgotten_);
  retry_at_ = Instant(Duration(retry_at));
  pause_ = Duration(pause);
  placed_ = 0;
  for (const Order& order : orders_) {
    if (order.missing == 0 || order.missing > order.asked ||
        order.missing > 0xffffffffU - placed_) {
      return fail(ErrorCode::kInvalidArgument, "saved orders: an order with wrong numbers");
    }
    placed_ += order.missing;
  }
  if (in.failed() || pause_ < Duration::zero()) {
    return fail(ErrorCode::kInvalidArgument, "saved orders: cut short");
  }
  return {};
}

}  // namespace fn::core
