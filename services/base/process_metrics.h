// SPDX-License-Identifier: Apache-2.0
//
// What Prometheus wants to know of every process: CPU, memory, open files, start, and which build
// it is, under the names that all exporters use.

#pragma once

#include <string>

#include "services/base/metrics.h"

namespace fn::services {

// Each text of the metrics reads /proc anew.
void add_process_metrics(Metrics& metrics, const std::string& version);

}  // namespace fn::services
