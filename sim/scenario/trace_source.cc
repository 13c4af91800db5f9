// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/trace_source.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/scenario/trace_paths.h"
#include "sim/trace/azure2019.h"
#include "sim/trace/trace_input.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

namespace fs = std::filesystem;

core::Result<TraceReaderPtr> open_azure2019(const std::string& path, const TraceOptions& options) {
  const core::Result<Azure2019Files> files = find_trace(path);
  return files ? read_azure2019(*files, options)
               : core::Result<TraceReaderPtr>(tl::unexpected(files.error()));
}

// A folder, a list or the beginning of three names can only be Azure 2019's three files.
core::Result<TraceReaderPtr> open_one(const std::string& path,
                                      TraceFormat format,
                                      const TraceOptions& options) {
  std::error_code ignored;
  const bool is_file =
      path == "-" || (fs::exists(path, ignored) && !fs::is_directory(path, ignored));
  if (!is_file || format == TraceFormat::kAzure2019) {
    return open_azure2019(path, options);
  }
  core::Result<core::ByteSourcePtr> source = core::open_bytes(path);
  if (!source) {
    return tl::unexpected(source.error());
  }
  const core::Result<TraceFormat> found = recognise(**source);
  if (!found) {
    return tl::unexpected(found.error());
  }
  if (format == TraceFormat::kAuto && *found == TraceFormat::kAzure2019) {
    return open_azure2019(path, options);
  }
  return read_trace(std::move(*source), format == TraceFormat::kAuto ? *found : format, options);
}

}  // namespace

core::Result<TraceReaderPtr> open_trace_source(const TraceInput& input,
                                               const TraceOptions& options) {
  std::vector<TraceReaderPtr> readers;
  for (const std::string& path : split_traces(input.path)) {
    core::Result<TraceReaderPtr> reader = open_one(path, input.format, options);
    if (!reader) {
      return reader;
    }
    readers.push_back(std::move(*reader));
  }
  core::Result<TraceReaderPtr> merged = merge(std::move(readers));
  if (!merged) {
    return merged;
  }
  return operate(std::move(*merged), options);
}

}  // namespace fn::sim
