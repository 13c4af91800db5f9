// SPDX-License-Identifier: Apache-2.0
//
// Goal: a runner that was ordered is either delivered or ordered again, with growing pauses.

#include "core/pool/order_book.h"

#include <vector>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

using namespace std::chrono_literals;

constexpr Instant at(Duration since_start) {
  return Instant(since_start);
}

OrderBook::Order place(OrderBook& book, Instant now, std::uint32_t count) {
  OrderBook::Order order;
  EXPECT_TRUE(book.place(now, count, order));
  return order;
}

TEST(OrderBook, CountsAnOrderUntilItsRunnersTurnUp) {
  OrderBook book(OrderConfig{}, 0);
  place(book, at(0s), 2);
  EXPECT_EQ(book.ordered(), 2U);
  EXPECT_TRUE(book.deliver());
  EXPECT_TRUE(book.deliver());
  EXPECT_EQ(book.ordered(), 0U);
  EXPECT_EQ(book.next_deadline(), kNever);
  EXPECT_FALSE(book.deliver());
}

TEST(OrderBook, KnowsWhatIsGranted) {
  OrderBook book(OrderConfig{}, 5);
  OrderBook::Failure failure;
  EXPECT_EQ(place(book, at(0s), 3).id, 5U);
  EXPECT_EQ(book.booting(), 0U);
  EXPECT_TRUE(book.answer(at(1s), 5, 3, failure));
  EXPECT_EQ(failure.missing, 0U);
  EXPECT_EQ(book.booting(), 3U);
  EXPECT_FALSE(book.answer(at(1s), 5, 3, failure)) << "an order is answered once";
  EXPECT_FALSE(book.answer(at(1s), 6, 3, failure));
}

TEST(OrderBook, OrdersAgainWhatWasNotDeliveredInTime) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  OrderBook::Order order;
  place(book, at(0s), 5);
  book.deliver();
  EXPECT_EQ(book.next_deadline(), at(300s));
  EXPECT_FALSE(book.fail_overdue(at(299s), failure));
  ASSERT_TRUE(book.fail_overdue(at(300s), failure));
  EXPECT_EQ(failure.missing, 4U);
  EXPECT_EQ(failure.pause, 1s);
  EXPECT_EQ(book.ordered(), 4U);
  EXPECT_EQ(book.paused(), 4U);
  EXPECT_FALSE(book.retry(at(300s), order));
  ASSERT_TRUE(book.retry(at(301s), order));
  EXPECT_EQ(order.missing, 4U);
  EXPECT_EQ(order.id, 1U);
  EXPECT_EQ(book.next_deadline(), at(601s));
}

TEST(OrderBook, DoublesThePauseFromFailureToFailureUpToAMinuteUntilADelivery) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  OrderBook::Order order = place(book, at(0s), 1);
  Instant now = at(0s);
  std::vector<std::int64_t> pauses;
  for (int failures = 0; failures < 8; ++failures) {
    ASSERT_TRUE(book.answer(now, order.id, 0, failure));
    pauses.push_back(failure.pause / 1s);
    now += failure.pause;
    ASSERT_TRUE(book.retry(now, order));
  }
  EXPECT_EQ(pauses, (std::vector<std::int64_t>{1, 2, 4, 8, 16, 32, 60, 60}));
  EXPECT_TRUE(book.deliver());
  order = place(book, now, 1);
  ASSERT_TRUE(book.answer(now, order.id, 0, failure));
  EXPECT_EQ(failure.pause, 1s);
}

TEST(OrderBook, HoldsFurtherWishesBackWhileAPauseRuns) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  OrderBook::Order order = place(book, at(0s), 2);
  book.answer(at(0s), order.id, 1, failure);
  EXPECT_EQ(failure.missing, 1U);
  EXPECT_FALSE(book.place(at(0s), 3, order));
  EXPECT_EQ(book.ordered(), 5U);
  ASSERT_TRUE(book.retry(at(1s), order));
  EXPECT_EQ(order.missing, 4U);
}

TEST(OrderBook, ForgetsOnlyWhatWaitsToBeOrderedAgain) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  const OrderBook::Order order = place(book, at(0s), 3);
  EXPECT_EQ(book.cancel(3), 0U);
  book.answer(at(0s), order.id, 1, failure);
  EXPECT_EQ(book.cancel(9), 2U);
  EXPECT_EQ(book.ordered(), 1U);
  EXPECT_EQ(book.next_deadline(), at(300s)) << "no pause is left to wait for";
}

TEST(OrderBook, ALateDeliveryIsOrderedOnceLess) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  place(book, at(0s), 1);
  book.fail_overdue(at(300s), failure);
  EXPECT_TRUE(book.deliver());
  EXPECT_EQ(book.next_deadline(), kNever);
}

TEST(OrderBook, DoesNotTakeEarlyDeliveriesForRefusals) {
  OrderBook book(OrderConfig{}, 0);
  OrderBook::Failure failure;
  const OrderBook::Order order = place(book, at(0s), 5);
  book.deliver();
  book.deliver();
  book.answer(at(0s), order.id, 4, failure);
  EXPECT_EQ(failure.missing, 1U);
  EXPECT_EQ(book.booting(), 2U);
}

TEST(OrderBook, WithoutRetriesForgetsWhatIsRefusedAndWaitsForEverForTheRest) {
  OrderConfig config;
  config.retry = false;
  OrderBook book(config, 0);
  OrderBook::Failure failure;
  const OrderBook::Order order = place(book, at(0s), 3);
  book.answer(at(0s), order.id, 1, failure);
  EXPECT_EQ(failure.missing, 2U);
  EXPECT_EQ(book.forgotten(), 2U);
  EXPECT_EQ(book.ordered(), 1U);
  EXPECT_EQ(book.next_deadline(), kNever);
}

}  // namespace
}  // namespace fn::core
