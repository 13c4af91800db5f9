// SPDX-License-Identifier: Apache-2.0
//
// Goal: the statuses that clients and peers rely on.

#include "services/base/status_map.h"

#include <array>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

using core::ErrorCode;

TEST(StatusMap, NamesEachCodeInHttpAndInGrpc) {
  struct Row {
    ErrorCode code;
    unsigned http;
    int grpc;
  };

  constexpr std::array kRows = {
      Row{ErrorCode::kInvalidArgument, 400, 3},
      Row{ErrorCode::kNotFound, 404, 5},
      Row{ErrorCode::kConflict, 409, 6},
      Row{ErrorCode::kTooBusy, 503, 8},
      Row{ErrorCode::kDeadlineExceeded, 504, 4},
      Row{ErrorCode::kUnavailable, 503, 14},
      Row{ErrorCode::kInternal, 500, 13},
  };
  for (const Row& row : kRows) {
    EXPECT_EQ(http_status_of(row.code), row.http);
    EXPECT_EQ(grpc_status_of(row.code), row.grpc);
  }
}

}  // namespace
}  // namespace fn::services
