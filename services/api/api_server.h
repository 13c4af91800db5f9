// SPDX-License-Identifier: Apache-2.0
//
// ApiServer: an ApiHandler on a thread of its own, because its disk may block. Requests wait in a
// queue of limited length and size, beyond which they are answered 503 at once; they are handled in
// the order in which they came. Answers come back on the loop.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "services/api/api_handler.h"
#include "services/base/http.h"
#include "services/base/loop.h"

namespace fn::services {

struct ApiQueueLimits {
  std::size_t requests = 1024;
  std::size_t body_bytes = std::size_t{64} << 20;  // of all that wait
};

class ApiServer {
 public:
  using Done = std::function<void(HttpResponse response)>;

  ApiServer(Loop& loop, std::unique_ptr<ApiHandler> handler, ApiQueueLimits limits = {});

  // Ends the request at work; those that wait are answered 503. The loop must outlive the server;
  // answers that it does not run any more are dropped.
  ~ApiServer();
  ApiServer(const ApiServer&) = delete;
  ApiServer& operator=(const ApiServer&) = delete;

  // Called from the loop's thread; `done` is called there, once, later.
  void submit(HttpRequestHead head, std::string body, Done done);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
