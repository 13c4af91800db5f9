// SPDX-License-Identifier: Apache-2.0
//
// FdkClient: calls to one function over the unix socket of its container, as FDKs expect them
// (fn.md 4.5): `POST /call`, one request at a time. What comes back is judged here, so that every
// driver says the same of the same answer.

#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>

#include "services/base/http.h"
#include "services/base/loop.h"
#include "services/runner/container.h"

namespace fn::services {

struct FdkLimits {
  std::uint64_t body_bytes = 0;  // of a response, 0: unlimited
  std::size_t header_bytes = 0;  // of a response, 0: unlimited
};

enum class FdkVerdict : std::uint8_t {
  kSuccess,   // 200; the body follows
  kFailed,    // 502: the function says that it failed
  kTimedOut,  // 504: the function says that it took too long
  kInvalid,   // any other status
  kHeaderTooLarge,
  kBodyTooLarge,
  kBroken,  // no HTTP, or the connection ended too early
};

// What a status of the function means.
FdkVerdict judge(unsigned status);

// Whether the error with which a success's body ended was its length.
bool is_too_large(const core::Error& error);

class FdkClient {
 public:
  struct Answer {
    FdkVerdict verdict = FdkVerdict::kBroken;
    HttpHeaders headers;  // without hop-by-hop ones
    BodyPipePtr body;     // of a success
  };

  // `socket`: a path that leads to the function's socket.
  FdkClient(Loop& loop, std::string socket, FdkLimits limits);
  ~FdkClient();
  FdkClient(const FdkClient&) = delete;
  FdkClient& operator=(const FdkClient&) = delete;

  // Sends the request and calls the handler once. A socket that does not listen yet, though it is
  // there, is tried again for a moment. REQUIRES: the call before has been finished.
  void call(RunRequest request, std::function<void(Answer)> answered);

  // The call is over, with all of its answer read or not: what is still under way breaks off, and
  // a handler that was not called is forgotten.
  void finish();

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
