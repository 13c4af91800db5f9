// SPDX-License-Identifier: Apache-2.0
//
// fnsim trace convert | inspect.

#include <array>
#include <string>
#include <sys/stat.h>
#include <utility>

#include "core/config/suggest.h"
#include "core/io/byte_sink.h"
#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"
#include "sim/report/trace_report.h"
#include "sim/scenario/trace_source.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/trace_export.h"
#include "sim/trace/trace_operations.h"
#include "sim/workload/expanded_trace.h"

namespace fn::sim {

namespace {

using SinkPtr = std::unique_ptr<core::FileSink>;

struct Source {
  TraceReaderPtr reader;
  TraceOptions options;
};

// The trace that the arguments name, with all that is to be done to it but --tenant.
core::Result<Source> open_source(const Invocation& invocation, bool& usage) {
  core::Result<Scenario> scenario = scenario_of(invocation.arguments, usage);
  if (!scenario) {
    return tl::unexpected(scenario.error());
  }
  if (scenario->trace.path.empty()) {
    usage = true;
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "expected --trace FILE; - is standard input");
  }
  Source source;
  source.options = scenario->trace_options;
  source.options.seed = scenario->run.seed;
  core::Result<TraceReaderPtr> reader = open_trace_source(scenario->trace, source.options);
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  source.reader = std::move(*reader);
  return source;
}

// What --tenant asks for, which has to know all functions.
core::Status assign_groups(Source& source) {
  const core::Result<TenantRule> rule = parse_tenant_rule(source.options.tenant);
  const core::Result<core::ByteSourcePtr> file = open_tenant_file(source.options.tenant);
  if (!rule || !file) {
    return tl::unexpected(!rule ? rule.error() : file.error());
  }
  core::Result<TraceReaderPtr> reader = with_whole_head(std::move(source.reader));
  if (reader) {
    reader = assign(std::move(*reader), *rule, file->get(), source.options.limits);
  }
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  source.reader = std::move(*reader);
  return {};
}

core::Status expand_counts(Source& source) {
  core::Result<TraceReaderPtr> reader = with_whole_head(std::move(source.reader));
  if (reader) {
    reader = expand(std::move(*reader), source.options);
  }
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  source.reader = std::move(*reader);
  return {};
}

core::Status write_folder(TraceReader& reader, const std::string& folder) {
  mkdir(folder.c_str(), 0777);
  std::array<SinkPtr, 3> sinks;
  constexpr std::array<std::string_view, 3> kNames = {"/inv.csv", "/run.csv", "/mem.csv"};
  for (std::size_t index = 0; index < kNames.size(); ++index) {
    core::Result<SinkPtr> sink = core::FileSink::create(folder + std::string(kNames[index]));
    if (!sink) {
      return tl::unexpected(sink.error());
    }
    sinks[index] = std::move(*sink);
  }
  core::Status written = export_azure2019(reader, {*sinks[0], *sinks[1], *sinks[2]});
  for (const SinkPtr& sink : sinks) {
    written = written ? sink->commit() : written;
  }
  return written;
}

core::Status write_file(TraceReader& reader,
                        ExportFormat format,
                        int level,
                        const std::string& path) {
  core::Result<SinkPtr> sink = core::FileSink::create(path);
  if (!sink) {
    return tl::unexpected(sink.error());
  }
  core::Status written;
  if (format == ExportFormat::kCalls) {
    written = export_calls(reader, **sink);
  } else if (format == ExportFormat::kAzure2021) {
    written = export_azure2021(reader, **sink);
  } else if (const auto calls = write_fntrace(reader, **sink, level); !calls) {
    written = tl::unexpected(calls.error());
  }
  return written ? (*sink)->commit() : written;
}

core::Result<ExportFormat> export_format(const Arguments& arguments) {
  const std::string name = arguments.value("export").value_or("fntrace");
  for (std::size_t index = 0; index < kExportFormatNames.size(); ++index) {
    if (kExportFormatNames[index] == name) {
      return static_cast<ExportFormat>(index);
    }
  }
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "--export " + name + ": expected one of " +
                        core::word_list(kExportFormatNames) +
                        core::did_you_mean(name, kExportFormatNames));
}

void say_warnings(const Invocation& invocation, const TraceReader& reader) {
  for (const std::string& warning : reader.warnings()) {
    if (!invocation.arguments.has("quiet")) {
      say(invocation.console, "warning: " + warning);
    }
  }
}

core::Status convert(Source& source, ExportFormat format, int level, const std::string& out) {
  const bool needs_calls = format == ExportFormat::kCalls || format == ExportFormat::kAzure2021;
  if (needs_calls) {
    if (core::Status expanded = expand_counts(source); !expanded) {
      return expanded;
    }
  }
  return format == ExportFormat::kAzure2019 ? write_folder(*source.reader, out)
                                            : write_file(*source.reader, format, level, out);
}

}  // namespace

int trace_convert_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const std::optional<std::string> out = arguments.value("out");
  if (!out) {
    return say_usage(invocation.console,
                     {core::ErrorCode::kInvalidArgument, "trace convert: expected --out FILE"});
  }
  constexpr std::uint64_t kSmallest = 19;
  constexpr std::uint64_t kLevel = 9;
  const core::Result<ExportFormat> format = export_format(arguments);
  const core::Result<std::uint64_t> level = number_option(arguments, "level", kSmallest, kLevel);
  if (!format || !level) {
    return say_usage(invocation.console, !format ? format.error() : level.error());
  }
  bool usage = false;
  core::Result<Source> source = open_source(invocation, usage);
  if (!source) {
    return usage ? say_usage(invocation.console, source.error())
                 : say_failure(invocation.console, source.error());
  }
  core::Status done;
  if (arguments.has("tenant")) {
    done = assign_groups(*source);
  }
  done = done ? convert(*source, *format, static_cast<int>(*level), *out) : done;
  if (!done) {
    return say_failure(invocation.console, done.error());
  }
  say_warnings(invocation, *source->reader);
  invocation.console.out << *out << "\n";
  return kExitOk;
}

int trace_inspect_command(const Invocation& invocation) {
  const Console& console = invocation.console;
  const core::Result<OutputForm> form = output_form(invocation.arguments);
  constexpr std::uint64_t kMost = 16ULL * 1024 * 1024;
  constexpr std::uint64_t kRunnerMib = 4096;
  const core::Result<std::uint64_t> size =
      number_option(invocation.arguments, "runner-memory", kMost, kRunnerMib);
  if (!form || !size) {
    return say_usage(console, !form ? form.error() : size.error());
  }
  if (*form == OutputForm::kCsv) {
    return say_usage(console,
                     {core::ErrorCode::kInvalidArgument, "--output csv: expected table or json"});
  }
  bool usage = false;
  core::Result<Source> source = open_source(invocation, usage);
  if (!source) {
    return usage ? say_usage(console, source.error()) : say_failure(console, source.error());
  }
  if (invocation.arguments.has("tenant")) {
    if (core::Status assigned = assign_groups(*source); !assigned) {
      return say_failure(console, assigned.error());
    }
  }
  const core::MemoryMib runner{static_cast<std::int64_t>(*size)};
  const core::Result<TraceStatistics> statistics = gather(*source->reader, runner);
  if (!statistics) {
    return say_failure(console, statistics.error());
  }
  say_warnings(invocation, *source->reader);
  const core::TraceHead& head = source->reader->head();
  console.out << (*form == OutputForm::kJson
                      ? trace_json(head, *statistics, runner)
                      : trace_text(head,
                                   *statistics,
                                   runner,
                                   TraceReportStyle{.unicode = console.unicode}));
  return kExitOk;
}

}  // namespace fn::sim
