// SPDX-License-Identifier: Apache-2.0
//
// How the store's files run their statements: one row or none, all rows, and changes whose broken
// UNIQUE is told in Fn's words.

#pragma once

#include <string>
#include <utility>
#include <vector>

#include "core/base/result.h"
#include "services/api/sqlite.h"

namespace fn::services {

// `read` makes a T of the row under `run`. kNotFound with the text when there is no row.
template <typename Read>
auto one_row(SqlRun& run, Read read, const char* missing) -> core::Result<decltype(read(run))> {
  const core::Result<bool> row = run.step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  if (!*row) {
    return core::fail(core::ErrorCode::kNotFound, missing);
  }
  return read(run);
}

template <typename Read>
auto all_rows(SqlRun& run, Read read) -> core::Result<std::vector<decltype(read(run))>> {
  std::vector<decltype(read(run))> rows;
  for (;;) {
    const core::Result<bool> row = run.step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return rows;
    }
    rows.push_back(read(run));
  }
}

// Expects one row to change: kNotFound with the text otherwise.
inline core::Status change_row(SqlRun& run, const char* missing, const char* taken) {
  const core::Result<int> changed = run.finish();
  if (!changed && changed.error().code == core::ErrorCode::kConflict) {
    return core::fail(core::ErrorCode::kConflict, taken);
  }
  if (!changed) {
    return tl::unexpected(changed.error());
  }
  if (*changed == 0) {
    return core::fail(core::ErrorCode::kNotFound, missing);
  }
  return {};
}

}  // namespace fn::services
