// SPDX-License-Identifier: Apache-2.0
//
// What lies in a folder that --trace names, and what lies beside a file of a trace.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "sim/trace/huawei2023.h"
#include "sim/trace/trace_options.h"

namespace fn::sim {

// A folder as a trace of one of the formats.
struct TraceFolder {
  TraceFormat format = TraceFormat::kAzure2019;
  std::string path;  // of the one file that it is about, or the folder
};

// What the folder holds: Azure 2019's three files (also where nothing else is found), Huawei's
// minute files, or a single file of another format. REQUIRES: it is a folder.
TraceFolder look_into(const std::string& folder);

// The days that `path` means, a day file or a folder of them in order of names, each with its
// companions in the sibling folders function_delay_minute and memory_limit_minute; a folder that
// holds requests_minute will do too.
core::Result<std::vector<HuaweiDay>> find_huawei2023(const std::string& path);

// IBM's app_configs.csv (or app_configurations.csv) in the folder of this file; empty: there is
// none.
std::string find_ibm_configs(const std::string& path);

// One line for each file that InVitro puts into its folders and that no calls come from.
std::vector<std::string> unused_files(const std::string& folder);

}  // namespace fn::sim
