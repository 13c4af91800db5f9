// SPDX-License-Identifier: Apache-2.0

#include "sim/cli/run_files.h"

#include <string>
#include <utility>
#include <vector>

#include "sim/report/function_rows.h"

namespace fn::sim {

namespace {

// The text of functions.csv.
std::string function_rows(RunFiles::Worlds worlds) {
  std::string text(functions_heading());
  for (const std::unique_ptr<GroupWorld>& world : worlds) {
    const std::span<const FunctionBook> books = world->recorder().functions();
    for (std::size_t index = 0; index < books.size(); ++index) {
      append_function_row(text, world->name(), world->workload().function_ids[index], books[index]);
    }
  }
  return text;
}

}  // namespace

core::Status RunFiles::open(const RunOptions& options) {
  if (!options.out_folder.empty()) {
    core::Result<OutputDir> created = OutputDir::create(options.out_folder);
    if (!created) {
      return tl::unexpected<core::Error>(created.error());
    }
    output_.emplace(std::move(*created));
  }
  if (output_ && OutputDir::writes(options.out_folder, options.metrics_file)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "--metrics " + options.metrics_file +
                          ": expected another file than those of --out; give it another name");
  }
  if (!options.metrics_file.empty()) {
    core::Result<MetricsFile> created = MetricsFile::create(options.metrics_file);
    if (!created) {
      return tl::unexpected<core::Error>(created.error());
    }
    metrics_.emplace(std::move(*created));
  }
  return {};
}

void RunFiles::keep_books(Worlds worlds) const {
  for (const std::unique_ptr<GroupWorld>& world : worlds) {
    if (output_) {
      world->keep_functions();
    }
    if (metrics_) {
      world->keep_metrics();
    }
  }
}

core::Status RunFiles::add_minute(const MinuteRow& row, GroupWorld& world) {
  if (output_) {
    if (core::Status added = output_->add_minute(world.name(), row, &world.decisions()); !added) {
      return added;
    }
    world.decisions().clear();
  }
  return metrics_ ? metrics_->add(world.recorder().metrics()) : core::Status();
}

core::Status RunFiles::commit(const RunSummary& run, Worlds worlds) {
  if (metrics_) {
    std::vector<std::string> groups;
    groups.reserve(worlds.size());
    for (const std::unique_ptr<GroupWorld>& world : worlds) {
      groups.push_back(world->name());
    }
    if (core::Status closed = metrics_->close(groups); !closed) {
      return closed;
    }
  }
  if (output_) {
    if (core::Status committed = output_->commit(run, function_rows(worlds)); !committed) {
      return committed;
    }
  }
  return metrics_ ? metrics_->commit() : core::Status();
}

}  // namespace fn::sim
