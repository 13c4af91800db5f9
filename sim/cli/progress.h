// SPDX-License-Identifier: Apache-2.0
//
// Shows how far a run has come: a bar on a terminal, redrawn at most ten times a second; a plain
// line each 10 s elsewhere; nothing when asked to be quiet.

#pragma once

#include <functional>

#include "sim/cli/console.h"
#include "sim/cli/engine.h"

namespace fn::sim {

class ProgressPrinter : public ProgressSink {
 public:
  // Seconds of real time since any fixed moment.
  using Clock = std::function<double()>;

  ProgressPrinter(const Console& console, bool quiet, Clock clock);
  ProgressPrinter(const ProgressPrinter&) = delete;
  ProgressPrinter& operator=(const ProgressPrinter&) = delete;
  // A bar that stands is taken away.
  ~ProgressPrinter() override;

  void update(const Progress& progress) override;

 private:
  [[nodiscard]] std::string line(const Progress& progress, double elapsed) const;

  const Console& console_;
  bool quiet_;
  Clock clock_;
  double started_;
  double shown_;
  bool bar_stands_ = false;
};

// A clock of this process.
ProgressPrinter::Clock steady_seconds();

// "26:03:00" for a day, two hours and three minutes.
std::string clock_text(core::Duration duration);

}  // namespace fn::sim
