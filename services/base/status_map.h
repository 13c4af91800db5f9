// SPDX-License-Identifier: Apache-2.0
//
// The one table from the core's error codes to statuses of HTTP and of gRPC.

#pragma once

#include "core/base/result.h"

namespace fn::services {

// A code that is none of them counts as kInternal. 503 goes with a Retry-After where the code is
// kTooBusy.
[[nodiscard]] constexpr unsigned http_status_of(core::ErrorCode code) {
  switch (code) {
    case core::ErrorCode::kInvalidArgument:
      return 400;
    case core::ErrorCode::kNotFound:
      return 404;
    case core::ErrorCode::kConflict:
      return 409;
    case core::ErrorCode::kTooBusy:
    case core::ErrorCode::kUnavailable:
      return 503;
    case core::ErrorCode::kDeadlineExceeded:
      return 504;
    case core::ErrorCode::kInternal:
      return 500;
  }
  return 500;
}

// The numbers of grpc::StatusCode.
[[nodiscard]] constexpr int grpc_status_of(core::ErrorCode code) {
  switch (code) {
    case core::ErrorCode::kInvalidArgument:
      return 3;
    case core::ErrorCode::kNotFound:
      return 5;
    case core::ErrorCode::kConflict:
      return 6;
    case core::ErrorCode::kTooBusy:
      return 8;
    case core::ErrorCode::kDeadlineExceeded:
      return 4;
    case core::ErrorCode::kUnavailable:
      return 14;
    case core::ErrorCode::kInternal:
      return 13;
  }
  return 13;
}

}  // namespace fn::services
