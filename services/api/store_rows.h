// SPDX-License-Identifier: Apache-2.0
//
// How the store's files run their statements: one row or none, a page of rows, and changes whose
// broken UNIQUE is told in Fn's words.

#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "core/base/result.h"
#include "services/api/sqlite.h"
#include "services/api/store.h"

// What read_fn reads, in its order.
#define FN_FN_COLUMNS                                                                  \
  "fns.id, fns.app_id, fns.name, fns.image, fns.format, fns.shape, fns.memory_mib, "   \
  "fns.milli_cpus, fns.timeout_s, fns.idle_timeout_s, fns.made_as_route, fns.config, " \
  "fns.annotations, fns.created_ms, fns.updated_ms "

namespace fn::services {

Fn read_fn(SqlRun& run);

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

// One page of rows of a statement that gives up to limit + 1 of them: at most `limit`, and fewer if
// they are large, so that no list is larger than what a client and this server can hold.
template <typename Read>
auto one_page(SqlRun& run, Read read, std::int64_t limit)
    -> core::Result<Listed<decltype(read(run))>> {
  constexpr std::size_t kPageBytes = std::size_t{4} << 20;
  Listed<decltype(read(run))> page;
  for (;;) {
    const core::Result<bool> row = run.step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    page.more = *row;
    if (!*row || std::ssize(page.items) == limit || run.bytes_read() >= kPageBytes) {
      return page;
    }
    page.items.push_back(read(run));
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
