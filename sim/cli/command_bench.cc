// SPDX-License-Identifier: Apache-2.0

#include <algorithm>
#include <array>
#include <cstdio>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "core/config/suggest.h"
#include "sim/cli/commands.h"
#include "sim/cli/exit_code.h"
#include "sim/cli/progress.h"

namespace fn::sim {

namespace {

constexpr std::uint64_t kMostThreads = 256;

void print_table(std::ostream& out, const std::vector<BenchRow>& rows) {
  std::array<char, 160> line{};
  std::snprintf(line.data(),
                line.size(),
                "%-16s %12s %14s %10s %8s %14s  %s\n",
                "WORKLOAD",
                "CALLS",
                "CALLS/S",
                "NS/CALL",
                "MB/S",
                "PEAK RSS MIB",
                "DIGEST");
  out << line.data();
  for (const BenchRow& row : rows) {
    std::snprintf(line.data(),
                  line.size(),
                  "%-16s %12llu %14.0f %10.1f %8.0f %14.1f  %s\n",
                  row.workload.c_str(),
                  static_cast<unsigned long long>(row.calls),
                  row.calls_per_s,
                  row.ns_per_call,
                  row.mb_per_s,
                  row.peak_rss_mib,
                  row.digest.c_str());
    out << line.data();
  }
}

void print_json(std::ostream& out, const std::vector<BenchRow>& rows) {
  nlohmann::ordered_json list = nlohmann::ordered_json::array();
  for (const BenchRow& row : rows) {
    list.push_back({{"workload", row.workload},
                    {"calls", row.calls},
                    {"calls_per_s", row.calls_per_s},
                    {"ns_per_call", row.ns_per_call},
                    {"mb_per_s", row.mb_per_s},
                    {"peak_rss_mib", row.peak_rss_mib},
                    {"digest", row.digest}});
  }
  out << list.dump(2) << "\n";
}

void print_csv(std::ostream& out, const std::vector<BenchRow>& rows) {
  out << "workload,calls,calls_per_s,ns_per_call,mb_per_s,peak_rss_mib,digest\n";
  for (const BenchRow& row : rows) {
    out << csv_field(row.workload) << "," << row.calls << "," << row.calls_per_s << ","
        << row.ns_per_call << "," << row.mb_per_s << "," << row.peak_rss_mib << ","
        << csv_field(row.digest) << "\n";
  }
}

// The first word that is no workload, or empty.
std::string unknown_workload(const std::vector<std::string>& words, const Engine& engine) {
  const auto& known = engine.bench_workloads;
  for (const std::string& word : words) {
    if (std::find(known.begin(), known.end(), word) == known.end()) {
      return word;
    }
  }
  return "";
}

}  // namespace

int bench_command(const Invocation& invocation) {
  const Arguments& arguments = invocation.arguments;
  const Console& console = invocation.console;
  const core::Result<OutputForm> form = output_form(arguments);
  if (!form) {
    return say_usage(console, form.error());
  }
  const core::Result<std::uint64_t> threads = number_option(arguments, "threads", kMostThreads, 1);
  if (!threads) {
    return say_usage(console, threads.error());
  }
  const std::string unknown = unknown_workload(arguments.words(), invocation.engine);
  if (!unknown.empty()) {
    const auto& known = invocation.engine.bench_workloads;
    say_error(console,
              "bench: unknown workload \"" + unknown + "\": expected any of " +
                  core::word_list(known) + core::did_you_mean(unknown, known));
    return kExitUsage;
  }
  const BenchOptions options{.workloads = arguments.words(),
                             .threads = static_cast<std::uint32_t>(*threads)};
  const core::Result<std::vector<BenchRow>> rows = [&] {
    ProgressPrinter progress(console, arguments.has("quiet"), steady_seconds());
    return invocation.engine.bench(options, progress);
  }();
  if (!rows) {
    return say_failure(console, rows.error());
  }
  switch (*form) {
    case OutputForm::kTable:
      print_table(console.out, *rows);
      break;
    case OutputForm::kJson:
      print_json(console.out, *rows);
      break;
    case OutputForm::kCsv:
      print_csv(console.out, *rows);
      break;
  }
  return kExitOk;
}

}  // namespace fn::sim
