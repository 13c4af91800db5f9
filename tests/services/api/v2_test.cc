// SPDX-License-Identifier: Apache-2.0
//
// Goal: every row of the v2 tables of Fn's newest version (paths, fields, limits, annotations,
// filters, error texts) is answered as there, and read-modify-write as its client does it works.

#include <set>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using nlohmann::json;

class V2 : public ::testing::Test {
 protected:
  static void expect_error(const ApiReply& reply, unsigned status, const std::string& text) {
    EXPECT_EQ(reply.status, status);
    EXPECT_EQ(reply.error(), text);
    EXPECT_FALSE(reply.body.contains("error"));
  }

  // What is sent for a function or trigger of app_id, with some fields of its own.
  json fn_with(const json& fields) const {
    json body = {{"app_id", app_id}, {"name", "hello"}, {"image", "fnproject/hello"}};
    body.update(fields);
    return body;
  }

  json trigger_with(const json& fields) const {
    json body = {
        {"app_id", app_id}, {"fn_id", fn_id}, {"name", "t"}, {"type", "http"}, {"source", "/t"}};
    body.update(fields);
    return body;
  }

  ApiWorld world;
  std::string app_id = world.make_app("test");
  std::string fn_id = world.make_fn(app_id, "first");
};

// ---- apps ----

TEST_F(V2, AnAppHasItsFields) {
  const json sent = {{"name", "full"},
                     {"config", {{"A", "1"}}},
                     {"annotations", {{"a/b", {{"deep", {1, 2}}}}}},
                     {"syslog_url", "tcp://logs:514"},
                     {"shape", "GENERIC_ARM"}};
  const ApiReply made = world.send("POST", "/v2/apps", sent);
  ASSERT_EQ(made.status, 200U);
  for (const auto& [key, value] : sent.items()) {
    EXPECT_EQ(made.body[key], value) << key;
  }
  EXPECT_EQ(made.body["id"].get<std::string>().size(), 26U);
  world.restart();
  EXPECT_EQ(world.get("/v2/apps/" + made.body["id"].get<std::string>()).body, made.body);
}

TEST_F(V2, ListsAppsByName) {
  world.make_app("other");
  const ApiReply all = world.get("/v2/apps");
  EXPECT_EQ(all.status, 200U);
  EXPECT_EQ(all.body["items"].size(), 2U);
  EXPECT_EQ(all.body["next_cursor"], "");
  const ApiReply one = world.get("/v2/apps?name=test");
  ASSERT_EQ(one.body["items"].size(), 1U);
  EXPECT_EQ(one.body["items"][0]["id"], app_id);
  EXPECT_EQ(world.get("/v2/apps?name=none").body["items"], json::array());
}

TEST_F(V2, ChangesAnApp) {
  const std::string target = "/v2/apps/" + app_id;
  world.send(
      "PUT", target, json{{"config", {{"A", "1"}, {"B", "2"}}}, {"annotations", {{"k", 1}}}});
  json kept = world.get(target).body;
  kept["config"]["B"] = "";
  kept["annotations"]["k"] = "";
  const ApiReply changed = world.send("PUT", target, kept);
  EXPECT_EQ(changed.status, 200U);
  EXPECT_EQ(changed.body["config"], (json{{"A", "1"}}));
  EXPECT_FALSE(changed.body.contains("annotations"));
  expect_error(world.send("PUT", target, json{{"name", "other"}}),
               409,
               "Could not update - name is immutable");
  expect_error(world.send("PUT", target, json{{"id", "other"}}),
               400,
               "App ID in path does not match ID in body");
}

TEST_F(V2, DeletingAnAppDeletesItsFnsAndTriggers) {
  const std::string trigger = world.make_trigger(app_id, fn_id, "t", "/t");
  const ApiReply gone = world.send("DELETE", "/v2/apps/" + app_id);
  EXPECT_EQ(gone.status, 204U);
  expect_error(world.get("/v2/apps/" + app_id), 404, "App not found");
  expect_error(world.get("/v2/fns/" + fn_id), 404, "Fn not found");
  expect_error(world.get("/v2/triggers/" + trigger), 404, "Trigger not found");
  expect_error(world.send("DELETE", "/v2/apps/" + app_id), 404, "App not found");
}

TEST_F(V2, RefusesWrongApps) {
  const std::vector<std::pair<json, std::string>> cases = {
      {json::object(), "Missing app name"},
      {{{"name", std::string(256, 'a')}}, "App name must be 255 characters or less"},
      {{{"name", "a b"}}, "Invalid app name"},
      {{{"name", "\xc3\xa9t\xc3\xa9"}}, "Invalid app name"},
      {{{"name", std::string("a\0", 2)}}, "Invalid app name"},
      {{{"name", "x"}, {"id", "mine"}}, "ID cannot be provided for App creation"},
      {{{"name", "x"}, {"shape", "ROUND"}},
       "Invalid app shape: expected GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM"},
      {{{"name", "x"}, {"config", {{"A=B", "1"}}}},
       "Invalid config: keys must not be empty or hold '=', no value may hold a NUL"},
      {{{"name", 7}}, "Invalid JSON: name: expected a string"},
      {json::array(), "Invalid JSON: expected an object"},
  };
  for (const auto& [body, text] : cases) {
    expect_error(world.send("POST", "/v2/apps", body), 400, text);
  }
  expect_error(world.send("POST", "/v2/apps", ""), 400, "Invalid JSON");
  expect_error(world.send("POST", "/v2/apps", json{{"name", "test"}}), 409, "App already exists");
  expect_error(world.send("PUT", "/v2/apps/none", "{}"), 404, "App not found");
}

TEST_F(V2, AnnotationsHaveLimits) {
  const std::string value =
      "Invalid annotation value, annotation values may only be non-empty strings, numbers, "
      "objects, or arrays";
  const std::string key =
      "Invalid annotation key, annotation keys must be non-empty ascii strings excluding "
      "whitespace";
  json many = json::object();
  for (int number = 0; number < 101; ++number) {
    many["k" + std::to_string(number)] = number;
  }
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"", 1}}, key},
      {{{"a b", 1}}, key},
      {{{"\xc3\xa9", 1}}, key},
      {{{std::string(129, 'k'), 1}},
       "Invalid annotation key length, annotation keys may not be larger than 128 bytes"},
      {{{"k", ""}}, value},
      {{{"k", nullptr}}, value},
      {{{"k", std::string(511, 'v')}},
       "Invalid annotation value length, annotation values may not be larger than 512 bytes when "
       "serialized as JSON"},
      {many,
       "Invalid annotation change, new key(s) exceed maximum permitted number of annotations keys "
       "(100)"},
      {7, "Invalid JSON: annotations: expected an object"},
  };
  for (const auto& [annotations, text] : cases) {
    const json body = {{"name", "x"}, {"annotations", annotations}};
    expect_error(world.send("POST", "/v2/apps", body), 400, text);
  }
  many.erase("k100");
  many["k0"] = std::string(510, 'v');
  many.erase("k1");
  many[std::string(128, 'k')] = true;
  const json body = {{"name", "x"}, {"annotations", many}};
  EXPECT_EQ(world.send("POST", "/v2/apps", body).body["annotations"], many);
}

// ---- functions ----

TEST_F(V2, AFnHasItsFieldsAndDefaults) {
  const json plain = world.get("/v2/fns/" + fn_id).body;
  EXPECT_EQ(plain["memory"], 128);
  EXPECT_EQ(plain["timeout"], 30);
  EXPECT_EQ(plain["idle_timeout"], 30);
  EXPECT_EQ(plain["config"], json::object());
  EXPECT_FALSE(plain.contains("format"));
  const json sent = fn_with({{"memory", 512},
                             {"timeout", 300},
                             {"idle_timeout", 3600},
                             {"config", {{"A", "\xc3\xa9"}}},
                             {"shape", "GENERIC_X86"}});
  const ApiReply made = world.send("POST", "/v2/fns", sent);
  ASSERT_EQ(made.status, 200U);
  for (const auto& [key, value] : sent.items()) {
    EXPECT_EQ(made.body[key], value) << key;
  }
  world.restart();
  EXPECT_EQ(world.get("/v2/fns/" + made.body["id"].get<std::string>()).body, made.body);
}

TEST_F(V2, ListsFnsOfAnApp) {
  const std::string other = world.make_app("other");
  world.make_fn(other, "first");
  world.make_fn(app_id, "second");
  expect_error(world.get("/v2/fns"), 400, "Missing AppID on Fn");
  const ApiReply all = world.get("/v2/fns?app_id=" + app_id);
  ASSERT_EQ(all.body["items"].size(), 2U);
  EXPECT_EQ(all.body["items"][0]["id"], fn_id);
  const ApiReply page = world.get("/v2/fns?per_page=1&app_id=" + app_id);
  EXPECT_EQ(page.body["next_cursor"], "Zmlyc3Q") << "unpadded base64 of its name";
  const ApiReply next = world.get("/v2/fns?cursor=Zmlyc3Q&app_id=" + app_id);
  ASSERT_EQ(next.body["items"].size(), 1U);
  EXPECT_EQ(next.body["items"][0]["name"], "second");
  const ApiReply named = world.get("/v2/fns?app_id=" + app_id + "&name=second");
  EXPECT_EQ(named.body["items"].size(), 1U);
}

TEST_F(V2, ChangesAFnAsItsClientDoes) {
  const std::string target = "/v2/fns/" + fn_id;
  json kept = world.get(target).body;
  kept["memory"] = 256;
  kept["config"]["A"] = "1";
  kept["annotations"]["mine"] = 1;
  const ApiReply changed = world.send("PUT", target, kept);
  EXPECT_EQ(changed.status, 200U) << changed.error();
  EXPECT_EQ(changed.body["memory"], 256);
  world.headers = {{"Host", "elsewhere"}};
  const json annotations = world.get(target).body["annotations"];
  EXPECT_EQ(annotations["mine"], 1);
  EXPECT_EQ(annotations["fnproject.io/fn/invokeEndpoint"], "http://elsewhere/invoke/" + fn_id);
  expect_error(world.send("PUT", target, json{{"id", "x"}}),
               400,
               "Fn ID in path does not match that in body");
  for (const char* const field : {"name", "app_id"}) {
    expect_error(
        world.send("PUT", target, json{{field, "x"}}), 400, "Fn names and IDs cannot be modified");
  }
}

TEST_F(V2, RefusesWrongFns) {
  const std::string timeout = "timeout value is out of range, must be between 0 and 300";
  const std::string idle = "idle_timeout value is out of range, must be between 0 and 3600";
  const std::string memory = "memory value is out of range. It should be between 0 and 8192";
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"app_id", ""}}, "Missing AppID on Fn"},
      {{{"name", ""}}, "Missing Fn name"},
      {{{"name", " "}}, "name must be a valid string"},
      {{{"name", "a/b"}}, "name must be a valid string"},
      {{{"name", std::string(256, 'a')}}, "Fn name must be 255 characters or less"},
      {{{"id", "mine"}}, "ID cannot be provided for Fn creation"},
      {{{"image", ""}}, "Missing image on Fn"},
      {{{"format", "wazzup"}}, "Invalid format on Fn"},
      {{{"shape", "ROUND"}},
       "Invalid Fn shape: expected GENERIC_X86, GENERIC_ARM or GENERIC_X86_ARM"},
      {{{"timeout", 301}}, timeout},
      {{{"timeout", -1}}, timeout},
      {{{"idle_timeout", 3601}}, idle},
      {{{"memory", 100000000000000}}, memory},
      {{{"memory", 1.5}}, "Invalid JSON: memory: expected a whole number"},
  };
  for (const auto& [fields, text] : cases) {
    expect_error(world.send("POST", "/v2/fns", fn_with(fields)), 400, text);
  }
  expect_error(world.send("POST", "/v2/fns", fn_with({{"app_id", "none"}})), 404, "App not found");
  expect_error(world.send("POST", "/v2/fns", fn_with({{"name", "first"}})),
               409,
               "Fn with specified name already exists");
  expect_error(world.send("PUT", "/v2/fns/none", "{}"), 404, "Fn not found");
  expect_error(world.send("PUT", "/v2/fns/" + fn_id, json{{"timeout", 301}}), 400, timeout);
}

TEST_F(V2, DeletesAFnWithItsTriggers) {
  const std::string trigger = world.make_trigger(app_id, fn_id, "t", "/t");
  EXPECT_EQ(world.send("DELETE", "/v2/fns/" + fn_id).status, 204U);
  expect_error(world.send("DELETE", "/v2/fns/" + fn_id), 404, "Fn not found");
  expect_error(world.get("/v2/triggers/" + trigger), 404, "Trigger not found");
}

TEST_F(V2, CallsOfFnsAreGone) {
  EXPECT_EQ(world.get("/v2/fns/" + fn_id + "/calls").status, 410U);
  EXPECT_EQ(world.get("/v2/fns/" + fn_id + "/calls/1").status, 410U);
  EXPECT_EQ(world.get("/v2/fns/" + fn_id + "/calls/1/log").status, 410U);
}

// ---- triggers ----

TEST_F(V2, ATriggerHasItsFields) {
  const json sent = trigger_with({{"source", "/a/b"}, {"annotations", {{"k", "v"}}}});
  const ApiReply made = world.send("POST", "/v2/triggers", sent);
  ASSERT_EQ(made.status, 200U);
  EXPECT_EQ(made.body["annotations"]["k"], "v");
  EXPECT_EQ(made.body["annotations"]["fnproject.io/trigger/httpEndpoint"],
            "http://fn.test:8081/t/test/a/b");
  for (const char* const key : {"app_id", "fn_id", "name", "type", "source"}) {
    EXPECT_EQ(made.body[key], sent[key]) << key;
  }
  world.restart();
  EXPECT_EQ(world.get("/v2/triggers/" + made.body["id"].get<std::string>()).body, made.body);
}

TEST_F(V2, ListsTriggersByAppFnAndName) {
  const std::string second = world.make_fn(app_id, "second");
  world.make_trigger(app_id, fn_id, "same", "/1");
  world.make_trigger(app_id, second, "same", "/2");
  world.make_trigger(app_id, second, "more", "/3");
  expect_error(world.get("/v2/triggers"), 400, "Missing App ID on Trigger");
  const std::string of_app = "/v2/triggers?app_id=" + app_id;
  EXPECT_EQ(world.get(of_app).body["items"].size(), 3U);
  EXPECT_EQ(world.get(of_app + "&fn_id=" + second).body["items"].size(), 2U);
  EXPECT_EQ(world.get(of_app + "&name=same").body["items"].size(), 2U);
  EXPECT_EQ(world.get("/v2/triggers?app_id=none").body["items"].size(), 0U);
  // One by one: the two of the same name are both seen.
  std::set<std::string> sources;
  std::string cursor;
  do {
    const json page = world.get(of_app + "&per_page=1&cursor=" + cursor).body;
    sources.insert(page["items"][0]["source"].get<std::string>());
    cursor = page["next_cursor"];
  } while (!cursor.empty() && sources.size() < 4);
  EXPECT_EQ(sources, (std::set<std::string>{"/1", "/2", "/3"}));
}

TEST_F(V2, FindsATriggerBySource) {
  const std::string id = world.make_trigger(app_id, fn_id, "t", "/a/b");
  const std::string root = world.make_trigger(app_id, fn_id, "root", "/");
  const std::string base = "/v2/runner/apps/" + app_id + "/triggerBySource/";
  EXPECT_EQ(world.get(base + "http/a/b").body["id"], id);
  EXPECT_EQ(world.get(base + "http/%2Fa%2Fb").body["id"], id);
  EXPECT_EQ(world.get(base + "http/").body["id"], root);
  expect_error(world.get(base + "http/a"), 404, "Trigger not found");
  expect_error(world.get(base + "timer/a/b"), 404, "Trigger not found");
  expect_error(world.get("/v2/runner/apps/none/triggerBySource/http/a"), 404, "App not found");
}

TEST_F(V2, ChangesATrigger) {
  const std::string second = world.make_fn(app_id, "second");
  const std::string target = "/v2/triggers/" + world.make_trigger(app_id, fn_id, "t", "/t");
  json kept = world.get(target).body;
  kept["source"] = "/new";
  kept["fn_id"] = second;
  kept["name"] = "renamed";
  const ApiReply changed = world.send("PUT", target, kept);
  EXPECT_EQ(changed.status, 200U) << changed.error();
  EXPECT_EQ(changed.body["source"], "/new");
  EXPECT_EQ(changed.body["fn_id"], second);
  EXPECT_EQ(changed.body["name"], "renamed");
  const std::string other = world.make_app("other");
  const std::string foreign = world.make_fn(other, "foreign");
  const std::string owned = "Invalid Fn ID - not owned by specified app";
  expect_error(world.send("PUT", target, json{{"fn_id", foreign}}), 400, owned);
  expect_error(world.send("PUT", target, json{{"app_id", other}}), 400, owned);
  expect_error(
      world.send("PUT", target, json{{"type", "timer"}}), 400, "Trigger Type Not Supported");
  expect_error(
      world.send("PUT", target, json{{"id", "x"}}), 400, "ID in path does not match ID in body");
}

TEST_F(V2, RefusesWrongTriggers) {
  const std::vector<std::pair<json, std::string>> cases = {
      {{{"name", ""}}, "Missing name on Trigger"},
      {{{"name", "a b"}}, "Invalid name for Trigger"},
      {{{"name", std::string(256, 'a')}}, "Trigger name must be 255 characters or less"},
      {{{"app_id", ""}}, "Missing App ID on Trigger"},
      {{{"fn_id", ""}}, "Missing Fn ID on Trigger"},
      {{{"id", "mine"}}, "ID cannot be provided for Trigger creation"},
      {{{"type", "timer"}}, "Trigger Type Not Supported"},
      {{{"source", ""}}, "Missing Trigger Source"},
      {{{"source", "t"}}, "Missing Trigger Source Prefix '/'"},
      {{{"source", "/a?b"}}, "Invalid Trigger Source: expected at most 2048 bytes of a URL's path"},
  };
  for (const auto& [fields, text] : cases) {
    expect_error(world.send("POST", "/v2/triggers", trigger_with(fields)), 400, text);
  }
  expect_error(
      world.send("POST", "/v2/triggers", trigger_with({{"fn_id", "none"}})), 404, "Fn not found");
  expect_error(
      world.send("POST", "/v2/triggers", trigger_with({{"app_id", "none"}})), 404, "App not found");
  world.make_trigger(app_id, fn_id, "t", "/t");
  expect_error(world.send("POST", "/v2/triggers", trigger_with({{"source", "/u"}})),
               409,
               "Trigger already exists");
  expect_error(world.send("POST", "/v2/triggers", trigger_with({{"name", "u"}})),
               409,
               "Trigger with the same type and source exists on this app");
}

TEST_F(V2, DeletesATrigger) {
  const std::string target = "/v2/triggers/" + world.make_trigger(app_id, fn_id, "t", "/t");
  EXPECT_EQ(world.send("DELETE", target).status, 204U);
  expect_error(world.send("DELETE", target), 404, "Trigger not found");
  EXPECT_EQ(world.get("/v2/fns/" + fn_id).status, 200U);
}

// ---- the rest ----

TEST_F(V2, SaysHelloAndItsVersion) {
  EXPECT_EQ(world.get("/").body,
            (json{{"hello", "world!"}, {"goto", "https://github.com/fnproject/fn"}}));
  EXPECT_EQ(world.get("/version").body, (json{{"version", "1.2.3"}}));
}

TEST_F(V2, UnknownPathsAndMethods) {
  expect_error(world.get("/v2/nothing"), 404, "Path not found: GET /v2/nothing");
  expect_error(world.get("/v2/apps//"), 404, "Path not found: GET /v2/apps//");
  expect_error(world.get("/\xff"), 404, "Path not found: GET /\xef\xbf\xbd");
  expect_error(world.get("nonsense"), 404, "Path not found: GET nonsense");
  const ApiReply refused = world.send("PATCH", "/v2/apps/" + app_id, "{}");
  expect_error(refused, 405, "Method not allowed: PATCH /v2/apps/" + app_id);
  EXPECT_EQ(services::find_header(refused.headers, "Allow"), "GET, PUT, DELETE");
  expect_error(world.send("POST", "/version"), 405, "Method not allowed: POST /version");
}

TEST_F(V2, EndpointsCarryTheSchemeAndHostOfTheClient) {
  const auto endpoint = [this] {
    const json fn = world.get("/v2/fns/" + fn_id).body;
    return fn.contains("annotations") ? fn["annotations"]["fnproject.io/fn/invokeEndpoint"]
                                      : json();
  };
  EXPECT_EQ(endpoint(), "http://fn.test:8081/invoke/" + fn_id);
  world.headers = {{"Host", "api:8080"},
                   {"X-Forwarded-Host", "public.test, inner"},
                   {"X-Forwarded-Proto", "https"}};
  EXPECT_EQ(endpoint(), "https://public.test/invoke/" + fn_id);
  world.headers.clear();
  EXPECT_EQ(endpoint(), json()) << "a client that says no host gets no endpoint";
  world.config.public_lb_url = "https://lb.test:444/";
  world.restart();
  EXPECT_EQ(endpoint(), "https://lb.test:444/invoke/" + fn_id);
}

TEST_F(V2, PagesThroughTwoHundredAndFiftyApps) {
  for (int number = 0; number < 249; ++number) {
    world.make_app("app-" + std::to_string(1000 + number));
  }
  std::vector<std::string> names;
  std::vector<std::size_t> pages;
  std::string cursor;
  do {
    const json page = world.get("/v2/apps?per_page=1000&cursor=" + cursor).body;
    pages.push_back(page["items"].size());
    for (const json& app : page["items"]) {
      names.push_back(app["name"]);
    }
    cursor = page["next_cursor"];
  } while (!cursor.empty() && pages.size() < 9);
  EXPECT_EQ(pages, (std::vector<std::size_t>{100, 100, 50}));
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), 250U);
  EXPECT_EQ(world.get("/v1/apps?per_page=0").body["apps"].size(), 30U);
  EXPECT_EQ(world.get("/v1/apps?per_page=7").body["apps"].size(), 7U);
}

}  // namespace
}  // namespace fn::tests
