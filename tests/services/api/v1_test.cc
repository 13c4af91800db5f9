// SPDX-License-Identifier: Apache-2.0
//
// Goal: every row of the v1 tables of Fn's seed (paths, validation, error texts) is answered as
// there, and the API list of the seed's own tests passes: apps, routes, calls. What clients of 2018
// really send (encoded slashes, zero times, async routes) works.

#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using nlohmann::json;

json app_named(const std::string& name, const json& config = json::object()) {
  return {{"app", {{"name", name}, {"config", config}}}};
}

json route_at(const std::string& path, json more = json::object()) {
  more["path"] = path;
  more["image"] = more.value("image", "fnproject/hello");
  return {{"route", more}};
}

json route_with(const json& fields) {
  return {{"route", fields}};
}

class V1 : public ::testing::Test {
 protected:
  void expect_error(const ApiReply& reply, unsigned status, const std::string& text) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.error(), text);
    EXPECT_TRUE(reply.body.contains("error"));
  }

  ApiWorld world;
};

// ---- apps ----

TEST_F(V1, CreatesAnAppWithAndWithoutConfig) {
  const ApiReply made = world.send("POST", "/v1/apps", app_named("test", {{"A", "1"}}));
  EXPECT_EQ(made.status, 200U);
  EXPECT_EQ(made.body["message"], "App successfully created");
  EXPECT_EQ(made.body["app"]["name"], "test");
  EXPECT_EQ(made.body["app"]["config"], (json{{"A", "1"}}));
  const ApiReply plain = world.send("POST", "/v1/apps", json{{"app", {{"name", "plain"}}}});
  EXPECT_EQ(plain.body["app"]["config"], json::object());
}

TEST_F(V1, ShowsAndListsApps) {
  world.send("POST", "/v1/apps", app_named("b"));
  world.send("POST", "/v1/apps", app_named("a"));
  const ApiReply shown = world.get("/v1/apps/a");
  EXPECT_EQ(shown.body["message"], "Successfully loaded app");
  EXPECT_EQ(shown.body["app"]["name"], "a");
  const ApiReply listed = world.get("/v1/apps");
  EXPECT_EQ(listed.body["message"], "Successfully listed applications");
  EXPECT_EQ(listed.body["next_cursor"], "");
  ASSERT_EQ(listed.body["apps"].size(), 2U);
  EXPECT_EQ(listed.body["apps"][0]["name"], "a");
}

TEST_F(V1, RefusesAnAppThatExists) {
  world.send("POST", "/v1/apps", app_named("test"));
  expect_error(world.send("POST", "/v1/apps", app_named("test")), 409, "App already exists");
}

TEST_F(V1, PatchesAnAppSameAddOverwriteAndDelete) {
  const json first = {{"A", "1"}, {"B", "2"}};
  const json made = world.send("POST", "/v1/apps", app_named("test", first)).body["app"];
  const ApiReply same = world.send("PATCH", "/v1/apps/test", app_named("test", first));
  EXPECT_EQ(same.body["message"], "App successfully updated");
  EXPECT_EQ(same.body["app"], made) << "nothing changed, not even updated_at";
  const json change = {{"A", "9"}, {"B", ""}, {"C", "3"}, {"D", ""}};
  world.send("PATCH", "/v1/apps/test", json{{"app", {{"config", change}}}});
  EXPECT_EQ(world.get("/v1/apps/test").body["app"]["config"], (json{{"A", "9"}, {"C", "3"}}));
}

TEST_F(V1, IgnoresTheZeroTimesThatEveryClientSends) {
  world.send("POST", "/v1/apps", app_named("test"));
  const json body = {{"app",
                      {{"name", "test"},
                       {"config", {{"A", "1"}}},
                       {"created_at", "0001-01-01T00:00:00.000Z"},
                       {"updated_at", "0001-01-01T00:00:00.000Z"}}}};
  const json app = world.send("PATCH", "/v1/apps/test", body).body["app"];
  EXPECT_EQ(app["config"], (json{{"A", "1"}}));
  EXPECT_EQ(app["created_at"].get<std::string>().size(), 24U);
  EXPECT_GT(app["created_at"], "2020");
  EXPECT_GE(app["updated_at"], app["created_at"]);
}

TEST_F(V1, AnAppsNameIsImmutable) {
  world.send("POST", "/v1/apps", app_named("test"));
  expect_error(world.send("PATCH", "/v1/apps/test", app_named("other")),
               409,
               "Could not update - name is immutable");
}

TEST_F(V1, MissingAppsAreNotFound) {
  const json app = app_named("", {{"A", "1"}});
  expect_error(world.get("/v1/apps/none"), 404, "App not found");
  expect_error(world.send("PATCH", "/v1/apps/none", app), 404, "App not found");
  expect_error(world.send("DELETE", "/v1/apps/none"), 404, "App not found");
  expect_error(world.get("/v1/apps/none/routes"), 404, "App not found");
  expect_error(world.get("/v1/apps/none/calls"), 404, "App not found");
}

TEST_F(V1, DeletingAnAppRemovesItsRoutes) {
  world.send("POST", "/v1/apps/test/routes", route_at("/hello"));
  EXPECT_EQ(world.send("DELETE", "/v1/apps/test").body["message"], "App deleted");
  expect_error(world.get("/v1/apps/test"), 404, "App not found");
  world.send("POST", "/v1/apps", app_named("test"));
  EXPECT_EQ(world.get("/v1/apps/test/routes").body["routes"], json::array());
}

TEST_F(V1, RefusesWrongAppsInFnsWords) {
  expect_error(world.send("POST", "/v1/apps", "{"), 400, "Invalid JSON");
  expect_error(world.send("POST", "/v1/apps", ""), 400, "Invalid JSON");
  expect_error(world.send("POST", "/v1/apps", "{}"), 400, "Missing new application");
  expect_error(world.send("POST", "/v1/apps", "[]"), 400, "Missing new application");
  expect_error(world.send("POST", "/v1/apps", app_named("")), 400, "Missing app name");
  EXPECT_EQ(world.send("POST", "/v1/apps", app_named(std::string(30, 'a'))).status, 200U);
  expect_error(world.send("POST", "/v1/apps", app_named(std::string(31, 'a'))),
               400,
               "App name must be 30 characters or less");
  for (const char* const name : {"a b", "a/b", "a:b", "a.b", "&&", "\xc3\xbc", "a%20", "a\n"}) {
    expect_error(world.send("POST", "/v1/apps", app_named(name)), 400, "Invalid app name");
  }
  world.send("POST", "/v1/apps", app_named("test"));
  expect_error(world.send("PATCH", "/v1/apps/test", "{}"), 400, "Missing app");
}

// ---- routes ----

TEST_F(V1, CreatesARouteAndItsApp) {
  const ApiReply made = world.send("POST", "/v1/apps/test/routes", route_at("/hello"));
  EXPECT_EQ(made.status, 200U);
  EXPECT_EQ(made.body["message"], "Route successfully created");
  const json& route = made.body["route"];
  EXPECT_EQ(route["path"], "/hello");
  EXPECT_EQ(route["image"], "fnproject/hello");
  EXPECT_EQ(route["memory"], 128);
  EXPECT_EQ(route["timeout"], 30);
  EXPECT_EQ(route["idle_timeout"], 30);
  EXPECT_EQ(route["type"], "sync");
  EXPECT_EQ(route["format"], "default");
  EXPECT_EQ(route["config"], json::object());
  EXPECT_EQ(world.get("/v1/apps/test").status, 200U);
  EXPECT_EQ(route["app_id"], world.get("/v1/apps/test").body["app"]["id"]);
}

TEST_F(V1, KeepsEveryFieldOfARoute) {
  const json fields = {{"type", "async"},
                       {"format", "json"},
                       {"memory", 512},
                       {"cpus", "100m"},
                       {"timeout", 3600},
                       {"idle_timeout", 3600},
                       {"headers", {{"X-Answer", {"a", "b"}}}},
                       {"config", {{"FN_LB_GROUP_ID", "blue"}}}};
  world.send("POST", "/v1/apps/test/routes", route_at("/hello", fields));
  world.restart();
  const ApiReply shown = world.get("/v1/apps/test/routes/hello");
  EXPECT_EQ(shown.body["message"], "Successfully loaded route");
  for (const auto& [key, value] : fields.items()) {
    EXPECT_EQ(shown.body["route"][key], value) << key;
  }
}

TEST_F(V1, TakesARouteAsOneEncodedPieceAndAsPlainPath) {
  world.send("POST", "/v1/apps/test/routes", route_at("/hello"));
  world.send("POST", "/v1/apps/test/routes", route_at("/hello/a"));
  for (const char* const path :
       {"%2Fhello", "hello", "%2fhello%2Fa", "hello/a", "/hello/./b/../a/"}) {
    const std::string target = std::string("/v1/apps/test/routes/") + path;
    EXPECT_EQ(world.get(target).status, 200U) << path;
    EXPECT_EQ(world.send("PATCH", target, route_with({{"memory", 256}})).status, 200U) << path;
    EXPECT_EQ(world.send("PUT", target, route_with({{"memory", 64}})).status, 200U) << path;
  }
  EXPECT_EQ(world.send("DELETE", "/v1/apps/test/routes/%2Fhello").body["message"], "Route deleted");
  EXPECT_EQ(world.send("DELETE", "/v1/apps/test/routes/hello/a").status, 200U);
  expect_error(world.get("/v1/apps/test/routes/%2Fhello"), 404, "Route not found");
}

TEST_F(V1, PutDeploysARouteAndItsApp) {
  const std::string target = "/v1/apps/test/routes/%2Fhello";
  const ApiReply made = world.send("PUT", target, route_with({{"image", "hello:1"}}));
  EXPECT_EQ(made.body["message"], "Route successfully created");
  EXPECT_EQ(made.body["route"]["path"], "/hello");
  const ApiReply changed = world.send("PUT", target, route_at("/hello", {{"image", "hello:2"}}));
  EXPECT_EQ(changed.body["message"], "Route successfully updated");
  EXPECT_EQ(world.get(target).body["route"]["image"], "hello:2");
  expect_error(world.send("PUT", "/v1/apps/new/routes/a", route_at("/b")),
               409,
               "Could not update - path is immutable");
  expect_error(world.get("/v1/apps/new"), 404, "App not found");
}

TEST_F(V1, ListsRoutesByImage) {
  world.send("POST", "/v1/apps/test/routes", route_at("/b", {{"image", "one"}}));
  world.send("POST", "/v1/apps/test/routes", route_at("/a", {{"image", "two"}}));
  const ApiReply all = world.get("/v1/apps/test/routes");
  EXPECT_EQ(all.body["message"], "Successfully listed routes");
  ASSERT_EQ(all.body["routes"].size(), 2U);
  EXPECT_EQ(all.body["routes"][0]["path"], "/a");
  const ApiReply one = world.get("/v1/apps/test/routes?image=one");
  ASSERT_EQ(one.body["routes"].size(), 1U);
  EXPECT_EQ(one.body["routes"][0]["path"], "/b");
}

TEST_F(V1, PatchUpdatesTypeHeadersAndConfigOfARoute) {
  const json before = {{"config", {{"A", "1"}, {"B", "2"}}},
                       {"headers", {{"X-A", {"1"}}, {"X-B", {"2"}}}}};
  world.send("POST", "/v1/apps/test/routes", route_at("/hello", before));
  const json change = {{"type", "async"},
                       {"config", {{"A", ""}, {"C", "3"}}},
                       {"headers", {{"X-A", json::array()}, {"X-C", {"3", "4"}}}}};
  const ApiReply changed = world.send("PATCH", "/v1/apps/test/routes/hello", route_with(change));
  EXPECT_EQ(changed.body["message"], "Route successfully updated");
  const json route = world.get("/v1/apps/test/routes/hello").body["route"];
  EXPECT_EQ(route["type"], "async");
  EXPECT_EQ(route["config"], (json{{"B", "2"}, {"C", "3"}}));
  EXPECT_EQ(route["headers"], (json{{"X-B", {"2"}}, {"X-C", {"3", "4"}}}));
  EXPECT_EQ(route["image"], "fnproject/hello");
}

TEST_F(V1, RefusesRoutesThatExistAreMissingOrMove) {
  world.send("POST", "/v1/apps/test/routes", route_at("/hello"));
  expect_error(
      world.send("POST", "/v1/apps/test/routes", route_at("/hello")), 409, "Route already exists");
  expect_error(world.send("PATCH", "/v1/apps/test/routes/hello", route_at("/other")),
               409,
               "Could not update - path is immutable");
  const std::string missing = "/v1/apps/test/routes/none";
  expect_error(world.get(missing), 404, "Route not found");
  expect_error(world.send("PATCH", missing, route_at("/none")), 404, "Route not found");
  expect_error(world.send("DELETE", missing), 404, "Route not found");
}

TEST_F(V1, RefusesWrongRoutesInFnsWords) {
  struct Case {
    json fields;
    std::string text;
  };

  const std::string timeout =
      "timeout value is out of range. Sync should be between 0 and 120, async should be between 0 "
      "and 3600";
  const std::string idle = "idle_timeout value is out of range. It should be between 0 and 3600";
  const std::string memory = "memory value is out of range. It should be between 0 and 8192";
  const std::string cpus =
      "Cpus is invalid. Value should be either between [0.000 and 1024.000] or [0m and 1024000m]";
  const std::vector<Case> cases = {
      {{{"path", ""}}, "Missing route Path"},
      {{{"path", "hello"}}, "Invalid route path format"},
      {{{"path", "/a/:b"}}, "Dynamic URL is not allowed"},
      {{{"path", "/a?b"}}, "Path malformed"},
      {{{"path", std::string("/a\0b", 4)}}, "Path malformed"},
      {{{"path", "/" + std::string(5000, 'a')}}, "Path malformed"},
      {{{"image", ""}}, "Missing route Image"},
      {{{"type", "later"}}, "Invalid route Type"},
      {{{"format", "xml"}}, "Invalid route Format"},
      {{{"timeout", 121}}, timeout},
      {{{"timeout", -1}}, timeout},
      {{{"type", "async"}, {"timeout", 3601}}, timeout},
      {{{"idle_timeout", 3601}}, idle},
      {{{"idle_timeout", -1}}, idle},
      {{{"memory", 8193}}, memory},
      {{{"memory", -1}}, memory},
      {{{"memory", 18446744073709551615ULL}}, memory},
      {{{"cpus", "1024001m"}}, cpus},
      {{{"cpus", "-1"}}, cpus},
      {{{"cpus", "many"}}, cpus},
      {{{"cpus", "m"}}, cpus},
      {{{"cpus", "nan"}}, cpus},
      {{{"memory", "big"}}, "Invalid JSON: memory: expected a whole number"},
      {{{"headers", {{"X", "y"}}}}, "Invalid JSON: headers: expected lists of strings"},
      {{{"config", {{"X", 1}}}}, "Invalid JSON: config: expected strings"},
  };
  for (const Case& wrong : cases) {
    json fields = {{"path", "/hello"}, {"image", "hello"}};
    fields.update(wrong.fields);
    expect_error(world.send("POST", "/v1/apps/test/routes", route_with(fields)), 400, wrong.text);
  }
  expect_error(world.get("/v1/apps/test"), 404, "App not found");
  expect_error(world.send("POST", "/v1/apps/test/routes", "{}"), 400, "Missing new route");
  expect_error(world.send("PATCH", "/v1/apps/test/routes/a", "{}"), 400, "Missing route");
  expect_error(
      world.send("POST", "/v1/apps/a%20b/routes", route_at("/a")), 400, "Invalid app name");
}

TEST_F(V1, CpusAreShownAsMillis) {
  const std::vector<std::pair<json, std::string>> cases = {
      {"100m", "100m"}, {"0.1", "100m"}, {0.25, "250m"}, {"1024", "1024000m"}, {2, "2000m"}};
  for (const auto& [sent, shown] : cases) {
    const json body = route_at("/hello", {{"cpus", sent}});
    EXPECT_EQ(world.send("PUT", "/v1/apps/test/routes/hello", body).body["route"]["cpus"], shown);
  }
}

// ---- calls, and what the seed's load balancer reports ----

TEST_F(V1, KnowsNoCallsAndNoLogs) {
  world.send("POST", "/v1/apps", app_named("test"));
  const ApiReply calls = world.get("/v1/apps/test/calls?path=/hello&from_time=1&to_time=2");
  EXPECT_EQ(calls.body["message"], "Successfully listed calls");
  EXPECT_EQ(calls.body["calls"], json::array());
  expect_error(world.get("/v1/apps/test/calls/dummy"), 404, "Call not found");
  expect_error(world.get("/v1/apps/test/calls/dummy/log"), 404, "Call log not found");
  expect_error(world.get("/v1/apps/test/calls?from_time=x"), 400, "from_time is not an epoch time");
  expect_error(world.get("/v1/apps/test/calls?to_time=1y"), 400, "to_time is not an epoch time");
}

TEST_F(V1, HearsTheReportsOfTheSeedsLoadBalancer) {
  EXPECT_EQ(world.send("POST", "/v1/runner/start", "{}").body["msg"], "slingshot: engage");
  EXPECT_EQ(world.send("POST", "/v1/runner/finish", "{}").body["msg"], "good night, sweet prince");
  EXPECT_EQ(world.send("PUT", "/v1/runner/async", "{}").status, 501U);
  EXPECT_EQ(world.get("/v1/runner/async").status, 501U);
}

// ---- paths, methods, pages ----

TEST_F(V1, UnknownPathsAndMethods) {
  expect_error(world.get("/v1/nothing"), 404, "Path not found: /v1/nothing");
  const ApiReply refused = world.send("PUT", "/v1/apps", "{}");
  expect_error(refused, 405, "Method not allowed: PUT /v1/apps");
  EXPECT_EQ(services::find_header(refused.headers, "Allow"), "GET, POST");
}

TEST_F(V1, PagesThroughRoutes) {
  for (int number = 0; number < 45; ++number) {
    world.send("POST", "/v1/apps/test/routes", route_at("/r" + std::to_string(100 + number)));
  }
  const ApiReply first = world.get("/v1/apps/test/routes?per_page=x");
  EXPECT_EQ(first.body["routes"].size(), 30U);
  EXPECT_EQ(first.body["next_cursor"], "L3IxMjk") << "unpadded base64 of /r129";
  const ApiReply second = world.get("/v1/apps/test/routes?cursor=L3IxMjk");
  EXPECT_EQ(second.body["routes"].size(), 15U);
  EXPECT_EQ(second.body["routes"][0]["path"], "/r130");
  EXPECT_EQ(second.body["next_cursor"], "");
  EXPECT_EQ(world.get("/v1/apps/test/routes?cursor=%20!").body["routes"].size(), 30U);
}

}  // namespace
}  // namespace fn::tests
