// SPDX-License-Identifier: Apache-2.0
//
// Goal: tables for people fit 100 columns whatever they show, say the same without colour, and make
// the difference between two policies plain.

#include <algorithm>
#include <array>
#include <limits>
#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "sim/report/compare_table.h"
#include "sim/report/figures.h"
#include "sim/report/run_table.h"
#include "sim/report/text.h"
#include "tests/sim/report/example_run.h"

namespace fn::tests {
namespace {

std::vector<std::string> lines_of(std::string_view text) {
  std::vector<std::string> lines;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    lines.emplace_back(text.substr(0, end));
    text.remove_prefix(std::min(text.size(), end + 1));
  }
  return lines;
}

std::size_t widest(const std::string& text) {
  std::size_t width = 0;
  for (const std::string& line : lines_of(text)) {
    width = std::max(width, sim::display_width(line));
  }
  return width;
}

// With runs of blanks drawn together.
std::string drawn_together(std::string line) {
  const auto both_blank = [](char left, char right) {
    return left == ' ' && right == ' ';
  };
  line.erase(std::unique(line.begin(), line.end(), both_blank), line.end());
  return line;
}

// The line that begins with `start`, drawn together.
std::string line(const std::string& text, std::string_view start) {
  for (const std::string& line : lines_of(text)) {
    if (line.starts_with(start)) {
      return drawn_together(line);
    }
  }
  return "no line begins with " + std::string(start);
}

// Every figure as long as it can be.
sim::GroupSummary huge_group(const std::string& name) {
  sim::GroupSummary group;
  for (const sim::Figure& figure : sim::figures()) {
    figure.set(group, 987'654'321'987.0);
  }
  group.within_slo = 0.999;
  group.group = name;
  return group;
}

TEST(RunTable, HasALinePerGroupAndOneForTheTotal) {
  const std::string text = sim::run_table(example_run(), sim::TableStyle{});
  EXPECT_EQ(lines_of(text).size(), 6U);
  EXPECT_EQ(line(text, "group"), "group calls % % % p99 p99 hours cost asked given up scaling");
  EXPECT_EQ(line(text, "acme"),
            "acme, \"north\" 4 33.33 25.00 50.00 300 ms 30 ms 12.50 2.50 7 6 3");
  EXPECT_EQ(line(text, "sleeper"), "sleeper 0 - - - - - 0.00 0.00 0 0 0");
  EXPECT_TRUE(line(text, "total").starts_with("total 4 33.33"));
}

TEST(RunTable, NamesThePolicyInForce) {
  sim::RunSummary run = example_run();
  EXPECT_EQ(lines_of(sim::run_table(run, sim::TableStyle{})).front(), "policy: lb.placer=chbl");
  run.config.push_back({"runner.keep_alive", std::string("lru")});
  run.config.push_back({"npm.scaler", std::string("fn-2018")});
  EXPECT_EQ(lines_of(sim::run_table(run, sim::TableStyle{})).front(),
            "policy: npm.scaler=fn-2018 lb.placer=chbl runner.keep_alive=lru");
  run.config.clear();
  EXPECT_EQ(sim::run_table(run, sim::TableStyle{}).find("policy"), std::string::npos);
}

TEST(RunTable, StaysWithin100ColumnsWhateverItShows) {
  sim::RunSummary run;
  run.groups = {huge_group("a-name-that-is-far-too-long-for-any-table-that-people-have-to-read"),
                huge_group("größer-als-alles-was-in-eine-Zeile-passt-und-noch-viel-mehr-als-das")};
  run.total = huge_group("");
  EXPECT_LE(widest(sim::run_table(run, sim::TableStyle{})), 100U);
  EXPECT_NE(sim::run_table(run, sim::TableStyle{}).find("…"), std::string::npos);
}

TEST(RunTable, ShowsTheGroupsWithMostCallsWhenThereAreTooMany) {
  sim::RunSummary run;
  for (const char* name : {"a", "b", "c", "d"}) {
    run.groups.emplace_back();
    run.groups.back().group = name;
    run.groups.back().calls = name[0] == 'c' ? 9 : static_cast<std::uint64_t>(name[0] - 'a');
  }
  const std::string text = sim::run_table(run, sim::TableStyle{.groups = 2});
  EXPECT_EQ(lines_of(text).size(), 6U);
  EXPECT_LT(text.find("\nc "), text.find("\nd "));
  EXPECT_EQ(line(text, "2 smaller"),
            "2 smaller groups are not shown; groups.csv and summary.json have all.");
}

TEST(RunTable, SaysTheSameWithAndWithoutColour) {
  const std::string plain = sim::run_table(example_run(), sim::TableStyle{});
  std::string coloured = sim::run_table(example_run(), sim::TableStyle{.colour = true});
  EXPECT_EQ(plain.find('\x1b'), std::string::npos);
  EXPECT_NE(coloured.find('\x1b'), std::string::npos);
  for (const std::string_view sequence : {"\x1b[1m", "\x1b[0m"}) {
    for (std::size_t at = 0; (at = coloured.find(sequence)) != std::string::npos;) {
      coloured.erase(at, sequence.size());
    }
  }
  EXPECT_EQ(coloured, plain);
}

TEST(RunTable, ObeysNoColor) {
  EXPECT_TRUE(sim::colour_wanted(true, nullptr, nullptr));
  EXPECT_TRUE(sim::colour_wanted(true, "", "xterm"));
  EXPECT_FALSE(sim::colour_wanted(true, "1", "xterm"));
  EXPECT_FALSE(sim::colour_wanted(true, nullptr, "dumb"));
  EXPECT_FALSE(sim::colour_wanted(false, nullptr, "xterm"));
}

TEST(ReasonsLines, NameTheMostFrequentReasonFirst) {
  sim::CallCounts calls;
  EXPECT_EQ(sim::reasons_lines(calls, {}), "");
  calls.reasons[static_cast<std::size_t>(core::RefusalReason::kNone)] = 1;
  calls.reasons[static_cast<std::size_t>(core::RefusalReason::kQueueFull)] = 12;
  EXPECT_EQ(sim::reasons_lines(calls, {}),
            "not completed: 12 queue-full, 1 failed while running\n");
}

TEST(ReasonsLines, StayWithin100Columns) {
  sim::CallCounts calls;
  calls.reasons.fill(18'446'744'073'709'551'615U);
  const std::string text = sim::reasons_lines(calls, {});
  EXPECT_LE(widest(text), 100U);
  EXPECT_GT(lines_of(text).size(), 2U);
  EXPECT_EQ(std::count(text.begin(), text.end(), ','), 10);
}

TEST(DemandTable, HasAStripPerGroupAndSaysItsScale) {
  const sim::RunSummary run = example_run();
  std::vector<sim::DemandStrip> strips(2);
  for (const std::uint64_t demand : {0U, 512U, 1024U, 1280U}) {
    strips[0].add(demand, 1024);
    strips[1].add(0, 0);
  }
  EXPECT_EQ(
      sim::demand_table(run, strips, {}),
      "demand over capacity, highest per 1 min: █ 100 %, ▄ 50 %, . none, ! more; then of all\n"
      "acme, \"north\"  .▄█!  125 %\n"
      "sleeper        ....      -\n");
  const std::string ascii = sim::demand_table(run, strips, {.unicode = false});
  EXPECT_EQ(line(ascii, "acme"), "acme, \"north\" .48! 125 %");
  EXPECT_TRUE(std::all_of(ascii.begin(), ascii.end(), [](char byte) { return byte > 0; }));
  EXPECT_EQ(sim::demand_table(sim::RunSummary{}, {}, {}), "");
}

TEST(DemandTable, StaysWithin100ColumnsAndShowsTheGroupsOfTheTable) {
  sim::RunSummary run;
  run.groups = {huge_group("a-name-that-is-far-too-long-for-any-table-that-people-have-to-read"),
                huge_group("größer-als-alles-was-in-eine-Zeile-passt-und-noch-viel-mehr-als-das"),
                sim::GroupSummary{}};
  run.groups.back().group = "small";
  std::vector<sim::DemandStrip> strips(3);
  for (int minute = 0; minute < 14 * 24 * 60; ++minute) {
    for (sim::DemandStrip& strip : strips) {
      strip.add(987'654'321'987, 1);
    }
  }
  const std::string text = sim::demand_table(run, strips, {.groups = 2});
  EXPECT_LE(widest(text), 100U);
  EXPECT_EQ(lines_of(text).size(), 3U);
  EXPECT_EQ(text.find("small"), std::string::npos);
}

TEST(CompareTable, TellsTheChangeBetweenTwoPolicies) {
  const sim::RunSummary before = example_run();
  sim::RunSummary after = example_run();
  after.total.direction_changes = 0;
  after.total.runner_hours = 10;
  after.total.within_slo = 0.9999999;
  after.total.drains_cut = 3;
  after.total.runners_peak = 1;
  after.total.wait_ms.reset();
  after.config.push_back({"npm.scaler", std::string("steady")});
  after.groups[0].direction_changes = 0;
  const std::array runs = {sim::LabelledRun{"fn-2018", &before},
                           sim::LabelledRun{"steady", &after}};
  const std::string text = sim::compare_table(runs, sim::TableStyle{});
  EXPECT_EQ(line(text, "whole run"), "whole run fn-2018 steady change");
  EXPECT_EQ(line(text, "scaling policy"), "scaling policy - steady");
  EXPECT_EQ(line(text, "calls "), "calls 4 4 same");
  EXPECT_EQ(line(text, "turns"), "turns of scaling 3 0 -100.0 %, better");
  EXPECT_EQ(line(text, "runner hours"), "runner hours 12.50 10.00 -20.0 %, better");
  EXPECT_EQ(line(text, "within SLO"), "within SLO, % of all calls 50.00 99.99 +100.0 %, better");
  EXPECT_EQ(line(text, "calls cut"), "calls cut by a drain 1 3 3.00 times, worse");
  EXPECT_EQ(line(text, "runners, peak"), "runners, peak 2 1 -50.0 %");
  EXPECT_EQ(line(text, "wait, p99 "), "wait, p99 300 ms -");
  EXPECT_EQ(line(text, "acme"), "acme, \"north\" 300 ms 300 ms 12.50 12.50 3 0");
  EXPECT_EQ(text.find("note:"), std::string::npos);
}

TEST(CompareTable, SaysThatTheInputsDiffer) {
  const sim::RunSummary one = example_run();
  sim::RunSummary other = example_run();
  other.seed = 2;
  const std::array runs = {sim::LabelledRun{"one", &one}, sim::LabelledRun{"other", &other}};
  EXPECT_EQ(line(sim::compare_table(runs, sim::TableStyle{}), "note"),
            "note: \"other\" and \"one\" differ in trace, seed or calls, not only in policy");
}

TEST(CompareTable, StaysWithin100ColumnsForAnyNumberOfRuns) {
  sim::RunSummary run;
  run.total = huge_group("");
  run.groups = {huge_group("a-name-that-is-far-too-long-for-any-table"), huge_group("b")};
  sim::RunSummary small = example_run();
  std::vector<sim::LabelledRun> runs;
  for (int index = 0; index < 12; ++index) {
    runs.push_back({"policy-with-a-long-name-" + std::to_string(index), &run});
    EXPECT_LE(widest(sim::compare_table(runs, sim::TableStyle{})), 100U) << runs.size();
    const std::array two = {sim::LabelledRun{"small", &small}, runs.back()};
    EXPECT_LE(widest(sim::compare_table(two, sim::TableStyle{})), 100U);
  }
}

TEST(CompareTable, HasADashForAGroupThatARunDoesNotHave) {
  const sim::RunSummary before = example_run();
  sim::RunSummary after = example_run();
  after.groups.pop_back();
  const std::array runs = {sim::LabelledRun{"a", &before}, sim::LabelledRun{"b", &after}};
  EXPECT_EQ(line(sim::compare_table(runs, sim::TableStyle{}), "sleeper"), "sleeper - - 0.00 - 0 -");
}

}  // namespace
}  // namespace fn::tests
