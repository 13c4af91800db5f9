// SPDX-License-Identifier: Apache-2.0

#include <string>

#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"

namespace fn::sim {

int trace_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const Console& console = invocation.console;
  const std::optional<std::string> folder = arguments.value("out");
  if (arguments.words().size() != 1 || arguments.words().front() != "generate-demo" || !folder) {
    say_error(console, "trace: expected \"fnsim trace generate-demo --out DIR [--seed N]\"");
    return kExitUsage;
  }
  constexpr std::uint64_t kMost = std::uint64_t{1} << 62;
  const core::Result<std::uint64_t> seed = number_option(arguments, "seed", kMost, 1);
  if (!seed) {
    return say_usage(console, seed.error());
  }
  if (const core::Status status = invocation.engine.demo_trace(*folder, *seed); !status) {
    say_error(console, status.error().message);
    return kExitFailed;
  }
  console.out << *folder << "\n";
  if (!arguments.has("quiet")) {
    say(console, "replay it: fnsim run --trace " + *folder + " --tenant owner");
  }
  return kExitOk;
}

}  // namespace fn::sim
