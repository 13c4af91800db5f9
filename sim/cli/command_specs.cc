// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "sim/cli/commands.h"
#include "sim/cli/options.h"
#include "sim/scenario/presets.h"
#include "sim/world/bench_workloads.h"

namespace fn::sim {

namespace {

// What decides a run's result, in every command that reads a configuration.
constexpr OptionSpec kScenario{
    "scenario", "FILE", "TOML file with all that the run depends on; over the defaults."};
constexpr OptionSpec kPolicy{
    "policy",
    "NAME|FILE",
    "Policy over the scenario: steady, fn-2018, fn-2018-all, kpa, fixed, or a TOML file."};
constexpr OptionSpec kSet{
    "set", "KEY=VALUE", "One setting over all files; \"fnsim config print\" lists the keys.", true};
constexpr OptionSpec kTrace{"trace",
                            "PATH|inv=A,run=B,mem=C",
                            "Trace to replay: a file of any format, - for standard input, or "
                            "Azure's folder or three files; "
                            "several become one.",
                            true};
constexpr OptionSpec kTraceFormat{
    "trace-format",
    "auto|azure2019|azure2021|calls|faasrail|fntrace|huawei2023|ibm2026|invitro",
    "How the trace is written; auto looks at its first line."};
constexpr OptionSpec kColumns{
    "columns",
    "FIELD=COLUMN,...",
    "Columns of a per-call CSV, FIELD[=COLUMN[:UNIT]] of start, end, duration, tenant, app, fn, "
    "memory, count: start=ts,duration=took:us."};
constexpr OptionSpec kFrom{
    "from", "T", "Calls from then on: 8h after the trace's zero, or a time of day (RFC 3339)."};
constexpr OptionSpec kTo{"to", "T", "Calls before then."};
constexpr OptionSpec kScale{"scale", "X", "Every function's calls times X, by seeded draws."};
constexpr OptionSpec kOnly{
    "only", "tenant=NAME", "Or app=NAME, fn=NAME, joined by commas: the rest is left out."};
constexpr OptionSpec kAnonymise{
    "anonymise", "SALT", "Names become pseudonyms, the same ones under the same salt."};
constexpr OptionSpec kSeed{"seed", "N", "Seed of every random stream (run.seed, default 1)."};
constexpr OptionSpec kTenant{
    "tenant",
    "all|owner|app|owner:N|FILE",
    "Which calls form a group: all, one per owner or app, the N largest owners, or a CSV file."};
constexpr OptionSpec kWarmup{"warmup", "TIME", "Nothing is counted before: 10m, 2h."};
constexpr OptionSpec kSlo{"slo", "TIME", "Wait up to which a call is within_slo (500ms)."};
constexpr OptionSpec kStrict{
    "strict", "", "Refuse a trace with functions that lack durations or memory."};
constexpr OptionSpec kLenient{"lenient", "", "Skip and count malformed rows of a trace."};
constexpr OptionSpec kThreads{
    "threads", "N", "Groups that are simulated side by side (1); the result is the same."};
constexpr OptionSpec kOutput{"output", "table|json|csv", "Form of the result on stdout (table)."};
constexpr OptionSpec kJson{"json", "", "Short for --output json."};
constexpr OptionSpec kQuiet{"quiet", "", "No progress and no warnings on stderr."};
constexpr OptionSpec kNoColor{"no-color", "", "No colours; NO_COLOR does the same."};
constexpr OptionSpec kHelp{"help", "", "This text."};

constexpr std::array kRunOptions = {
    kTrace,
    kTraceFormat,
    kColumns,
    kScenario,
    kPolicy,
    kSet,
    kSeed,
    kTenant,
    kFrom,
    kTo,
    kScale,
    kOnly,
    kAnonymise,
    kWarmup,
    kSlo,
    kStrict,
    kLenient,
    kThreads,
    OptionSpec{"check", "", "Enforce the scenario's [expect] bounds: exit 99 when one is missed."},
    kOutput,
    kJson,
    OptionSpec{
        "out",
        "DIR",
        "Write summary.json, groups.csv, functions.csv, timeline.csv and decisions.jsonl there."},
    OptionSpec{"metrics",
               "FILE",
               "Write the metrics of every simulated minute there, as OpenMetrics text."},
    kQuiet,
    kNoColor,
    kHelp,
};

constexpr std::array kBenchOptions = {kThreads, kOutput, kJson, kQuiet, kNoColor, kHelp};

constexpr std::array kConfigOptions = {
    kScenario, kPolicy, kSet,     kTrace,  kTraceFormat, kColumns,   kSeed,
    kTenant,   kFrom,   kTo,      kScale,  kOnly,        kAnonymise, kWarmup,
    kSlo,      kStrict, kLenient, kOutput, kJson,        kNoColor,   kHelp,
};

constexpr std::array kConvertOptions = {
    kTrace,
    kTraceFormat,
    kColumns,
    OptionSpec{"out", "FILE|DIR", "Where the result goes; a folder for azure2019."},
    OptionSpec{"export", "fntrace|calls|azure2019|azure2021", "Format of the result (fntrace)."},
    OptionSpec{"level", "N", "How hard fntrace is packed, 1 to 19 (9)."},
    kFrom,
    kTo,
    kScale,
    kOnly,
    kTenant,
    kAnonymise,
    kSeed,
    kSet,
    kStrict,
    kLenient,
    kQuiet,
    kNoColor,
    kHelp,
};

constexpr std::array kGenerateOptions = {
    OptionSpec{"preset", "shipped-day|azure2019-day", "What to generate, by name."},
    OptionSpec{"config", "FILE", "What to generate, as TOML: traces/generating.md."},
    OptionSpec{"set", "KEY=VALUE", "One setting over preset or file, as trace.days=7.", true},
    OptionSpec{"seed", "N", "Another seed is another trace of the same kind (1)."},
    OptionSpec{"out", "FILE", "Where the trace goes, as fntrace."},
    OptionSpec{"level", "N", "How hard it is packed, 1 to 19 (19)."},
    OptionSpec{"print-preset", "NAME", "Print a preset's TOML, as a start for one's own."},
    kQuiet,
    kNoColor,
    kHelp,
};

constexpr std::array kInspectOptions = {
    kTrace,
    kTraceFormat,
    kColumns,
    OptionSpec{"runner-memory", "MIB", "Memory of one runner, for the offered load (4096)."},
    kFrom,
    kTo,
    kScale,
    kOnly,
    kTenant,
    kAnonymise,
    kSeed,
    kSet,
    kStrict,
    kLenient,
    OptionSpec{"output", "table|json", "Form of the result on stdout (table)."},
    kJson,
    kQuiet,
    kNoColor,
    kHelp,
};

constexpr std::array kPlainOptions = {kNoColor, kHelp};

constexpr std::array kCommands = {
    CommandSpec{"run",
                "Simulate a trace or a scenario and report what happened.",
                "fnsim run --trace traces/day.fntrace --policy steady\n"
                "fnsim run --trace traces/day.fntrace --policy fn-2018 --tenant owner:6 --out "
                "results/2018\n"
                "fnsim run --scenario tests/policy/flash-crowd.toml --check\n"
                "fnsim run --trace inv=a_inv.csv,run=a_run.csv,mem=a_mem.csv --set "
                "runner.memory_mib=8192 --json",
                "",
                kRunOptions},
    CommandSpec{"compare",
                "Put the results of several runs side by side.",
                "fnsim compare results/demo/fn-2018 results/demo/steady",
                "RESULT RESULT...",
                kPlainOptions},
    CommandSpec{"config",
                "Print every knob in force with its unit, meaning and origin.",
                "fnsim config print\n"
                "fnsim config print npm. --policy fn-2018\n"
                "fnsim config print --scenario day.toml --set lb.placer=p2c --output json",
                "print [KEY-PREFIX]",
                kConfigOptions},
    CommandSpec{
        "trace inspect",
        "Tell what a trace holds, what was assumed in reading it, and how far to trust it.",
        "fnsim trace inspect --trace calls.csv\n"
        "fnsim trace inspect --trace calls.csv --columns start=ts,duration=took:us,fn=name\n"
        "fnsim trace inspect --trace traces/day.fntrace --runner-memory 8192 --output json",
        "",
        kInspectOptions},
    CommandSpec{
        "trace convert",
        "Write a trace in another format, whole or in part.",
        "fnsim trace convert --trace calls.csv --out calls.fntrace\n"
        "ssh gateway cat calls.csv.zst | fnsim trace convert --trace - --out calls.fntrace\n"
        "fnsim trace convert --trace calls.fntrace --from 8h --to 10h --scale 2 --out "
        "rush.fntrace\n"
        "fnsim trace convert --trace a.fntrace --trace b.fntrace --export calls --out both.csv",
        "",
        kConvertOptions},
    CommandSpec{"trace generate",
                "Make up a trace from published fits and chosen shapes.",
                "fnsim trace generate --preset shipped-day --seed 1 --out day.fntrace\n"
                "fnsim trace generate --print-preset shipped-day >own.toml\n"
                "fnsim trace generate --config own.toml --set trace.days=7 --out own.fntrace",
                "",
                kGenerateOptions},
    CommandSpec{"bench",
                "Measure the simulator's speed on fixed workloads.",
                "fnsim bench\n"
                "fnsim bench cluster-1k w1 --output json",
                "[WORKLOAD]...",
                kBenchOptions},
    CommandSpec{"completion",
                "Print the script that completes fnsim's command lines in a shell.",
                "source <(fnsim completion bash)\n"
                "fnsim completion fish > ~/.config/fish/completions/fnsim.fish",
                "bash|zsh|fish",
                kPlainOptions},
    CommandSpec{"man",
                "Print a manual page.",
                "fnsim man run | man -l -\n"
                "fnsim man > /usr/local/share/man/man1/fnsim.1",
                "[COMMAND]",
                kPlainOptions},
    CommandSpec{"version", "Print the version.", "fnsim version", "", kPlainOptions},
    CommandSpec{"help", "Explain a command.", "fnsim help run", "[COMMAND]", kPlainOptions},
};

constexpr std::array kVariables = {
    VariableSpec{"NO_COLOR", "No colours when it is not empty."},
    VariableSpec{"LC_ALL, LC_CTYPE, LANG",
                 "Blocks are drawn as digits where the locale is not of UTF-8."},
};

std::vector<std::string> words_called(std::string_view called) {
  std::vector<std::string> words;
  if (called == "NAME") {
    const auto names = preset_names();
    words.assign(names.begin(), names.end());
  } else if (called == "WORKLOAD") {
    const auto names = bench_workload_names();
    words.assign(names.begin(), names.end());
  }
  return words;
}

}  // namespace

const Program& fnsim_program() {
  static constexpr Program kFnsim{
      .name = "fnsim",
      .purpose = "simulate a FaaS control plane on recorded traces",
      .description =
          "fnsim replays traces of FaaS calls through the load balancers, runners and node pool\n"
          "manager of the real system, in simulated time.\n",
      .exit_codes =
          "Exit codes: 0 ok, 1 failed, 2 wrong use, 3 bad input, 99 a bound of [expect] missed.\n",
      .variables = kVariables,
      .commands = kCommands,
      .words_called = words_called,
  };
  return kFnsim;
}

}  // namespace fn::sim
