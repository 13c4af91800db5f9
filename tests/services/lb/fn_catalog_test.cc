// SPDX-License-Identifier: Apache-2.0
//
// Goal: what is known is used for its time, misses are merged, errors keep their status, and an API
// server that is away does not break functions already known.

#include "services/lb/fn_catalog.h"

#include <chrono>
#include <map>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

// An API server of a few fixed pages, which counts what it is asked.
class PagesPort final : public ApiPort {
 public:
  void ask(HttpRequestHead head, std::string /*body*/, Handler handler) override {
    asked.push_back(head.target);
    if (away) {
      handler(core::fail(core::ErrorCode::kUnavailable, "connection refused"));
    } else if (const auto page = pages.find(head.target); page != pages.end()) {
      handler(HttpResponse{200, {}, page->second});
    } else {
      handler(HttpResponse{404, {}, R"({"message":"Fn not found"})"});
    }
  }

  std::map<std::string, std::string> pages = {
      {"/v2/fns/F1",
       R"({"id":"F1","app_id":"A1","name":"f","image":"i","memory":256,"timeout":5,
           "config":{"BOTH":"fn","FN":"1"}})"},
      {"/v2/apps/A1", R"({"id":"A1","name":"app","config":{"BOTH":"app","APP":"1"}})"},
      {"/v2/apps?name=app", R"({"items":[{"id":"A1","name":"app","config":{"APP":"1"}}]})"},
      {"/v2/runner/apps/A1/triggerBySource/http/a/b%20c", R"({"fn_id":"F1"})"},
      {"/v1/apps/app", R"({"app":{"name":"app","config":{"APP":"1"}}})"},
      {"/v1/apps/app/routes/%2Fhello",
       R"({"route":{"path":"/hello","image":"i","app_id":"A1","fn_id":"F1","format":"default",
           "cpus":"100m","headers":{"X-Route":["yes"]}}})"},
  };
  std::vector<std::string> asked;
  bool away = false;
};

class FnCatalogTest : public testing::Test {
 protected:
  FnFound find(const FnAddress& address) {
    FnFound found;
    bool answered = false;
    catalog.find(address, [&](const FnFound& answer) {
      found = answer;
      answered = true;
    });
    if (!answered) {
      loop.post([this] { loop.post([this] { loop.stop(); }); });
      loop.run();
    }
    EXPECT_TRUE(answered);
    return found;
  }

  Loop loop;
  PagesPort port;
  FnCatalog catalog{loop, port, {.age = std::chrono::milliseconds(30)}};
};

const FnAddress kFn{FnAddress::Kind::kFn, "", "F1"};

TEST_F(FnCatalogTest, AFunctionsConfigWinsOverItsApps) {
  const FnFound found = find(kFn);
  ASSERT_NE(found.function, nullptr);
  EXPECT_EQ(found.function->setup.memory.value, 256);
  EXPECT_EQ(found.function->setup.app_name, "app");
  const std::vector<std::pair<std::string, std::string>> merged = {
      {"APP", "1"}, {"BOTH", "fn"}, {"FN", "1"}};
  EXPECT_EQ(found.function->setup.config, merged);
}

TEST_F(FnCatalogTest, FindsTriggersAndRoutesByNameAndPath) {
  const FnFound trigger = find({FnAddress::Kind::kTrigger, "app", "/a/b c"});
  ASSERT_NE(trigger.function, nullptr) << trigger.message;
  EXPECT_EQ(trigger.function->setup.fn_id, "F1");
  const FnFound route = find({FnAddress::Kind::kRoute, "app", "/hello"});
  ASSERT_NE(route.function, nullptr) << route.message;
  EXPECT_EQ(route.function->setup.format, "default");
  EXPECT_EQ(route.function->setup.cpu.value, 100);
  EXPECT_EQ(route.function->route_headers, (HttpHeaders{{"X-Route", "yes"}}));
}

TEST_F(FnCatalogTest, AsksOnceForManyCallsAndNotAgainWhileItIsFresh) {
  int answers = 0;
  for (int call = 0; call < 5; ++call) {
    catalog.find(kFn, [&answers](const FnFound& found) {
      EXPECT_NE(found.function, nullptr);
      ++answers;
    });
  }
  find(kFn);
  EXPECT_EQ(answers, 5);
  EXPECT_EQ(port.asked.size(), 2U);
}

TEST_F(FnCatalogTest, AChangeIsSeenOnceTheAgeIsOverAndAnUnchangedFunctionStaysTheSame) {
  const FunctionVersionPtr first = find(kFn).function;
  LoopTimer timer(loop);
  timer.set_after(std::chrono::milliseconds(40), [this] { loop.stop(); });
  loop.run();
  EXPECT_EQ(find(kFn).function, first);
  EXPECT_EQ(port.asked.size(), 4U);
  port.pages["/v2/apps/A1"] = R"({"id":"A1","name":"app","config":{"APP":"2"}})";
  timer.set_after(std::chrono::milliseconds(40), [this] { loop.stop(); });
  loop.run();
  EXPECT_NE(find(kFn).function, first);
}

TEST_F(FnCatalogTest, AnErrorKeepsItsStatusAndTextAndIsNotKept) {
  const FnFound missing = find({FnAddress::Kind::kFn, "", "F2"});
  EXPECT_EQ(missing.function, nullptr);
  EXPECT_EQ(missing.status, 404U);
  EXPECT_EQ(missing.message, "Fn not found");
  EXPECT_TRUE(missing.reached);
  port.pages["/v2/fns/F2"] = port.pages["/v2/fns/F1"];
  EXPECT_NE(find({FnAddress::Kind::kFn, "", "F2"}).function, nullptr);
}

TEST_F(FnCatalogTest, KnownFunctionsAreServedWhileTheApiServerIsAway) {
  const FunctionVersionPtr known = find(kFn).function;
  port.away = true;
  LoopTimer timer(loop);
  timer.set_after(std::chrono::milliseconds(40), [this] { loop.stop(); });
  loop.run();
  EXPECT_EQ(find(kFn).function, known);
  const FnFound unknown = find({FnAddress::Kind::kFn, "", "F2"});
  EXPECT_EQ(unknown.function, nullptr);
  EXPECT_FALSE(unknown.reached);
}

}  // namespace
}  // namespace fn::services
