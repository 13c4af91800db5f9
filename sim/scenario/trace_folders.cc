// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/trace_folders.h"

#include <algorithm>
#include <filesystem>
#include <string_view>
#include <system_error>
#include <utility>

#include "core/io/byte_source.h"
#include "sim/trace/trace_input.h"

namespace fn::sim {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kRequests = "requests_minute";
constexpr std::string_view kDelays = "function_delay_minute";
constexpr std::string_view kMemory = "memory_limit_minute";
constexpr std::string_view kCallGraphs = "dag_structure.csv";

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(path, ignored);
}

bool is_folder(const fs::path& path) {
  std::error_code ignored;
  return fs::is_directory(path, ignored);
}

// The tables in a folder, by name.
std::vector<std::string> tables_in(const fs::path& folder) {
  constexpr std::size_t kMostEntries = 100'000;
  std::vector<std::string> names;
  std::error_code failed;
  fs::directory_iterator entry(folder, failed);
  for (std::size_t seen = 0; !failed && entry != fs::directory_iterator() && seen < kMostEntries;
       ++seen, entry.increment(failed)) {
    const std::string name = entry->path().filename().string();
    const bool is_table = name.ends_with(".csv") || name.ends_with(".csv.zst");
    if (is_table && name != kCallGraphs && !is_folder(entry->path())) {
      names.push_back(name);
    }
  }
  std::sort(names.begin(), names.end());
  return names;
}

TraceFormat format_of(const fs::path& file) {
  const core::Result<core::ByteSourcePtr> source = core::open_bytes(file.string());
  if (!source) {
    return TraceFormat::kAzure2019;
  }
  const core::Result<TraceFormat> format = recognise(**source);
  return format ? *format : TraceFormat::kAzure2019;
}

// A table of the same name in a sibling of its folder; empty: there is none.
std::string companion(const fs::path& table, std::string_view sibling) {
  const fs::path folder = table.has_parent_path() ? table.parent_path() : fs::path(".");
  const fs::path found = folder / ".." / sibling / table.filename();
  return is_there(found) ? found.lexically_normal().string() : std::string();
}

}  // namespace

TraceFolder look_into(const std::string& folder) {
  if (is_folder(fs::path(folder) / kRequests)) {
    return {TraceFormat::kHuawei2023, folder};
  }
  const std::vector<std::string> tables = tables_in(folder);
  if (!tables.empty()) {
    const fs::path first = fs::path(folder) / tables.front();
    const TraceFormat format = format_of(first);
    if (format == TraceFormat::kHuawei2023) {
      return {format, folder};
    }
    if (tables.size() == 1 && format != TraceFormat::kAzure2019) {
      return {format, first.string()};
    }
  }
  return {TraceFormat::kAzure2019, folder};
}

core::Result<std::vector<HuaweiDay>> find_huawei2023(const std::string& path) {
  std::vector<fs::path> files;
  if (is_folder(path)) {
    const fs::path inner = fs::path(path) / kRequests;
    fs::path folder = is_folder(inner) ? inner : fs::path(path);
    // A slash at the end would be a part of the path.
    folder = folder.has_filename() ? folder : folder.parent_path();
    for (const std::string& name : tables_in(folder)) {
      files.push_back(folder / name);
    }
  } else {
    files.emplace_back(path);
  }
  if (files.empty()) {
    return core::fail(core::ErrorCode::kNotFound,
                      path + ": expected a folder with a CSV file for each day, such as " +
                          std::string(kRequests) + "/day_000.csv, found none");
  }
  std::vector<HuaweiDay> days;
  days.reserve(files.size());
  for (const fs::path& file : files) {
    days.push_back({file.string(), companion(file, kDelays), companion(file, kMemory)});
  }
  return days;
}

std::string find_ibm_configs(const std::string& path) {
  for (const std::string_view name : {"app_configs.csv", "app_configurations.csv"}) {
    const fs::path file = fs::path(path).replace_filename(name);
    if (is_there(file)) {
      return file.string();
    }
  }
  return {};
}

std::vector<std::string> unused_files(const std::string& folder) {
  std::vector<std::string> lines;
  const std::pair<std::string_view, std::string_view> files[] = {
      {"dirigent.json", "images and scaling overrides"},
      {kCallGraphs, "which function calls which"}};
  for (const auto& [name, content] : files) {
    if (is_there(fs::path(folder) / name)) {
      lines.push_back(folder + "/" + std::string(name) + ": not used (it says " +
                      std::string(content) + ")");
    }
  }
  return lines;
}

}  // namespace fn::sim
