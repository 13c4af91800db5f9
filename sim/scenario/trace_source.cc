// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/trace_source.h"

#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

#include "sim/scenario/trace_folders.h"
#include "sim/scenario/trace_paths.h"
#include "sim/trace/azure2019.h"
#include "sim/trace/huawei2023.h"
#include "sim/trace/ibm2026.h"
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

// `first`: the file at `path` where it is open already, because a pipe can be opened but once.
core::Result<TraceReaderPtr> open_huawei2023(const std::string& path,
                                             core::ByteSourcePtr first,
                                             const TraceOptions& options) {
  core::Result<std::vector<HuaweiDay>> days = find_huawei2023(path);
  if (!days) {
    return tl::unexpected(days.error());
  }
  const auto open = [path, first = std::move(first)](const std::string& name) mutable {
    return name == path && first != nullptr ? std::exchange(first, nullptr)
                                            : core::open_bytes(name);
  };
  return read_huawei2023(std::move(*days), open, options);
}

core::Result<TraceReaderPtr> open_ibm2026(const std::string& path,
                                          const core::ByteSource& source,
                                          const TraceOptions& options) {
  const std::string beside = path == "-" ? std::string() : find_ibm_configs(path);
  if (beside.empty()) {
    return read_ibm2026(source, nullptr, options);
  }
  const core::Result<core::ByteSourcePtr> configs = core::open_bytes(beside);
  return configs ? read_ibm2026(source, configs->get(), options)
                 : core::Result<TraceReaderPtr>(tl::unexpected(configs.error()));
}

core::Result<TraceReaderPtr> open_file(const std::string& path,
                                       TraceFormat format,
                                       const TraceOptions& options) {
  core::Result<core::ByteSourcePtr> source = core::open_bytes(path);
  if (!source) {
    return tl::unexpected(source.error());
  }
  const core::Result<TraceFormat> found = recognise(**source);
  if (!found) {
    return tl::unexpected(found.error());
  }
  format = format == TraceFormat::kAuto ? *found : format;
  if (format == TraceFormat::kInvitro) {
    format = *found == TraceFormat::kAzure2021 ? *found : TraceFormat::kAzure2019;
  }
  if (format == TraceFormat::kAzure2019) {
    return open_azure2019(path, options);
  }
  if (format == TraceFormat::kHuawei2023) {
    return open_huawei2023(path, std::move(*source), options);
  }
  if (format == TraceFormat::kIbm2026) {
    return open_ibm2026(path, **source, options);
  }
  return read_trace(std::move(*source), format, options);
}

core::Result<TraceReaderPtr> open_folder(const std::string& path,
                                         TraceFormat format,
                                         const TraceOptions& options) {
  const TraceFolder found = look_into(path);
  const bool any = format == TraceFormat::kAuto || format == TraceFormat::kInvitro;
  if (any && found.path != path) {
    return open_file(found.path, format, options);
  }
  if (format == TraceFormat::kHuawei2023 ||
      (format == TraceFormat::kAuto && found.format == TraceFormat::kHuawei2023)) {
    return open_huawei2023(path, nullptr, options);
  }
  core::Result<TraceReaderPtr> reader = open_azure2019(path, options);
  for (const std::string& line : reader ? unused_files(path) : std::vector<std::string>()) {
    (*reader)->warn(line);
  }
  return reader;
}

// A list or the beginning of three names can only be Azure 2019's three files.
core::Result<TraceReaderPtr> open_one(const std::string& path,
                                      TraceFormat format,
                                      const TraceOptions& options) {
  std::error_code ignored;
  if (fs::is_directory(path, ignored)) {
    return open_folder(path, format, options);
  }
  const bool is_file = path == "-" || fs::exists(path, ignored);
  if (!is_file || format == TraceFormat::kAzure2019) {
    return open_azure2019(path, options);
  }
  return open_file(path, format, options);
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
