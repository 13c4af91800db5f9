// SPDX-License-Identifier: Apache-2.0
//
// The file of `--metrics FILE`. OpenMetrics wants a series in one piece, so the samples of the run
// go into a temporary file beside it first, minute by minute, and memory does not grow with the
// run. Like the folder of --out it appears all at once or not at all. Errors name the file.

#pragma once

#include <cstddef>
#include <span>
#include <string>

#include "core/base/result.h"
#include "sim/report/metric_sample.h"
#include "sim/report/pending_file.h"

namespace fn::sim {

class MetricsFile {
 public:
  // The folder must exist. A file that cannot be written is known before the run.
  static core::Result<MetricsFile> create(const std::string& path);

  // The samples of one minute come one group after the other, in the same order every minute.
  core::Status add(const MetricSample& sample);

  // The run is over: writes the text, by the groups' names in that order. Only its name is still
  // missing then. Nothing may be added after it.
  core::Status close(std::span<const std::string> groups);

  // REQUIRES: close() went well.
  core::Status commit() { return text_.commit(); }

 private:
  MetricsFile(PendingFile text, PendingFile samples);

  PendingFile text_;
  PendingFile samples_;
  std::size_t count_ = 0;
};

}  // namespace fn::sim
