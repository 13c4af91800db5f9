// SPDX-License-Identifier: Apache-2.0
//
// FnCatalog: what an LB knows of functions, asked of the API server when a call needs it and kept
// for a few seconds (fn.md 5.9). Calls that ask for the same at one time share one question. The
// API server's errors keep their status and are not kept. While it cannot be reached, what was
// known is used on, however old.

#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/lb/api_port.h"
#include "services/lb/function_version.h"

namespace fn::services {

// A function by its id, by trigger (app name and source), or by v1 route (app name and path).
struct FnAddress {
  enum class Kind { kFn, kTrigger, kRoute };
  Kind kind = Kind::kFn;
  std::string app;   // its name; empty for kFn
  std::string name;  // id, source or path
};

// One of the two.
struct FnFound {
  FunctionVersionPtr function;
  // HTTP status and text of what went wrong; `reached` false: no word from the API server.
  unsigned status = 500;
  std::string message;
  bool reached = true;
};

struct CatalogLimits {
  core::Duration age = std::chrono::seconds(5);
  // How long a question may take before what is known is used, and at most.
  core::Duration stale_after = std::chrono::milliseconds(500);
  core::Duration timeout = std::chrono::seconds(2);
  // The one asked for least lately goes first.
  std::size_t entries = 100'000;
};

class FnCatalog {
 public:
  using Handler = std::function<void(const FnFound& found)>;

  // REQUIRES: loop and port outlive the catalogue.
  FnCatalog(Loop& loop, ApiPort& port, const CatalogLimits& limits);
  ~FnCatalog();
  FnCatalog(const FnCatalog&) = delete;
  FnCatalog& operator=(const FnCatalog&) = delete;

  // Answers at once where it knows, else later, exactly once.
  void find(const FnAddress& address, Handler handler);

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
