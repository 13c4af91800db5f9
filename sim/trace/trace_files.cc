// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <optional>
#include <string_view>
#include <sys/stat.h>

#include "sim/trace/azure2019.h"
#include "sim/trace/csv.h"

namespace fn::sim {

namespace {

struct Triple {
  std::string_view inv;
  std::string_view run;
  std::string_view mem;
};

// How the three files of one trace are told apart. A longer name comes before its own beginning.
constexpr std::array<Triple, 3> kNames = {
    {{"invocations_per_function_md", "function_durations_percentiles", "app_memory_percentiles"},
     {"invocations", "durations", "memory"},
     {"inv", "run", "mem"}}};

std::optional<mode_t> mode_of(const std::string& path) {
  struct stat status {};

  return stat(path.c_str(), &status) == 0 ? std::optional(status.st_mode) : std::nullopt;
}

core::Result<Azure2019Files> from_list(std::string_view list) {
  Azure2019Files files;
  while (!list.empty()) {
    const std::string_view part = list.substr(0, list.find(','));
    list.remove_prefix(part.size() < list.size() ? part.size() + 1 : part.size());
    const std::string_view key = part.substr(0, part.find('='));
    const std::string_view path = part.substr(std::min(part.size(), key.size() + 1));
    std::string* file = nullptr;
    if (key == "inv") {
      file = &files.inv;
    } else if (key == "run") {
      file = &files.run;
    } else if (key == "mem") {
      file = &files.mem;
    }
    if (file == nullptr || path.empty() || !file->empty()) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        "trace: expected inv=FILE,run=FILE,mem=FILE, found " + quoted(part));
    }
    *file = path;
  }
  if (files.inv.empty() || files.run.empty() || files.mem.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "trace: expected inv=FILE,run=FILE,mem=FILE, all three of them");
  }
  return files;
}

// "dir/100_inv.csv" with "inv" at `at` -> "dir/100_run.csv".
std::string replaced(const std::string& path, std::size_t at, const Triple& names, int which) {
  const std::string_view name = which == 1 ? names.run : names.mem;
  return path.substr(0, at) + std::string(name) + path.substr(at + names.inv.size());
}

}  // namespace

core::Result<Azure2019Files> find_azure2019(const std::string& trace) {
  if (trace.starts_with("inv=") || trace.starts_with("run=") || trace.starts_with("mem=")) {
    return from_list(trace);
  }
  const std::optional<mode_t> mode = mode_of(trace);
  if (mode && S_ISREG(*mode)) {
    const std::size_t folder = trace.rfind('/') == std::string::npos ? 0 : trace.rfind('/') + 1;
    for (const Triple& names : kNames) {
      const std::size_t at = trace.rfind(names.inv);
      if (at != std::string::npos && at >= folder) {
        return Azure2019Files{trace, replaced(trace, at, names, 1), replaced(trace, at, names, 2)};
      }
    }
    return core::fail(core::ErrorCode::kInvalidArgument,
                      trace +
                          ": expected an invocation file with 'inv' in its name, or "
                          "inv=FILE,run=FILE,mem=FILE");
  }
  const std::string prefix = mode && S_ISDIR(*mode) ? trace + "/" : trace + "_";
  for (const Triple& names : kNames) {
    const auto path = [&](std::string_view name) {
      return prefix + std::string(name) + ".csv";
    };
    if (mode_of(path(names.inv))) {
      return Azure2019Files{path(names.inv), path(names.run), path(names.mem)};
    }
  }
  return core::fail(core::ErrorCode::kNotFound,
                    trace +
                        ": expected a trace: a folder with inv.csv, run.csv and mem.csv, an "
                        "invocation file, or inv=FILE,run=FILE,mem=FILE");
}

}  // namespace fn::sim
