// SPDX-License-Identifier: Apache-2.0

#include "sim/report/function_rows.h"

#include <cstdint>

#include "sim/report/text.h"

namespace fn::sim {
namespace {

constexpr int kMillisecondDecimals = 3;

void append_count(std::string& out, std::uint64_t value) {
  out += ',';
  append_integer(out, value);
}

// The median and the 90th and 99th percentile; empty cells for a set of nothing.
void append_spread(std::string& out, const core::CompactHistogram& histogram) {
  for (const std::uint32_t per_mille : {500U, 900U, 990U}) {
    out += ',';
    if (const auto value = histogram.percentile(per_mille)) {
      append_fixed(out, static_cast<double>(value->count()) / 1e6, kMillisecondDecimals);
    }
  }
}

}  // namespace

std::string_view functions_heading() {
  return "group,function,calls,cold,refused,timed_out,failed,wait_ms_p50,wait_ms_p90,wait_ms_p99,"
         "execution_ms_p50,execution_ms_p90,execution_ms_p99\n";
}

void append_function_row(std::string& out,
                         std::string_view group,
                         std::string_view function,
                         const FunctionBook& book) {
  append_csv_cell(out, group);
  out += ',';
  append_csv_cell(out, function);
  append_count(out, book.calls());
  append_count(out, book.cold());
  append_count(out, book.ended_as(core::CallOutcome::kRefused));
  append_count(out, book.ended_as(core::CallOutcome::kTimedOut));
  append_count(out, book.ended_as(core::CallOutcome::kFailed));
  append_spread(out, book.wait());
  append_spread(out, book.execution());
  out += '\n';
}

}  // namespace fn::sim
