// SPDX-License-Identifier: Apache-2.0
//
// Goal: a call survives its way as JSON, in the members that Fn knows, and a wrong one is named.

#include "services/wire/call_json.h"

#include <chrono>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

FunctionSetup some_function() {
  FunctionSetup setup;
  setup.app_id = "A1";
  setup.app_name = "test";
  setup.fn_id = "F1";
  setup.fn_name = "hello";
  setup.image = "fnproject/hello:0.0.1";
  setup.format = "json";
  setup.path = "/hello";
  setup.memory = core::MemoryMib{256};
  setup.cpu = core::MilliCpu{100};
  setup.timeout = std::chrono::seconds(30);
  setup.idle_timeout = std::chrono::seconds(60);
  setup.config = {{"A", "1"}, {"B", "a \"quoted\"\nline"}};
  return setup;
}

CallFields some_fields() {
  CallFields fields;
  fields.id = "01C819MFKHA7WG200000000000";
  fields.method = "POST";
  fields.url = "/invoke/F1?x=1";
  fields.created_at = "2018-03-07T14:38:42.000Z";
  fields.headers = {{"Accept", "a"}, {"X-Tag", "1"}, {"accept", "b"}};
  return fields;
}

TEST(CallJson, ComesBackAsItWent) {
  const std::string json = call_json(function_json(some_function()), some_fields());
  const core::Result<ParsedCall> parsed = parse_call(json);
  ASSERT_TRUE(parsed.has_value()) << json;
  EXPECT_EQ(function_json(parsed->setup), function_json(some_function()));
  EXPECT_EQ(parsed->fields.id, some_fields().id);
  EXPECT_EQ(parsed->fields.url, "/invoke/F1?x=1");
  EXPECT_EQ(parsed->fields.created_at, some_fields().created_at);
}

TEST(CallJson, HasTheMembersAndFormsThatFnReads) {
  const auto json = nlohmann::json::parse(call_json(function_json(some_function()), some_fields()));
  EXPECT_EQ(json["memory"], 256);
  EXPECT_EQ(json["cpus"], "100m");
  EXPECT_EQ(json["timeout"], 30);
  EXPECT_EQ(json["type"], "sync");
  EXPECT_EQ(json["config"]["B"], "a \"quoted\"\nline");
  // One member per header, whatever the case in which the caller wrote it.
  EXPECT_EQ(json["headers"], nlohmann::json::parse(R"({"Accept":["a","b"],"X-Tag":["1"]})"));
}

TEST(CallJson, BytesThatAreNoUtf8AreReplacedAndTheRestStays) {
  CallFields fields = some_fields();
  fields.headers = {{"X-Bytes", "a\xff\xfe z"}};
  const auto parsed = parse_call(call_json(function_json(some_function()), fields));
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(find_header(parsed->fields.headers, "X-Bytes"), "a\xEF\xBF\xBD\xEF\xBF\xBD z");
}

TEST(CallJson, ReadsACallAsFnsOwnLoadBalancerWritesIt) {
  const auto parsed = parse_call(R"({"id":"01","status":"","app_id":"A","fn_id":"F","image":"i",
      "type":"sync","url":"http://lb/invoke/F","method":"POST","timeout":30,"idle_timeout":30,
      "tmpfs_size":0,"memory":128,"cpus":"","config":{"K":"v"},"annotations":{},
      "headers":{"Content-Type":["text/plain"]},"created_at":"2018-03-07T14:38:42.000Z"})");
  ASSERT_TRUE(parsed.has_value());
  EXPECT_EQ(parsed->setup.cpu.value, 0);
  EXPECT_EQ(parsed->setup.config.size(), 1U);
  EXPECT_EQ(find_header(parsed->fields.headers, "content-type"), "text/plain");
}

TEST(CallJson, NamesTheMemberThatIsWrong) {
  const auto wrong = [](const char* json) {
    return parse_call(json).error().message;
  };
  EXPECT_EQ(wrong("[]"), "call: expected a JSON object");
  EXPECT_EQ(wrong("{"), "call: expected a JSON object");
  EXPECT_EQ(wrong(R"({"image":7})"), "call: \"image\" must be a text");
  EXPECT_EQ(wrong(R"({"memory":-1})"),
            "call: \"memory\" must be a whole number from 0 to 16777216");
  EXPECT_EQ(wrong(R"({"timeout":1e99})").substr(0, 23), "call: \"timeout\" must be");
  EXPECT_EQ(wrong(R"({"cpus":"lots"})"), "call: \"cpus\" must be like \"100m\" or \"0.1\"");
  EXPECT_EQ(wrong(R"({"headers":{"A":"b"}})"), "call: \"headers.A\" must be a list of texts");
}

TEST(SlotHash, DependsOnEverythingThatAContainerNeedsAndOnNothingElse) {
  const FunctionSetup first = some_function();
  FunctionSetup other = first;
  EXPECT_EQ(slot_hash(function_json(first)), slot_hash(function_json(other)));
  EXPECT_EQ(slot_hash(function_json(first)).size(), 64U);
  other.config[0].second = "2";
  EXPECT_NE(slot_hash(function_json(first)), slot_hash(function_json(other)));
  other = first;
  other.memory = core::MemoryMib{257};
  EXPECT_NE(slot_hash(function_json(first)), slot_hash(function_json(other)));
}

TEST(Cpus, AreReadInBothForms) {
  EXPECT_EQ(parse_cpus("100m").value(), 100U);
  EXPECT_EQ(parse_cpus("0.1").value(), 100U);
  EXPECT_EQ(parse_cpus("2").value(), 2000U);
  EXPECT_EQ(parse_cpus("").value(), 0U);
  for (const char* wrong : {"m", "-1", "1e3", "0.5m", "nan", "1024001m", "1 "}) {
    EXPECT_FALSE(parse_cpus(wrong).has_value()) << wrong;
  }
}

}  // namespace
}  // namespace fn::services
