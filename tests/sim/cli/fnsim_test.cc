// SPDX-License-Identifier: Apache-2.0
//
// Goal: what a user types becomes the run that was meant; data goes to stdout, words to stderr, and
// the exit code tells success, failure, wrong use, bad input and missed bounds apart.

#include "sim/cli/fnsim.h"

#include <chrono>
#include <cstdio>
#include <fstream>
#include <nlohmann/json.hpp>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/scenario/presets.h"

namespace fn::tests {

namespace {

using namespace std::chrono_literals;

using sim::Engine;
using sim::RunOptions;
using sim::RunResult;
using sim::Scenario;

constexpr const char* kWorld =
    "workload.duration_s = 60\n[[workload.groups]]\n[[workload.groups.functions]]\n"
    "rate_per_s = 1\n";

// fnsim with a simulator that notes what it is asked for and answers what it is told to.
class FnsimTest : public testing::Test {
 protected:
  FnsimTest() {
    result.json = "{\"json\":1}\n";
    result.table = "a table\n";
    result.csv = "a,b\n";
    result.lookup = [](std::string_view, std::string_view field) -> std::optional<double> {
      return field == "refused" ? std::optional(3.0) : std::nullopt;
    };
    engine.run = [this](const Scenario& asked, const RunOptions& with, sim::ProgressSink&) {
      scenario = asked;
      options = with;
      return failure ? core::Result<RunResult>(tl::unexpected<core::Error>(*failure))
                     : core::Result<RunResult>(result);
    };
    engine.bench = [](const sim::BenchOptions& asked, sim::ProgressSink&) {
      std::vector<sim::BenchRow> rows(1);
      rows.front().workload = asked.workloads.empty() ? "all" : asked.workloads.front();
      return core::Result<std::vector<sim::BenchRow>>(rows);
    };
    engine.bench_workloads = {"w1", "cluster-1k"};
  }

  int run(const std::vector<std::string>& arguments) {
    out.str("");
    err.str("");
    scenario.reset();
    return sim::fnsim(arguments, sim::Console{.out = out, .err = err}, engine);
  }

  // A scenario file with a workload and, it may be, more.
  std::string world(const std::string& more = "") {
    std::string path = testing::TempDir() + "/fnsim_test_world.toml";
    std::ofstream(path) << more << "\n" << kWorld;
    return path;
  }

  std::ostringstream out;
  std::ostringstream err;
  Engine engine;
  RunResult result;
  std::optional<core::Error> failure;
  std::optional<Scenario> scenario;
  RunOptions options;
};

TEST_F(FnsimTest, ARunPrintsItsResultOnStdoutAndNothingElse) {
  EXPECT_EQ(run({"run", "--scenario", world()}), 0);
  EXPECT_EQ(out.str(), "a table\n");
  EXPECT_EQ(err.str(), "");
  EXPECT_EQ(run({"run", "--scenario", world(), "--output", "json"}), 0);
  EXPECT_EQ(out.str(), result.json);
  EXPECT_EQ(run({"run", "--scenario", world(), "--json"}), 0);
  EXPECT_EQ(out.str(), result.json);
  EXPECT_EQ(run({"run", "--scenario", world(), "--output=csv"}), 0);
  EXPECT_EQ(out.str(), result.csv);
}

TEST_F(FnsimTest, EveryOptionReachesTheRun) {
  ASSERT_EQ(run({"run",
                 "--trace",
                 "inv=a,run=b,mem=c",
                 "--trace-format",
                 "azure2019",
                 "--policy",
                 "fn-2018",
                 "--set",
                 "runner.memory_mib=8192",
                 "--set",
                 "lb.placer=p2c",
                 "--seed",
                 "12",
                 "--tenant",
                 "owner:6",
                 "--warmup",
                 "10m",
                 "--slo",
                 "250ms",
                 "--threads",
                 "4",
                 "--out",
                 "results/x",
                 "--metrics",
                 "x.prom",
                 "--lenient"}),
            0)
      << err.str();
  ASSERT_TRUE(scenario);
  EXPECT_EQ(scenario->trace.path, "inv=a,run=b,mem=c");
  EXPECT_EQ(scenario->trace.format, sim::TraceFormat::kAzure2019);
  EXPECT_EQ(scenario->npm.scaler, "fn-2018");
  EXPECT_EQ(scenario->lb.placer, "p2c");
  EXPECT_EQ(scenario->runner.memory.value, 8192);
  EXPECT_EQ(scenario->run.seed, 12U);
  EXPECT_EQ(scenario->trace_options.tenant, "owner:6");
  EXPECT_TRUE(scenario->trace_options.lenient);
  EXPECT_EQ(scenario->run.warmup, 10min);
  EXPECT_EQ(scenario->run.slo, 250ms);
  EXPECT_EQ(options.threads, 4U);
  EXPECT_EQ(options.out_folder, "results/x");
  EXPECT_EQ(options.metrics_file, "x.prom");
  EXPECT_EQ(options.command.substr(0, 40), "fnsim run --trace inv=a,run=b,mem=c --tr");
}

TEST_F(FnsimTest, TheCommandOfARunCanBePastedIntoAShell) {
  ASSERT_EQ(run({"run", "--scenario", world(), "--set", "expect.wait.p99=<5 it's"}), 3);
  ASSERT_EQ(run({"run", "--scenario", world(), "--set", "run.seed=2", "--out", "my results's"}), 0);
  EXPECT_EQ(options.command,
            "fnsim run --scenario " + world() + " --set run.seed=2 --out 'my results'\\''s'");
}

TEST_F(FnsimTest, WrongUseIsExit2WithOneLine) {
  const std::vector<std::vector<std::string>> commands = {
      {"rum"},
      {"run"},
      {"run", "--sceanrio", "x"},
      {"run", "--seed", "abc"},
      {"run", "--seed"},
      {"run", "--seed", "1", "--seed", "2"},
      {"run", "--slo", "5"},
      {"run", "--threads", "0"},
      {"run", "--set", "runner.memory_mib"},
      {"run", "--output", "yaml"},
      {"run", "--strict", "--lenient", "--trace", "x"},
      {"run", "stray"},
      {"config"},
      {"config", "show"},
      {"config", "print", "no-such-key"},
      {"trace"},
      {"trace", "generate"},
      {"bench", "w2"},
      {"help", "rum"},
      {"completion"},
      {"completion", "tcsh"},
      {"man", "rum"},
  };
  for (const std::vector<std::string>& command : commands) {
    EXPECT_EQ(run(command), 2) << err.str();
    EXPECT_TRUE(err.str().starts_with("fnsim: ")) << err.str();
    EXPECT_EQ(err.str().find('\n'), err.str().size() - 1) << err.str();
    EXPECT_EQ(out.str(), "");
    EXPECT_FALSE(scenario);
  }
}

TEST_F(FnsimTest, AnUnknownOptionIsAnsweredWithTheOneThatWasMeant) {
  EXPECT_EQ(run({"run", "--sceanrio", "x"}), 2);
  EXPECT_EQ(err.str(),
            "fnsim: run: unknown option \"--sceanrio\"; did you mean \"--scenario\"? (see \"fnsim "
            "run --help\")\n");
  EXPECT_EQ(run({"rnu"}), 2);
  EXPECT_NE(err.str().find("did you mean \"run\"?"), std::string::npos) << err.str();
  // A shortened name is not guessed.
  EXPECT_EQ(run({"run", "--scen", "x"}), 2);
}

TEST_F(FnsimTest, BadInputIsExit3WithOneLine) {
  EXPECT_EQ(run({"run", "--scenario", "no/such.toml"}), 3);
  EXPECT_EQ(err.str(), "fnsim: no/such.toml: cannot be opened: expected a TOML file\n");
  EXPECT_EQ(run({"run", "--scenario", world(), "--set", "runner.memory_mb=1"}), 3);
  EXPECT_EQ(err.str(),
            "fnsim: --set: unknown key \"runner.memory_mb\"; did you mean "
            "\"runner.memory_mib\"?\n");
  EXPECT_EQ(run({"run", "--scenario", world("lb.placer = \"x\"")}), 3);
  EXPECT_EQ(run({"run", "--scenario", world(), "--policy", "stedy"}), 3);
  EXPECT_EQ(run({"config", "print", "--set", "nodes.lbs=0"}), 3);
  failure = core::Error{core::ErrorCode::kInvalidArgument, "a.csv:3: bad"};
  EXPECT_EQ(run({"run", "--scenario", world()}), 3);
  EXPECT_EQ(err.str(), "fnsim: a.csv:3: bad\n");
}

TEST_F(FnsimTest, AFailedRunIsExit1) {
  failure = core::Error{core::ErrorCode::kUnavailable, "disk full"};
  EXPECT_EQ(run({"run", "--scenario", world()}), 1);
  EXPECT_EQ(err.str(), "fnsim: disk full\n");
  engine.run =
      [](const Scenario&, const RunOptions&, sim::ProgressSink&) -> core::Result<RunResult> {
    throw std::runtime_error("out of luck");
  };
  EXPECT_EQ(run({"run", "--scenario", world()}), 1);
  EXPECT_EQ(err.str(), "fnsim: out of luck\n");
}

TEST_F(FnsimTest, AMissedBoundIsExit99AndSaysHowToRepeatTheRun) {
  const std::string path = world("expect.refused = \"<=2\"");
  EXPECT_EQ(run({"run", "--scenario", path, "--check"}), 99);
  EXPECT_EQ(err.str(),
            "fnsim: " + path + ":1: missed \"refused<=2\": refused is 3, 1 above the limit\n" +
                "fnsim: 1 of 1 bounds missed; repeat: fnsim run --scenario " + path + " --check\n");
  EXPECT_EQ(out.str(), "a table\n");
  // Without --check, bounds are not looked at.
  EXPECT_EQ(run({"run", "--scenario", path}), 0);
  EXPECT_EQ(run({"run", "--scenario", world("expect.refused = \"<=3\""), "--check"}), 0);
  EXPECT_EQ(run({"run", "--scenario", world(), "--check"}), 3);
}

TEST_F(FnsimTest, WarningsGoToStderrUnlessQuiet) {
  result.warnings = {"12 functions dropped"};
  EXPECT_EQ(run({"run", "--scenario", world()}), 0);
  EXPECT_EQ(err.str(), "fnsim: warning: 12 functions dropped\n");
  EXPECT_EQ(run({"run", "--scenario", world(), "--quiet"}), 0);
  EXPECT_EQ(err.str(), "");
}

TEST_F(FnsimTest, ConfigPrintShowsValueUnitOriginAndMeaning) {
  ASSERT_EQ(run({"config", "print", "runner.memory", "--set", "runner.memory_mib=8192"}), 0);
  EXPECT_EQ(out.str(),
            "KEY                VALUE  UNIT  ORIGIN  MEANING\n"
            "runner.memory_mib  8192   MiB   --set   What the containers of one runner may hold "
            "together, idle ones included.\n");
  ASSERT_EQ(run({"config", "print", "lb.placer", "--policy", "fn-2018-all", "--json"}), 0);
  const nlohmann::json document = nlohmann::json::parse(out.str());
  EXPECT_EQ(document["schema"], "fnsim.config/1");
  EXPECT_EQ(document["config"][0]["value"], "naive");
  EXPECT_EQ(document["config"][0]["default"], "chbl");
  EXPECT_EQ(document["config"][0]["origin"], "policy fn-2018-all:4");
  ASSERT_EQ(run({"config", "print", "--output", "csv"}), 0);
  EXPECT_TRUE(out.str().starts_with("key,value,unit,origin,default,allowed,meaning\n"));
}

TEST_F(FnsimTest, HelpComesWithExamplesFirstAndNamesEveryOption) {
  ASSERT_EQ(run({"run", "--help"}), 0);
  const std::string help = out.str();
  EXPECT_LT(help.find("Examples:"), help.find("Options:"));
  for (const char* option : {"--trace PATH|inv=A,run=B,mem=C",
                             "--scenario FILE",
                             "--seed N",
                             "--check",
                             "--quiet",
                             "--strict",
                             "--out DIR"}) {
    EXPECT_NE(help.find(option), std::string::npos) << option;
  }
  for (const std::string_view policy : sim::preset_names()) {
    EXPECT_NE(help.find(policy), std::string::npos) << policy;
  }
  EXPECT_NE(help.find("99 a bound"), std::string::npos);
  std::istringstream lines(help);
  for (std::string line; std::getline(lines, line);) {
    EXPECT_LE(line.size(), 100U) << line;
  }
  EXPECT_EQ(run({"run", "-h"}), 0);
  EXPECT_EQ(run({"help", "run"}), 0);
  EXPECT_EQ(out.str(), help);
  EXPECT_EQ(run({"--help"}), 0);
  EXPECT_NE(out.str().find("config"), std::string::npos);
  EXPECT_EQ(run({}), 2);
}

TEST_F(FnsimTest, TheOtherCommandsDoTheirWork) {
  EXPECT_EQ(run({"version"}), 0);
  EXPECT_TRUE(out.str().starts_with("fnsim "));
  EXPECT_EQ(run({"--version"}), 0);
  EXPECT_EQ(run({"bench", "w1", "--output", "json"}), 0);
  EXPECT_EQ(nlohmann::json::parse(out.str())[0]["workload"], "w1");
  EXPECT_EQ(run({"bench"}), 0);
  EXPECT_EQ(run({"completion", "bash"}), 0);
  EXPECT_NE(out.str().find("complete -F _fnsim fnsim"), std::string::npos);
  EXPECT_EQ(run({"man"}), 0);
  EXPECT_TRUE(out.str().starts_with(".TH FNSIM 1 "));
  EXPECT_EQ(run({"man", "run"}), 0);
  EXPECT_TRUE(out.str().starts_with(".TH FNSIM\\-RUN 1 "));
}

}  // namespace

}  // namespace fn::tests
