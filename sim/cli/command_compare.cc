// SPDX-License-Identifier: Apache-2.0

#include <filesystem>
#include <string>
#include <vector>

#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"
#include "sim/report/compare_table.h"
#include "sim/report/summary_reader.h"

namespace fn::sim {

namespace {

// The folder's name says what the run was about; a file's own name does not.
std::string label_of(const std::string& path) {
  std::filesystem::path name(path);
  if (name.filename() == "summary.json") {
    name = name.parent_path();
  }
  if (!name.has_filename()) {
    name = name.parent_path();
  }
  return name.has_filename() ? name.filename().string() : path;
}

}  // namespace

int compare_command(const Invocation& invocation) {
  const std::vector<std::string>& paths = invocation.arguments.words();
  const Console& console = invocation.console;
  if (paths.size() < 2) {
    say_error(console, "compare: expected two or more results, folders or summary.json files");
    return kExitUsage;
  }
  std::vector<RunSummary> runs;
  runs.reserve(paths.size());
  for (const std::string& path : paths) {
    core::Result<RunSummary> run = read_summary(path);
    if (!run) {
      say_error(console, run.error().message);
      return kExitBadInput;
    }
    runs.push_back(std::move(*run));
  }
  std::vector<LabelledRun> labelled;
  for (std::size_t index = 0; index < runs.size(); ++index) {
    labelled.push_back(LabelledRun{label_of(paths[index]), &runs[index]});
  }
  console.out << compare_table(
      labelled, TableStyle{.colour = console.out_coloured, .unicode = console.unicode});
  return kExitOk;
}

}  // namespace fn::sim
