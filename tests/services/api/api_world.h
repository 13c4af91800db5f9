// SPDX-License-Identifier: Apache-2.0
//
// ApiWorld: an API server on a database in a folder of its own, for tests: requests in a line,
// answers as JSON. The folder goes with the world.

#pragma once

#include <filesystem>
#include <memory>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "services/api/api_handler.h"
#include "services/base/http.h"

namespace fn::tests {

class TempFolder {
 public:
  TempFolder();
  ~TempFolder();
  TempFolder(const TempFolder&) = delete;
  TempFolder& operator=(const TempFolder&) = delete;

  [[nodiscard]] const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

struct ApiReply {
  explicit ApiReply(const services::HttpResponse& response);

  unsigned status;
  nlohmann::json body;
  services::HttpHeaders headers;

  // The text of an error, of v2 or of v1.
  [[nodiscard]] std::string error() const;
};

class ApiWorld {
 public:
  ApiWorld();

  // Closes the database and opens it again.
  void restart();

  ApiReply send(const std::string& method, const std::string& target, const std::string& body = "");
  ApiReply send(const std::string& method, const std::string& target, const nlohmann::json& body);

  ApiReply send(const std::string& method, const std::string& target, const char* body) {
    return send(method, target, std::string(body));
  }

  ApiReply get(const std::string& target) { return send("GET", target); }

  // Expects 200 and answers with the id of what was made.
  std::string make_app(const std::string& name);
  std::string make_fn(const std::string& app_id, const std::string& name);
  std::string make_trigger(const std::string& app_id,
                           const std::string& fn_id,
                           const std::string& name,
                           const std::string& source);

  [[nodiscard]] std::filesystem::path file() const { return folder_.path() / "data" / "fn.db"; }

  services::ApiConfig config;
  services::HttpHeaders headers = {{"Host", "fn.test:8081"}};
  std::vector<std::string> errors;  // what the handler reported to its operator

 private:
  TempFolder folder_;
  std::unique_ptr<services::ApiHandler> handler_;
};

// Opens the file, "sqlite3://" + path, with short patience; expects success or not.
core::Result<std::unique_ptr<services::ApiHandler>> open_api(const std::filesystem::path& file);

}  // namespace fn::tests
