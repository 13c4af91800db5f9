// SPDX-License-Identifier: Apache-2.0
//
// Goal: v1's routes and v2's functions are two views of one model: what one makes the other sees,
// changes and deletes.

#include <string>

#include <gtest/gtest.h>

#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using nlohmann::json;

class TwoViews : public ::testing::Test {
 protected:
  json make_route(const std::string& path, json fields = json::object()) {
    fields.update({{"path", path}, {"image", "hello"}});
    const ApiReply made = world.send("POST", "/v1/apps/test/routes", json{{"route", fields}});
    EXPECT_EQ(made.status, 200U) << made.error();
    return made.body["route"];
  }

  ApiWorld world;
};

TEST_F(TwoViews, ARouteIsAFnAndATrigger) {
  const json route = make_route("/users/list", {{"format", "json"}, {"memory", 64}});
  const std::string fn_id = route["fn_id"];
  const json fn = world.get("/v2/fns/" + fn_id).body;
  EXPECT_EQ(fn["name"], "users-list");
  EXPECT_EQ(fn["image"], "hello");
  EXPECT_EQ(fn["memory"], 64);
  EXPECT_EQ(fn["format"], "json");
  EXPECT_EQ(fn["app_id"], route["app_id"]);
  const std::string app_id = route["app_id"];
  const ApiReply trigger =
      world.get("/v2/runner/apps/" + app_id + "/triggerBySource/http/users/list");
  EXPECT_EQ(trigger.body["fn_id"], fn_id);
  EXPECT_EQ(trigger.body["annotations"]["fnproject.io/trigger/httpEndpoint"],
            "http://fn.test:8081/t/test/users/list");
}

TEST_F(TwoViews, ATriggerIsARoute) {
  const std::string app = world.make_app("test");
  const std::string fn = world.make_fn(app, "hello");
  world.make_trigger(app, fn, "t", "/hello/");
  const ApiReply shown = world.get("/v1/apps/test/routes/hello/");
  EXPECT_EQ(shown.status, 200U) << shown.error();
  EXPECT_EQ(shown.body["route"]["fn_id"], fn);
  EXPECT_EQ(shown.body["route"]["format"], "http-stream");
  EXPECT_EQ(world.get("/v1/apps/test/routes").body["routes"].size(), 1U);
}

TEST_F(TwoViews, EachSeesTheOthersChanges) {
  const json route = make_route("/hello");
  const std::string fn = "/v2/fns/" + route["fn_id"].get<std::string>();
  world.send("PUT", fn, json{{"image", "hello:2"}, {"timeout", 300}});
  const std::string target = "/v1/apps/test/routes/hello";
  EXPECT_EQ(world.get(target).body["route"]["image"], "hello:2");
  // 300 s is more than v1 allows, which a change of something else is not blamed for.
  const json change = {{"route", {{"memory", 256}}}};
  EXPECT_EQ(world.send("PATCH", target, change).status, 200U);
  EXPECT_EQ(world.get(fn).body["memory"], 256);
}

TEST_F(TwoViews, AnAsyncRoutesTimeoutOutlivesAChangeThroughV2) {
  const json route = make_route("/hello", {{"type", "async"}, {"timeout", 3600}});
  const std::string target = "/v2/fns/" + route["fn_id"].get<std::string>();
  json fn = world.get(target).body;
  fn["memory"] = 256;
  const ApiReply changed = world.send("PUT", target, fn);
  EXPECT_EQ(changed.status, 200U) << changed.error();
  EXPECT_EQ(world.get("/v1/apps/test/routes/hello").body["route"]["type"], "async");
}

TEST_F(TwoViews, DeletingARouteDeletesTheFnThatItMade) {
  const json route = make_route("/hello");
  const std::string fn = route["fn_id"];
  const std::string app = route["app_id"];
  world.make_trigger(app, fn, "second", "/second");
  world.send("DELETE", "/v1/apps/test/routes/hello");
  EXPECT_EQ(world.get("/v2/fns/" + fn).status, 200U) << "another trigger calls it";
  world.send("DELETE", "/v1/apps/test/routes/second");
  EXPECT_EQ(world.get("/v2/fns/" + fn).status, 404U);
}

TEST_F(TwoViews, DeletingARouteLeavesAFnThatV2Made) {
  const std::string app = world.make_app("test");
  const std::string fn = world.make_fn(app, "hello");
  const std::string trigger = world.make_trigger(app, fn, "t", "/hello");
  EXPECT_EQ(world.send("DELETE", "/v1/apps/test/routes/hello").status, 200U);
  EXPECT_EQ(world.get("/v2/triggers/" + trigger).status, 404U);
  EXPECT_EQ(world.get("/v2/fns/" + fn).status, 200U);
}

TEST_F(TwoViews, PathsWhoseNamesMeetGetFnsOfTheirOwn) {
  const json first = make_route("/a/b");
  const json second = make_route("/a-b");
  const json root = make_route("/");
  EXPECT_NE(first["fn_id"], second["fn_id"]);
  const std::string id = second["fn_id"];
  EXPECT_EQ(world.get("/v2/fns/" + id).body["name"], "a-b-" + id);
  EXPECT_EQ(root["path"], "/");
  EXPECT_EQ(world.get("/v1/apps/test/routes/%2F").body["route"]["fn_id"], root["fn_id"]);
}

TEST_F(TwoViews, AUnicodePathIsARoute) {
  const json route = make_route("/caf\xc3\xa9/\xe2\x98\x83");
  const ApiReply shown = world.get("/v1/apps/test/routes/caf%C3%A9/%E2%98%83");
  EXPECT_EQ(shown.body["route"]["fn_id"], route["fn_id"]);
  const std::string of_app = "/v2/triggers?app_id=" + route["app_id"].get<std::string>();
  const json trigger = world.get(of_app).body["items"][0];
  EXPECT_EQ(trigger["annotations"]["fnproject.io/trigger/httpEndpoint"],
            "http://fn.test:8081/t/test/caf%C3%A9/%E2%98%83");
  const json body = {{"route", {{"image", "hello"}}}};
  const ApiReply broken = world.send("PUT", "/v1/apps/test/routes/%C3", body);
  EXPECT_EQ(broken.status, 400U);
  EXPECT_EQ(broken.error(), "Path malformed");
}

TEST_F(TwoViews, AnAppWithALongNameIsSeenByV1) {
  const std::string name(200, 'a');
  world.make_app(name);
  EXPECT_EQ(world.get("/v1/apps/" + name).status, 200U);
  const json body = {{"app", {{"config", {{"A", "1"}}}}}};
  EXPECT_EQ(world.send("PATCH", "/v1/apps/" + name, body).status, 200U);
}

}  // namespace
}  // namespace fn::tests
