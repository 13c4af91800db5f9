// SPDX-License-Identifier: Apache-2.0
//
// ApiHandler: the API server without its sockets: a request as a value in, a response out. It owns
// the database and is called from one thread. Every request gets an answer, whatever is in it; an
// answer of 200 or 204 to a write means that the write is on the disk.

#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/http.h"

namespace fn::services {

struct ApiConfig {
  std::string db_url;         // sqlite3://PATH
  std::string public_lb_url;  // base of endpoint annotations; empty: scheme and host of the client
  std::string version;
  core::Duration busy_time = std::chrono::seconds(5);  // waiting for another process's write
  // Told one line for each request that failed through the fault of this side.
  std::function<void(const std::string& line)> on_error;
};

class ApiHandler {
 public:
  // Opens the database, creates or migrates it. Errors are one line for the operator.
  static core::Result<std::unique_ptr<ApiHandler>> open(ApiConfig config);
  ~ApiHandler();
  ApiHandler(const ApiHandler&) = delete;
  ApiHandler& operator=(const ApiHandler&) = delete;

  HttpResponse handle(const HttpRequestHead& head, std::string_view body);

 private:
  struct State;
  explicit ApiHandler(std::unique_ptr<State> state);

  std::unique_ptr<State> state_;
};

}  // namespace fn::services
