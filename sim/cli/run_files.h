// SPDX-License-Identifier: Apache-2.0
//
// The files that a run writes beside its result: the folder of --out and the file of --metrics.
// They appear together when the run has ended; a run that fails or is given up before leaves
// nothing behind.

#pragma once

#include <memory>
#include <optional>
#include <span>

#include "core/base/result.h"
#include "sim/cli/engine.h"
#include "sim/report/metrics_file.h"
#include "sim/report/minute_row.h"
#include "sim/report/output_dir.h"
#include "sim/report/summary.h"
#include "sim/world/group_world.h"

namespace fn::sim {

class RunFiles {
 public:
  using Worlds = std::span<const std::unique_ptr<GroupWorld>>;

  // Begins what the options ask for, so that what cannot be written is known before the run.
  core::Status open(const RunOptions& options);

  [[nodiscard]] bool keeps_decisions() const { return output_.has_value(); }

  // Has the worlds count what goes into the files. REQUIRES: nothing has run yet.
  void keep_books(Worlds worlds) const;

  // One group's minute; groups in the order of their names.
  core::Status add_minute(const MinuteRow& row, GroupWorld& world);

  // The run is over: everything is written, then everything is put in place.
  core::Status commit(const RunSummary& run, Worlds worlds);

 private:
  std::optional<OutputDir> output_;
  // It may lie in that folder, so it goes first.
  std::optional<MetricsFile> metrics_;
};

}  // namespace fn::sim
