// SPDX-License-Identifier: Apache-2.0
//
// EngineClient: requests to a Docker Engine over its unix socket, on a loop. An engine that cannot
// be reached, says no HTTP or takes too long is an error whose line names it and the request; every
// status is an answer.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/body_pipe.h"
#include "services/base/http.h"
#include "services/base/http_client.h"
#include "services/base/loop.h"

namespace fn::services {

struct EngineRequest {
  std::string method;
  std::string target;
  core::Duration time{};  // until the whole answer is here
  std::string json{};     // the body; empty: none
  HttpHeaders headers{};  // further ones
  BodyPipePtr tarball{};  // instead of `json`: a body of `length` bytes
  std::uint64_t length = 0;
  bool lasts = false;  // takes no turn from the short ones
};

struct EngineAnswer {
  unsigned status = 0;
  std::string body;

  [[nodiscard]] bool good() const { return status >= 200 && status < 300; }

  // The engine's words for what went wrong.
  [[nodiscard]] std::string message() const;
};

class EngineClient {
 public:
  using Handler = std::function<void(core::Result<EngineAnswer> answer)>;
  // The stream's output, or a refusal as it came.
  using AttachHandler = std::function<void(core::Result<BodyPipePtr> output)>;

  EngineClient(Loop& loop, std::string socket);
  // Handlers that have not been called are forgotten.
  ~EngineClient();
  EngineClient(const EngineClient&) = delete;
  EngineClient& operator=(const EngineClient&) = delete;

  // Calls the handler once, from the loop. kDeadlineExceeded: too late; kUnavailable: all else.
  void ask(EngineRequest request, Handler handler);

  // Connects to a container's streams. The handler may then begin to write to `input`, which may be
  // none; the output comes in the frames of frame_splitter.h.
  void attach(const std::string& target,
              core::Duration time,
              BodyPipePtr input,
              AttachHandler handler);

  [[nodiscard]] const std::string& socket() const { return socket_; }

 private:
  struct Asked;
  using AskedPtr = std::shared_ptr<Asked>;

  AskedPtr open(HttpClient& client, const std::string& what, core::Duration time);
  void take(const AskedPtr& asked, const HttpClient::Answer& answer);
  void close(const AskedPtr& asked);
  [[nodiscard]] core::Error error(const Asked& asked,
                                  core::ErrorCode code,
                                  const std::string& why) const;

  Loop& loop_;
  std::string socket_;
  HttpClient requests_;
  HttpClient streams_;  // and what lasts; as many as there are
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, AskedPtr> asked_;
};

// What an engine or a registry says, as a part of a line of ours.
std::string one_line(std::string text);

// "a b/c" as "a%20b%2Fc".
std::string percent_encoded(std::string_view text);

}  // namespace fn::services
