// SPDX-License-Identifier: Apache-2.0
//
// Goal: the logs of the last calls are kept, by number and by bytes, and whatever comes too late is
// passed over.

#include "services/runner/call_log_store.h"

#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

std::string log_of(const CallLogStore& store, const std::string& call_id) {
  const CallLogStore::Kept* const kept = store.find(call_id);
  return kept == nullptr ? "unknown" : kept->log;
}

TEST(CallLogStore, KnowsACallFromItsBeginAndItsLogOnceItIsSaid) {
  CallLogStore store({10, 100});
  EXPECT_EQ(log_of(store, "one"), "unknown");
  const auto one = store.begin("one", 7);
  EXPECT_EQ(log_of(store, "one"), "");
  EXPECT_EQ(store.find("one")->container, 7U);
  store.set(one, "hello");
  EXPECT_EQ(log_of(store, "one"), "hello");
}

TEST(CallLogStore, ForgetsTheOldestCallsBeyondTheirNumber) {
  CallLogStore store({2, 100});
  const auto one = store.begin("one", 1);
  store.set(one, "1");
  store.set(store.begin("two", 1), "2");
  store.set(store.begin("three", 1), "3");
  EXPECT_EQ(log_of(store, "one"), "unknown");
  EXPECT_EQ(log_of(store, "two"), "2");
  EXPECT_EQ(log_of(store, "three"), "3");
  store.set(one, "of a call that was let go");
  EXPECT_EQ(log_of(store, "three"), "3");
}

TEST(CallLogStore, ForgetsTheOldestCallsBeyondTheBytes) {
  CallLogStore store({100, 10});
  store.set(store.begin("one", 1), "1111");
  store.set(store.begin("two", 1), "2222");
  store.set(store.begin("three", 1), "3333");
  EXPECT_EQ(log_of(store, "one"), "unknown");
  EXPECT_EQ(log_of(store, "two"), "2222");
  store.set(store.begin("four", 1), "444444");
  EXPECT_EQ(log_of(store, "two"), "unknown");
  EXPECT_EQ(log_of(store, "three"), "3333");
  EXPECT_EQ(log_of(store, "four"), "444444");
}

TEST(CallLogStore, KeepsTheEndOfALogThatIsLongerThanAllMayBe) {
  CallLogStore store({100, 4});
  const auto one = store.begin("one", 1);
  store.set(one, "123456");
  EXPECT_EQ(log_of(store, "one"), "3456");
  store.set(one, "12345678");
  EXPECT_EQ(log_of(store, "one"), "5678");
  store.set(store.begin("two", 1), "x");
  EXPECT_EQ(log_of(store, "one"), "unknown");
  EXPECT_EQ(log_of(store, "two"), "x");
}

TEST(CallLogStore, AShorterTextSaysNothingNew) {
  CallLogStore store({10, 100});
  const auto one = store.begin("one", 1);
  store.set(one, "all of it");
  store.set(one, "");
  store.set(one, "all");
  EXPECT_EQ(log_of(store, "one"), "all of it");
}

TEST(CallLogStore, AContainersLastWordsAreAskedForByCall) {
  CallLogStore store({10, 100});
  store.begin("one", 1);
  store.begin("two", 2);
  store.begin("three", 1);
  store.renew(1, [](const std::string& call_id) { return "of " + call_id; });
  EXPECT_EQ(log_of(store, "one"), "of one");
  EXPECT_EQ(log_of(store, "two"), "");
  EXPECT_EQ(log_of(store, "three"), "of three");
}

TEST(CallLogStore, TheLastOfCallsOfOneIdIsFound) {
  CallLogStore store({10, 100});
  store.set(store.begin("one", 1), "first");
  store.set(store.begin("one", 2), "again");
  EXPECT_EQ(log_of(store, "one"), "again");
}

TEST(CallLogStore, KeepsNothingWhereNothingMayBeKept) {
  CallLogStore store({0, 100});
  store.set(store.begin("one", 1), "1");
  EXPECT_EQ(log_of(store, "one"), "unknown");
}

}  // namespace
}  // namespace fn::services
