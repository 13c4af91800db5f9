// SPDX-License-Identifier: Apache-2.0
//
// One HTTP request after the other to a load balancer or an API server, for a program that waits
// for the answer.

#pragma once

#include <string>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/base/http.h"
#include "services/base/http_client.h"

namespace fn::tools {

class ApiClient {
 public:
  // `url`: http://HOST[:PORT]. The error names what was expected.
  static core::Result<ApiClient> open(const std::string& url);

  // The answer, whatever its status. kUnavailable: nobody is there, or the answer broke off;
  // kDeadlineExceeded: it did not come in time.
  [[nodiscard]] core::Result<services::HttpResponse> get(const std::string& target,
                                                         services::HttpHeaders headers) const;

  // An answer that was no success as an error with its text: kNotFound, or kInternal.
  [[nodiscard]] static core::Error error_of(const services::HttpResponse& answer);

 private:
  explicit ApiClient(services::HttpPeer peer) : peer_(std::move(peer)) {}

  services::HttpPeer peer_;
};

// As one part of a path: all but letters, digits and -._~ as %XX.
[[nodiscard]] std::string path_part(const std::string& text);

}  // namespace fn::tools
