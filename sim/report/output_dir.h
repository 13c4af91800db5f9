// SPDX-License-Identifier: Apache-2.0
//
// The folder of `--out DIR`: timeline.csv and decisions.jsonl grow minute by minute under temporary
// names, the other three are written at the end, and commit() puts all five in place, summary.json
// last. Whatever fails or is given up before, no partial result is left behind:
// neither files under temporary names, nor a folder that was made for them. Results of an earlier
// run in the folder stay until commit() begins.

#pragma once

#include <string>
#include <string_view>

#include "core/base/result.h"
#include "sim/report/decision_log.h"
#include "sim/report/minute_row.h"
#include "sim/report/pending_file.h"
#include "sim/report/summary.h"

namespace fn::sim {

class OutputDir {
 public:
  // Makes the folder when it is missing, and begins the two growing files, so that a folder that
  // cannot be written is known before the run.
  static core::Result<OutputDir> create(const std::string& folder);

  // Whether this is one of the five files, once the folder is there.
  static bool writes(const std::string& folder, const std::string& file);

  OutputDir(OutputDir&& other) noexcept;
  OutputDir& operator=(OutputDir&&) = delete;
  OutputDir(const OutputDir&) = delete;
  OutputDir& operator=(const OutputDir&) = delete;
  ~OutputDir();

  // One group's minute; groups in the order of their names. `log` may be null: no decisions.
  core::Status add_minute(std::string_view group, const MinuteRow& row, const DecisionLog* log);

  // The run is over; `functions` is the text of functions.csv. Nothing may be added after it.
  core::Status commit(const RunSummary& run, std::string_view functions);

 private:
  // Removes the folders made for the run, from the innermost, as long as they are empty.
  struct MadeFolder {
    std::string innermost;
    int depth = 0;
  };

  OutputDir(std::string folder, MadeFolder made, PendingFile timeline, PendingFile decisions);
  static MadeFolder missing_folders(const std::string& folder);
  static void remove_folders(const MadeFolder& made);

  std::string folder_;
  MadeFolder made_;
  PendingFile timeline_;
  PendingFile decisions_;
  std::string text_;  // reused for each minute
};

}  // namespace fn::sim
