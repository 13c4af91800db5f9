// SPDX-License-Identifier: Apache-2.0
//
// How an LB asks the API server: by HTTP, or within one process. Whatever the API server answers is
// an answer; an error means that it could not be reached.

#pragma once

#include <functional>
#include <string>

#include "core/base/result.h"
#include "services/base/http.h"

namespace fn::services {

class ApiPort {
 public:
  using Handler = std::function<void(core::Result<HttpResponse>)>;

  virtual ~ApiPort() = default;

  // The handler is called once, on the LB's core thread, maybe from within.
  virtual void ask(HttpRequestHead head, std::string body, Handler handler) = 0;
};

}  // namespace fn::services
