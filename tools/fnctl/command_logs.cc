// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <nlohmann/json.hpp>
#include <string_view>
#include <vector>

#include "core/config/suggest.h"
#include "sim/cli/exit_code.h"
#include "tools/fnctl/api_client.h"
#include "tools/fnctl/commands.h"

namespace fn::tools {
namespace {

constexpr std::array<std::string_view, 2> kForms = {"text", "json"};

int fail(const Invocation& invocation, int code, const std::string& message) {
  sim::say_error(invocation.console, "logs: " + message);
  return code;
}

int fail(const Invocation& invocation, const core::Error& error) {
  return fail(invocation,
              error.code == core::ErrorCode::kNotFound ? sim::kExitBadInput : sim::kExitFailed,
              error.message);
}

// The member `log` of the answer, which has the log and whose it is.
int print_json(const Invocation& invocation, const std::string& body) {
  const nlohmann::ordered_json document = nlohmann::ordered_json::parse(body, nullptr, false);
  if (!document.is_object() || !document.contains("log")) {
    return fail(invocation, sim::kExitFailed, "the answer has no log: is --url a load balancer?");
  }
  invocation.console.out << document["log"].dump(2) << "\n";
  return sim::kExitOk;
}

}  // namespace

int logs_command(const Invocation& invocation) {
  const std::vector<std::string>& words = invocation.arguments.words();
  if (words.size() != 2 || words[0].empty() || words[1].empty()) {
    return fail(invocation,
                sim::kExitUsage,
                "expected \"fnctl logs APP CALL_ID\"; an answer's header Fn-Call-Id has the id");
  }
  const std::string form = invocation.arguments.value("output").value_or("text");
  if (form != "text" && form != "json") {
    return fail(invocation,
                sim::kExitUsage,
                "--output " + form + ": expected one of " + core::word_list(kForms) +
                    core::did_you_mean(form, kForms));
  }
  const core::Result<ApiClient> client = ApiClient::open(invocation.url);
  if (!client) {
    return fail(invocation, sim::kExitUsage, client.error().message);
  }
  const core::Result<services::HttpResponse> answer =
      client->get("/v1/apps/" + path_part(words[0]) + "/calls/" + path_part(words[1]) + "/log",
                  {{"Accept", form == "json" ? "application/json" : "text/plain"}});
  if (!answer) {
    return fail(invocation, answer.error());
  }
  constexpr unsigned kOk = 200;
  if (answer->status != kOk) {
    return fail(invocation, ApiClient::error_of(*answer));
  }
  if (form == "json") {
    return print_json(invocation, answer->body);
  }
  invocation.console.out << answer->body;
  return sim::kExitOk;
}

}  // namespace fn::tools
