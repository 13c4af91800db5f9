// SPDX-License-Identifier: Apache-2.0
//
// fnsim trace generate.

#include <array>
#include <cstdint>
#include <cstdio>
#include <memory>
#include <set>
#include <string>
#include <string_view>

#include "core/config/suggest.h"
#include "core/io/byte_sink.h"
#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"
#include "sim/scenario/generator_file.h"
#include "sim/scenario/generator_presets.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/generate/generated_trace.h"

namespace fn::sim {

namespace {

core::Result<GeneratorSources> sources_of(const Arguments& arguments) {
  GeneratorSources sources;
  sources.preset = arguments.value("preset").value_or("");
  sources.file = arguments.value("config").value_or("");
  if (sources.preset.empty() == sources.file.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "trace generate: expected either --preset NAME (" +
                          core::word_list(generator_preset_names()) + ") or --config FILE");
  }
  if (core::Status status = add_sets(arguments, sources.settings); !status) {
    return tl::unexpected(status.error());
  }
  return sources;
}

core::Status write_trace(TraceReader& trace, int level, const std::string& path) {
  core::Result<std::unique_ptr<core::FileSink>> sink = core::FileSink::create(path);
  if (!sink) {
    return tl::unexpected(sink.error());
  }
  const core::Result<std::uint64_t> calls = write_fntrace(trace, **sink, level);
  return calls ? (*sink)->commit() : core::Status(tl::unexpected(calls.error()));
}

// "292 functions of 12 tenants, 5,000,000 calls, 83.2 runners of 4 GiB on average".
std::string size_of(const core::TraceHead& head) {
  std::set<std::string_view> tenants;
  std::uint64_t calls = 0;
  double gib_ns = 0;
  constexpr double kMibPerGib = 1024;
  constexpr double kRunnerGib = 4;
  for (const core::TraceFunction& function : head.functions) {
    tenants.insert(function.tenant);
    calls += function.calls;
    gib_ns += static_cast<double>(function.calls) *
              static_cast<double>(function.durations.average.count()) *
              static_cast<double>(function.memory_mib) / kMibPerGib;
  }
  const double runners = gib_ns / static_cast<double>(head.end_ns) / kRunnerGib;
  std::array<char, 32> load{};
  std::snprintf(load.data(), load.size(), "%.1f", runners);
  return grouped(head.functions.size()) + " functions of " + grouped(tenants.size()) +
         " tenants, " + grouped(calls) + " calls, " + load.data() + " runners of 4 GiB on average";
}

int print_preset(const Console& console, const std::string& name) {
  const Preset* preset = find_generator_preset(name);
  if (preset == nullptr) {
    say_error(console,
              "--print-preset " + name + ": expected one of " +
                  core::word_list(generator_preset_names()) +
                  core::did_you_mean(name, generator_preset_names()));
    return kExitUsage;
  }
  console.out << preset->toml;
  return kExitOk;
}

}  // namespace

int trace_generate_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const Console& console = invocation.console;
  if (const std::optional<std::string> name = arguments.value("print-preset")) {
    return print_preset(console, *name);
  }
  const std::optional<std::string> out = arguments.value("out");
  if (!out) {
    say_error(console, "trace generate: expected --out FILE.fntrace");
    return kExitUsage;
  }
  const core::Result<GeneratorSources> sources = sources_of(arguments);
  constexpr std::uint64_t kMostSeed = std::uint64_t{1} << 62;
  const core::Result<std::uint64_t> seed = number_option(arguments, "seed", kMostSeed, 1);
  constexpr std::uint64_t kSmallest = 19;
  const core::Result<std::uint64_t> level = number_option(arguments, "level", kSmallest, kSmallest);
  if (!sources || !seed || !level) {
    return say_usage(console, !sources ? sources.error() : (!seed ? seed.error() : level.error()));
  }
  const core::Result<GeneratorConfig> config = load_generator(*sources);
  if (!config) {
    return say_failure(console, config.error());
  }
  const core::Result<TraceReaderPtr> trace = open_generated(*config, *seed);
  if (!trace) {
    return say_failure(console, trace.error());
  }
  if (core::Status written = write_trace(**trace, static_cast<int>(*level), *out); !written) {
    return say_failure(console, written.error());
  }
  console.out << *out << "\n";
  if (!arguments.has("quiet")) {
    say(console, size_of((*trace)->head()));
    say(console, "replay it: fnsim run --trace " + *out + " --tenant owner");
  }
  return kExitOk;
}

}  // namespace fn::sim
