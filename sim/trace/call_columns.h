// SPDX-License-Identifier: Apache-2.0
//
// Which columns of a per-call trace say what: `--columns start=ts,duration=ms,fn=name`. The fields
// are start, end, duration, tenant, app, fn, memory, and count for rows that count calls. A
// column's unit may follow its name after a colon, `duration=took:us`; else the end of the name
// tells it
// (`_s`, `ms`, `us`, `ns`, `mb`, `gib`), else it is milliseconds or MiB.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"

namespace fn::sim {

// A column's name in the header, and what one of its numbers is in nanoseconds or bytes; 0: the
// values tell it. An empty name: there is no such column.
struct CallColumn {
  std::string name;
  std::int64_t unit = 0;
};

struct CallColumns {
  CallColumn start;
  CallColumn end;  // with a duration in place of `start`
  CallColumn tenant;
  CallColumn app;
  CallColumn function;
  CallColumn duration;
  CallColumn memory;
  // Each row stands for so many calls in the minute of its start, whose times are not known.
  CallColumn count;
};

// The columns that the text names.
core::Result<CallColumns> parse_call_columns(std::string_view text);

// The columns whose names in the header are usual ones. Without a start, nor end and duration, the
// error says how to name them.
core::Result<CallColumns> guess_call_columns(const std::string& file,
                                             const std::vector<std::string>& header);

// Azure Functions 2021: app,func,end_timestamp,duration in seconds.
CallColumns azure2021_columns();

bool is_azure2021(const std::vector<std::string>& header);

}  // namespace fn::sim
