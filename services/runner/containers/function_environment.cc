// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/function_environment.h"

#include <map>

namespace fn::services {

Environment function_environment(const FunctionSetup& setup,
                                 const std::string& format,
                                 const std::string& listener,
                                 const Environment& base,
                                 const Environment& further) {
  std::map<std::string, std::string> all;
  for (const auto* list : {&base, &setup.config}) {
    for (const auto& [name, value] : *list) {
      all[name] = value;
    }
  }
  all["FN_FORMAT"] = format;
  all["FN_MEMORY"] = std::to_string(setup.memory.value);
  all["FN_TYPE"] = "sync";
  all["FN_FN_ID"] = setup.fn_id;
  all["FN_APP_ID"] = setup.app_id;
  all["FN_APP_NAME"] = setup.app_name;
  all["FN_FN_NAME"] = setup.fn_name;
  all["FN_PATH"] = setup.path;
  if (setup.cpu.value > 0) {
    all["FN_CPUS"] = std::to_string(setup.cpu.value) + "m";
  }
  if (!listener.empty()) {
    all["FN_LISTENER"] = listener;
  }
  for (const auto& [name, value] : further) {
    all[name] = value;
  }
  return {all.begin(), all.end()};
}

}  // namespace fn::services
