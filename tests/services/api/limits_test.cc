// SPDX-License-Identifier: Apache-2.0
//
// Goal: whatever comes as a body, a path or a query gets a clear answer: oversized, deeply nested,
// malformed or of a wrong type. What is large but allowed is kept to the last byte.

#include <string>

#include <gtest/gtest.h>

#include "services/api/json_text.h"
#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using nlohmann::json;

class Limits : public ::testing::Test {
 protected:
  ApiWorld world;
};

std::string repeated(const std::string& piece, std::size_t times) {
  std::string text;
  text.reserve(piece.size() * times);
  for (std::size_t time = 0; time < times; ++time) {
    text += piece;
  }
  return text;
}

TEST_F(Limits, KeepsAConfigOfEightMegabytes) {
  const std::string value(std::size_t{8} << 20, 'x');
  const std::string app = world.make_app("test");
  const ApiReply set = world.send("PUT", "/v2/apps/" + app, json{{"config", {{"BIG", value}}}});
  EXPECT_EQ(set.status, 200U) << set.error();
  world.restart();
  EXPECT_EQ(world.get("/v1/apps/test").body["app"]["config"]["BIG"], value);
}

TEST_F(Limits, KeepsAConfigOfManyKeys) {
  json config = json::object();
  for (int number = 0; number < 5'000; ++number) {
    config["KEY_" + std::to_string(number)] = "v";
  }
  const ApiReply made = world.send("POST", "/v2/apps", json{{"name", "test"}, {"config", config}});
  EXPECT_EQ(made.body["config"], config);
}

TEST_F(Limits, RefusesABodyOfTenMegabytes) {
  const std::string body = "{\"name\":\"" + repeated("x", 10'000'000) + "\"}";
  const ApiReply refused = world.send("POST", "/v2/apps", body);
  EXPECT_EQ(refused.status, 413U);
  EXPECT_EQ(refused.error(), "Request body is larger than 9437184 bytes");
}

TEST_F(Limits, RefusesJsonThatIsTooDeep) {
  const std::string deep = "Invalid JSON: nested deeper than 64";
  for (const char* const piece : {"[", "{\"a\":"}) {
    const ApiReply refused = world.send("POST", "/v2/apps", repeated(piece, 100'000));
    EXPECT_EQ(refused.status, 400U);
    EXPECT_EQ(refused.error(), deep);
  }
  const std::string value = repeated("[", 70) + repeated("]", 70);
  const std::string body = "{\"name\":\"x\",\"annotations\":{\"k\":" + value + "}}";
  EXPECT_EQ(world.send("POST", "/v1/apps", "{\"app\":" + body + "}").error(), deep);
  EXPECT_EQ(world.send("POST", "/v2/apps", body).error(), deep);
  const std::string flat = repeated("[", 60) + repeated("]", 60);
  EXPECT_EQ(world.send("POST", "/v2/apps", "{\"name\":\"x\",\"annotations\":{\"k\":" + flat + "}}")
                .status,
            200U);
}

TEST_F(Limits, RefusesJsonOfTooManyParts) {
  const std::string list = "[" + repeated("[],", 1'000'000) + "0]";
  EXPECT_EQ(world.send("POST", "/v2/apps", list).error(),
            "Invalid JSON: more than 2000000 keys, values and brackets");
}

TEST_F(Limits, APageOfLargeAppsIsShorter) {
  const std::string value(std::size_t{3} << 19, 'x');
  for (const char* const name : {"a", "b", "c", "d"}) {
    world.send("POST", "/v2/apps", json{{"name", name}, {"config", {{"BIG", value}}}});
  }
  const json first = world.get("/v2/apps").body;
  EXPECT_EQ(first["items"].size(), 3U);
  const json rest = world.get("/v2/apps?cursor=" + first["next_cursor"].get<std::string>()).body;
  ASSERT_EQ(rest["items"].size(), 1U);
  EXPECT_EQ(rest["items"][0]["name"], "d");
  EXPECT_EQ(rest["next_cursor"], "");
}

TEST_F(Limits, RefusesWhatIsNoJson) {
  for (const char* const body : {"",
                                 " ",
                                 "{",
                                 "}",
                                 "nul",
                                 "{\"name\":\"\xff\"}",
                                 "{'name':'x'}",
                                 "{\"name\":\"x\"} tail",
                                 "{\"name\":\"\\ud800\"}",
                                 "{\"name\":\"x\",}",
                                 "\xef\xbb\xbf",
                                 "{\"a\":1e999999}",
                                 "NaN"}) {
    const ApiReply refused = world.send("POST", "/v2/apps", body);
    EXPECT_EQ(refused.status, 400U) << body;
    EXPECT_EQ(refused.error(), "Invalid JSON") << body;
  }
}

TEST_F(Limits, AnswersEveryWrongTypeInEveryField) {
  const std::string app = world.make_app("test");
  const std::string fn = world.make_fn(app, "hello");
  const std::string trigger = world.make_trigger(app, fn, "t", "/t");
  const json values = {nullptr, true, -1, 1.5, "text", json::array({1}), json{{"a", {1}}}};
  for (const char* const key :
       {"id",     "name",   "app_id",  "fn_id",        "image",      "format",      "shape",
        "memory", "cpus",   "timeout", "idle_timeout", "config",     "annotations", "syslog_url",
        "type",   "source", "path",    "headers",      "created_at", "app",         "route"}) {
    for (const json& value : values) {
      const json body = {{key, value}};
      for (const std::string& target :
           {"/v2/apps/" + app, "/v2/fns/" + fn, "/v2/triggers/" + trigger}) {
        EXPECT_LT(world.send("PUT", target, body).status, 500U) << target << body;
      }
      for (const char* const target : {"/v1/apps/test", "/v1/apps/test/routes/t"}) {
        const json wrapped = {{"app", body}, {"route", body}};
        EXPECT_LT(world.send("PATCH", target, wrapped).status, 500U) << target << body;
        EXPECT_LT(world.send("PATCH", target, body).status, 500U) << target << body;
      }
    }
  }
  EXPECT_TRUE(world.errors.empty()) << world.errors.front();
}

TEST_F(Limits, TakesOddPathsAndQueriesForUnknownOnes) {
  world.make_app("test");
  for (const char* const target : {"/v1/apps/%00",
                                   "/v1/apps/%2e%2e",
                                   "/v2/apps/%",
                                   "/v2/fns/%zz",
                                   "/v1/apps/test/routes/%00",
                                   "/v1/apps/'; DROP TABLE apps"}) {
    EXPECT_EQ(world.get(target).status, 404U) << target;
  }
  for (const char* const query : {"?cursor=%00",
                                  "?per_page=-1",
                                  "?per_page=99999999999999999999",
                                  "?&&=&cursor",
                                  "?name=%ff",
                                  "?cursor=!!!"}) {
    EXPECT_EQ(world.get(std::string("/v2/apps") + query).status, 200U) << query;
  }
  EXPECT_EQ(world.get("/v2/apps/" + std::string(60'000, 'a')).status, 404U);
}

TEST_F(Limits, AValueWithANulIsNoEnvironment) {
  const json body = {{"name", "x"}, {"config", {{"A", std::string("a\0b", 3)}}}};
  EXPECT_EQ(world.send("POST", "/v2/apps", body).status, 400U);
}

TEST(JsonText, ReplacesWhatIsNoUtf8) {
  EXPECT_EQ(services::json_text(services::Json("a\xff")), "\"a\xef\xbf\xbd\"");
  EXPECT_TRUE(services::is_utf8("caf\xc3\xa9"));
  EXPECT_FALSE(services::is_utf8("\xc3"));
}

}  // namespace
}  // namespace fn::tests
