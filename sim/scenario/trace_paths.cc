// SPDX-License-Identifier: Apache-2.0

#include "sim/scenario/trace_paths.h"

#include <algorithm>
#include <cstddef>
#include <exception>
#include <filesystem>
#include <string_view>
#include <vector>

#include "sim/trace/azure2019.h"

namespace fn::sim {

namespace {

namespace fs = std::filesystem;

struct Candidates {
  std::vector<std::string> inv;
  std::vector<std::string> run;
  std::vector<std::string> mem;
};

bool holds_any(std::string_view name, std::string_view word, std::string_view other) {
  return name.find(word) != std::string_view::npos || name.find(other) != std::string_view::npos;
}

// May throw.
Candidates candidates_in(const std::string& folder) {
  constexpr std::size_t kMostEntries = 100'000;
  Candidates found;
  std::size_t entries = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(folder)) {
    const std::string name = entry.path().filename().string();
    if (++entries > kMostEntries) {
      break;
    }
    if (!name.ends_with(".csv") || !entry.is_regular_file()) {
      continue;
    }
    if (holds_any(name, "inv", "invocations")) {
      found.inv.push_back(entry.path().string());
    } else if (holds_any(name, "run", "dur")) {
      found.run.push_back(entry.path().string());
    } else if (holds_any(name, "mem", "memory")) {
      found.mem.push_back(entry.path().string());
    }
  }
  std::sort(found.inv.begin(), found.inv.end());
  return found;
}

core::Result<Azure2019Files> find_in_folder(const std::string& folder) {
  const Candidates found = candidates_in(folder);
  if (found.inv.size() == 1 && found.run.size() == 1 && found.mem.size() == 1) {
    return Azure2019Files{found.inv.front(), found.run.front(), found.mem.front()};
  }
  if (found.inv.size() > 1) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      folder + ": holds " + std::to_string(found.inv.size()) +
                          " traces; name one, such as --trace " + found.inv.front());
  }
  return find_azure2019(found.inv.empty() ? folder : found.inv.front());
}

}  // namespace

core::Result<Azure2019Files> find_trace(const std::string& trace) {
  try {
    return fs::is_directory(trace) ? find_in_folder(trace) : find_azure2019(trace);
  } catch (const std::exception& error) {
    return core::fail(core::ErrorCode::kNotFound, trace + ": " + error.what());
  }
}

std::string anchored(const std::string& folder, const std::string& path) {
  const bool stays = path.empty() || folder.empty() || path.front() == '/';
  return stays ? path : folder + "/" + path;
}

std::vector<std::string> split_traces(const std::string& traces) {
  constexpr std::string_view kJoint = " + ";
  std::vector<std::string> parts;
  std::size_t begin = 0;
  for (std::size_t end = traces.find(kJoint); end != std::string::npos;
       end = traces.find(kJoint, begin)) {
    parts.push_back(traces.substr(begin, end - begin));
    begin = end + kJoint.size();
  }
  parts.push_back(traces.substr(begin));
  return parts;
}

namespace {

std::string anchored_one(const std::string& folder, const std::string& trace) {
  constexpr std::size_t kRole = 4;  // "inv=", "run=", "mem="
  if (trace == "-") {
    return trace;
  }
  const bool is_list =
      trace.starts_with("inv=") || trace.starts_with("run=") || trace.starts_with("mem=");
  if (!is_list) {
    return anchored(folder, trace);
  }
  std::string list;
  std::string_view rest = trace;
  while (!rest.empty()) {
    const std::string part(rest.substr(0, rest.find(',')));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const std::size_t role = std::min(kRole, part.size());
    list += list.empty() ? "" : ",";
    list += part.substr(0, role) + anchored(folder, part.substr(role));
  }
  return list;
}

}  // namespace

std::string anchored_trace(const std::string& folder, const std::string& trace) {
  std::string list;
  for (const std::string& part : split_traces(trace)) {
    list += list.empty() ? "" : " + ";
    list += anchored_one(folder, part);
  }
  return list;
}

}  // namespace fn::sim
