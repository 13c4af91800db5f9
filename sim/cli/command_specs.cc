// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "sim/cli/options.h"

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
constexpr OptionSpec kTrace{
    "trace",
    "PATH|inv=A,run=B,mem=C",
    "Trace to replay: its folder, its invocation file with the others beside it, or three files."};
constexpr OptionSpec kTraceFormat{"trace-format", "auto|azure2019", "How the trace is written."};
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
    kScenario,
    kPolicy,
    kSet,
    kSeed,
    kTenant,
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
    kScenario,
    kPolicy,
    kSet,
    kTrace,
    kTraceFormat,
    kSeed,
    kTenant,
    kWarmup,
    kSlo,
    kStrict,
    kLenient,
    kOutput,
    kJson,
    kNoColor,
    kHelp,
};

constexpr std::array kTraceOptions = {
    OptionSpec{"out", "DIR", "Folder for the trace's files; it is made when it is missing."},
    kSeed,
    kQuiet,
    kNoColor,
    kHelp,
};

constexpr std::array kPlainOptions = {kNoColor, kHelp};

constexpr std::array kCommands = {
    CommandSpec{
        "run",
        "Simulate a trace or a scenario and report what happened.",
        "fnsim run --trace traces/day --policy steady\n"
        "fnsim run --trace traces/day --policy fn-2018 --tenant owner:6 --out results/2018\n"
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
    CommandSpec{"trace",
                "Make a trace.",
                "fnsim trace generate-demo --out traces/demo\n"
                "fnsim trace generate-demo --out traces/other --seed 7",
                "generate-demo",
                kTraceOptions},
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

}  // namespace

std::span<const CommandSpec> command_specs() {
  return kCommands;
}

}  // namespace fn::sim
