// SPDX-License-Identifier: Apache-2.0
//
// The command line that the services' programs have alike: --help, --version, `config print`; else
// the configuration is loaded and the program serves. Exit codes: 0 ended as asked, 1 failed, 2
// wrong use or configuration.

#pragma once

#include <functional>
#include <string>
#include <vector>

#include "services/base/load_config.h"

namespace fn::services {

inline constexpr int kFailed = 1;
inline constexpr int kMisused = 2;

struct NodeProgram {
  std::string name;   // "fnserver"
  std::string about;  // one sentence
  // What FN_NODE_TYPE is, whatever the environment says; empty: what that says.
  std::string node_type{};
  std::function<int(const LoadedConfig& loaded)> serve;
};

// `words`: the arguments of main() without the first. Answers with the exit code.
int run_program(const NodeProgram& program, const std::vector<std::string>& words);

// Says the line on stderr under the program's name; answers with the code.
int complain(const std::string& program, const std::string& line, int code);

}  // namespace fn::services
