// SPDX-License-Identifier: Apache-2.0
//
// InvokeFront: makes calls of HTTP requests. It asks the catalogue whom a request means, hands the
// call to its group, and writes the function's answer, or an error, to the client. A client that
// hangs up takes its call back, unless it is detached.
//
// A small answer waits a moment for its end, so that it goes out whole and with a length.

#pragma once

#include <cstddef>
#include <memory>
#include <string>

#include "services/base/http_server.h"
#include "services/base/loop.h"
#include "services/lb/fn_catalog.h"
#include "services/lb/lb_pools.h"

namespace fn::services {

struct InvokeOptions {
  // A detached call's body is taken whole before its caller is let go.
  std::size_t detached_body_bytes = std::size_t{1} << 20;
};

class InvokeFront {
 public:
  // REQUIRES: loop, catalogue and pools outlive the front.
  InvokeFront(Loop& loop, FnCatalog& catalog, LbPools& pools, const InvokeOptions& options);
  ~InvokeFront();
  InvokeFront(const InvokeFront&) = delete;
  InvokeFront& operator=(const InvokeFront&) = delete;

  // True if the request asks for an invocation: it is answered then, now or later.
  bool take(const HttpExchangePtr& exchange);

  // New calls are refused from now on; running ones go on.
  void drain();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
