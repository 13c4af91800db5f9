// SPDX-License-Identifier: Apache-2.0

#include "tests/services/api/api_world.h"

#include <chrono>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <gtest/gtest.h>

namespace fn::tests {

using nlohmann::json;

TempFolder::TempFolder() {
  std::string pattern = (std::filesystem::temp_directory_path() / "fn-api-XXXXXX").string();
  EXPECT_NE(mkdtemp(pattern.data()), nullptr);
  path_ = pattern;
}

TempFolder::~TempFolder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

ApiReply::ApiReply(const services::HttpResponse& response)
    : status(response.status),
      body(json::parse(response.body, nullptr, false)),
      headers(response.headers) {}

std::string ApiReply::error() const {
  const json& holder = body.contains("error") ? body["error"] : body;
  return holder.is_object() ? holder.value("message", "") : "";
}

ApiWorld::ApiWorld() {
  config.db_url = "sqlite3://" + file().string();
  config.version = "1.2.3";
  config.busy_time = std::chrono::milliseconds(100);
  config.on_error = [this](const std::string& line) {
    errors.push_back(line);
  };
  restart();
}

void ApiWorld::restart() {
  handler_.reset();
  auto opened = services::ApiHandler::open(config);
  ASSERT_TRUE(opened) << opened.error().message;
  handler_ = std::move(*opened);
}

ApiReply ApiWorld::send(const std::string& method,
                        const std::string& target,
                        const std::string& body) {
  const services::HttpResponse response = handler_->handle({method, target, headers}, body);
  EXPECT_EQ(response.body.empty(), response.status == 204) << response.body;
  return ApiReply(response);
}

ApiReply ApiWorld::send(const std::string& method, const std::string& target, const json& body) {
  return send(method, target, body.dump());
}

std::string ApiWorld::make_app(const std::string& name) {
  const ApiReply made = send("POST", "/v2/apps", json{{"name", name}});
  EXPECT_EQ(made.status, 200U) << made.error();
  return made.body.value("id", "");
}

std::string ApiWorld::make_fn(const std::string& app_id, const std::string& name) {
  const json body = {{"app_id", app_id}, {"name", name}, {"image", "fnproject/hello"}};
  const ApiReply made = send("POST", "/v2/fns", body);
  EXPECT_EQ(made.status, 200U) << made.error();
  return made.body.value("id", "");
}

std::string ApiWorld::make_trigger(const std::string& app_id,
                                   const std::string& fn_id,
                                   const std::string& name,
                                   const std::string& source) {
  const json body = {
      {"app_id", app_id}, {"fn_id", fn_id}, {"name", name}, {"type", "http"}, {"source", source}};
  const ApiReply made = send("POST", "/v2/triggers", body);
  EXPECT_EQ(made.status, 200U) << made.error();
  return made.body.value("id", "");
}

core::Result<std::unique_ptr<services::ApiHandler>> open_api(const std::filesystem::path& file) {
  services::ApiConfig config;
  config.db_url = "sqlite3://" + file.string();
  config.busy_time = std::chrono::milliseconds(100);
  return services::ApiHandler::open(std::move(config));
}

}  // namespace fn::tests
