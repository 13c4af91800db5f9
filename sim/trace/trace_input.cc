// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/trace_input.h"

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "core/io/fntrace_reader.h"
#include "sim/trace/call_columns.h"
#include "sim/trace/calls.h"
#include "sim/trace/csv.h"
#include "sim/trace/faasrail.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/huawei2023.h"
#include "sim/trace/ibm2026.h"
#include "sim/trace/wide_rows.h"

namespace fn::sim {

namespace {

bool holds(const std::vector<std::string>& names, std::string_view name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// The names in the first line; of a line that is longer than what is known of the file, those that
// are known.
std::vector<std::string> names_in(std::string_view head) {
  constexpr std::size_t kLooked = 64;
  if (head.starts_with("\xef\xbb\xbf")) {
    head.remove_prefix(3);
  }
  std::string_view line = head.substr(0, head.find('\n'));
  line = line.substr(0, line.find('\r'));
  std::vector<std::string_view> fields;
  std::string unquoted;
  split_quoted(line, kLooked, fields, unquoted);
  return {fields.begin(), fields.end()};
}

// Without what lies beside it.
core::Result<TraceReaderPtr> read_huawei_day(const core::ByteSourcePtr& source,
                                             const TraceOptions& options) {
  std::vector<HuaweiDay> days = {{source->name(), "", ""}};
  const auto open = [source](const std::string&) -> core::Result<core::ByteSourcePtr> {
    return source;
  };
  return read_huawei2023(std::move(days), open, options);
}

}  // namespace

TraceFormat recognise(std::string_view head) {
  if (core::is_fntrace(head)) {
    return TraceFormat::kFntrace;
  }
  const std::vector<std::string> names = names_in(head);
  if (holds(names, "HashOwner") && holds(names, "HashApp") && holds(names, "HashFunction")) {
    return TraceFormat::kAzure2019;
  }
  if (is_wide(names)) {
    return TraceFormat::kHuawei2023;
  }
  if (is_faasrail(names)) {
    return TraceFormat::kFaasrail;
  }
  if (is_ibm2026(names)) {
    return TraceFormat::kIbm2026;
  }
  return is_azure2021(names) ? TraceFormat::kAzure2021 : TraceFormat::kCalls;
}

core::Result<TraceFormat> recognise(const core::ByteSource& source) {
  std::vector<char> head(core::kPeekBytes);
  const core::Result<std::size_t> got = source.read_at(0, head);
  if (!got) {
    return tl::unexpected(got.error());
  }
  return recognise(std::string_view(head.data(), *got));
}

core::Result<TraceReaderPtr> read_trace(core::ByteSourcePtr source,
                                        TraceFormat format,
                                        const TraceOptions& options) {
  if (format == TraceFormat::kAuto) {
    const core::Result<TraceFormat> found = recognise(*source);
    if (!found) {
      return tl::unexpected(found.error());
    }
    format = *found;
  }
  FN_ASSERT(format != TraceFormat::kAzure2019);
  if (format == TraceFormat::kHuawei2023) {
    return read_huawei_day(source, options);
  }
  if (format == TraceFormat::kIbm2026) {
    return read_ibm2026(*source, nullptr, options);
  }
  if (format != TraceFormat::kFntrace && format != TraceFormat::kFaasrail) {
    return read_calls(std::move(source), options);
  }
  core::Result<core::ByteSourcePtr> file = core::make_seekable(std::move(source));
  if (!file) {
    return tl::unexpected(file.error());
  }
  return format == TraceFormat::kFaasrail ? read_faasrail(std::move(*file), options)
                                          : read_fntrace(std::move(*file));
}

}  // namespace fn::sim
