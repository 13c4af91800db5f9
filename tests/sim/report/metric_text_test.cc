// SPDX-License-Identifier: Apache-2.0
//
// Goal: the metrics are OpenMetrics text that a strict reader takes: families and series in one
// piece, counters that never fall, histograms that add up, a sample for every minute; and they tell
// what the recorder was told.

#include "sim/report/metric_text.h"

#include <algorithm>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "sim/report/group_recorder.h"

namespace fn::tests {
namespace {

using core::Instant;
using sim::CallRecord;
using sim::GroupRecorder;
using sim::MetricSample;
using sim::RunnerCounts;
using namespace std::chrono_literals;

Instant at(core::Duration since_start) {
  return Instant{} + since_start;
}

std::string text_of(const std::vector<std::string>& groups,
                    const std::vector<MetricSample>& samples) {
  std::string text;
  const auto status = sim::write_metrics({groups, samples}, [&text](std::string_view piece) {
    text += piece;
    return core::Status();
  });
  EXPECT_TRUE(status);
  return text;
}

struct Line {
  std::string series;  // name and labels
  double value = 0;
  std::uint64_t second = 0;
};

struct Family {
  std::map<std::string, std::string> said;  // TYPE, UNIT, HELP
  std::vector<Line> lines;
};

bool belongs(const std::string& series, const std::string& family, const std::string& type) {
  const std::string name = series.substr(0, series.find('{'));
  if (type == "counter") {
    return name == family + "_total";
  }
  if (type == "histogram") {
    return name == family + "_bucket" || name == family + "_count" || name == family + "_sum";
  }
  return name == family;
}

using Families = std::map<std::string, Family>;

// "# TYPE name what": the first line of a family names its type.
void read_head(const std::string& line, Families& families, std::string& current) {
  std::istringstream words(line.substr(2));
  std::string word;
  std::string name;
  std::string rest;
  words >> word >> name;
  std::getline(words >> std::ws, rest);
  if (name != current) {
    EXPECT_EQ(word, "TYPE") << line;
    EXPECT_FALSE(families.contains(name)) << "in two pieces: " << name;
    current = name;
  }
  EXPECT_TRUE(families[name].lines.empty()) << line;
  EXPECT_TRUE(families[name].said.emplace(word, rest).second) << line;
}

// "name{labels} value second", of the family under way.
void read_sample(const std::string& line, Families& families, const std::string& current) {
  const std::size_t close = line.rfind("} ");
  ASSERT_NE(close, std::string::npos) << line;
  Line parsed{.series = line.substr(0, close + 1)};
  std::istringstream numbers(line.substr(close + 2));
  numbers >> parsed.value >> parsed.second;
  EXPECT_FALSE(numbers.fail()) << line;
  EXPECT_TRUE(belongs(parsed.series, current, families[current].said["TYPE"])) << line;
  families[current].lines.push_back(parsed);
}

// Reads the text as strictly as the format asks for.
Families families_of(const std::string& text) {
  Families families;
  std::string current;
  std::istringstream lines(text);
  std::string line;
  while (std::getline(lines, line) && line != "# EOF") {
    if (line.starts_with("# ")) {
      read_head(line, families, current);
    } else {
      read_sample(line, families, current);
    }
  }
  EXPECT_EQ(line, "# EOF");
  EXPECT_FALSE(std::getline(lines, line)) << line;
  return families;
}

// Values of one series, by the second.
std::map<std::uint64_t, double> series(const std::string& text, const std::string& name) {
  std::map<std::uint64_t, double> found;
  for (const auto& [family, what] : families_of(text)) {
    for (const Line& line : what.lines) {
      if (line.series == name) {
        EXPECT_TRUE(found.emplace(line.second, line.value).second) << name;
      }
    }
  }
  return found;
}

using Values = std::map<std::uint64_t, double>;

// Two minutes of a group: one cold and one warm call, one refused; runners come and go.
std::vector<MetricSample> two_minutes() {
  GroupRecorder recorder{sim::RecorderConfig{.warmup = 90s}};
  recorder.keep_metrics();
  std::vector<MetricSample> samples;
  recorder.call_arrived(at(1s));
  recorder.call_started(at(3s), 2s, true);
  recorder.call_ended(CallRecord{.arrived = at(1s), .started = at(3s), .ended = at(5s)});
  recorder.retried(at(1s));
  recorder.scaled(at(10s), 3, 0);
  recorder.scaled(at(20s), 0, 1);
  recorder.runners_changed(at(20s), RunnerCounts{.booting = 1, .active = 2});
  recorder.containers_changed(at(21s), 2, 384);
  recorder.idle_memory_changed(at(22s), 128);
  recorder.demand(at(60s), 256, 4096, 7);
  recorder.end_minute(at(60s));
  samples.push_back(recorder.metrics());
  recorder.call_arrived(at(61s));
  recorder.call_started(at(61s), 50ms, false);
  recorder.call_ended(CallRecord{.arrived = at(61s), .started = at(61s), .ended = at(61s) + 90ms});
  recorder.call_arrived(at(62s));
  recorder.call_ended(CallRecord{.arrived = at(62s),
                                 .ended = at(62s),
                                 .outcome = core::CallOutcome::kRefused,
                                 .reason = core::RefusalReason::kQueueFull});
  recorder.overtook(at(61s));
  recorder.drain_cut(at(61s));
  recorder.demand(at(120s), 0, 4096, 0);
  recorder.end_minute(at(120s));
  samples.push_back(recorder.metrics());
  return samples;
}

// Series come one after the other, a histogram's by group, each with its minutes in order.
void expect_whole_series(const Family& family) {
  const std::string type = family.said.at("TYPE");
  std::set<std::string> done;
  std::string current;
  std::map<std::string, Line> last;
  for (const Line& line : family.lines) {
    const std::size_t brace = line.series.find('{');
    const std::string key =
        type == "histogram"
            ? line.series.substr(brace, line.series.find_first_of(",}", brace) - brace)
            : line.series;
    EXPECT_TRUE(key == current || done.insert(key).second) << line.series;
    current = key;
    if (const auto before = last.find(line.series); before != last.end()) {
      EXPECT_EQ(line.second, before->second.second + 60) << line.series;
      EXPECT_TRUE(type == "gauge" || line.value >= before->second.value) << line.series;
    }
    last.insert_or_assign(line.series, line);
  }
  for (const auto& [one, line] : last) {
    EXPECT_EQ(line.second, 120U) << one;
  }
}

TEST(MetricText, IsReadByAStrictReader) {
  std::vector<MetricSample> samples;
  for (const MetricSample& minute : two_minutes()) {
    samples.insert(samples.end(), {minute, MetricSample{}});
  }
  const auto families = families_of(text_of({"acme", "sleeper"}, samples));
  EXPECT_EQ(families.size(), 19U);
  for (const auto& [name, family] : families) {
    EXPECT_TRUE(name.starts_with("fn_")) << name;
    EXPECT_TRUE(family.said.contains("HELP")) << name;
    EXPECT_EQ(family.said.contains("UNIT"), name.ends_with("_seconds") || name.ends_with("_bytes"))
        << name;
    expect_whole_series(family);
  }
}

TEST(MetricText, CountsFromTheBeginOfTheRunWhateverTheWarmUp) {
  const std::string text = text_of({"g"}, two_minutes());
  const auto of_group = [&text](const std::string& name, const std::string& more = "") {
    return series(text, name + "{lb_group=\"g\"" + more + "}");
  };
  EXPECT_EQ(of_group("fn_calls_arrived_total"), (Values{{60, 1}, {120, 3}}));
  EXPECT_EQ(of_group("fn_calls_total", ",outcome=\"completed\""), (Values{{60, 1}, {120, 2}}));
  EXPECT_EQ(of_group("fn_calls_total", ",outcome=\"refused\""), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(of_group("fn_calls_lost_total", ",reason=\"queue-full\""), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(of_group("fn_calls_lost_total", ",reason=\"no-room\""), Values{});
  EXPECT_EQ(of_group("fn_cold_starts_total"), (Values{{60, 1}, {120, 1}}));
  EXPECT_EQ(of_group("fn_lb_retries_total"), (Values{{60, 1}, {120, 1}}));
  EXPECT_EQ(of_group("fn_lb_overtakes_total"), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(of_group("fn_npm_drains_cut_total"), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(of_group("fn_npm_scale_ups_total"), (Values{{60, 3}, {120, 3}}));
  EXPECT_EQ(of_group("fn_npm_scale_downs_total"), (Values{{60, 1}, {120, 1}}));
  EXPECT_EQ(of_group("fn_npm_direction_changes_total"), (Values{{60, 1}, {120, 1}}));
}

TEST(MetricText, TellsLevelsInBaseUnits) {
  const std::string text = text_of({"g"}, two_minutes());
  const auto of_group = [&text](const std::string& name, const std::string& more = "") {
    return series(text, name + "{lb_group=\"g\"" + more + "}");
  };
  constexpr double kMib = 1048576;
  EXPECT_EQ(of_group("fn_lb_waiting_calls"), (Values{{60, 7}, {120, 0}}));
  EXPECT_EQ(of_group("fn_npm_demand_bytes"), (Values{{60, 256 * kMib}, {120, 0}}));
  EXPECT_EQ(of_group("fn_npm_capacity_bytes"), (Values{{60, 4096 * kMib}, {120, 4096 * kMib}}));
  EXPECT_EQ(of_group("fn_npm_runners", ",state=\"active\""), (Values{{60, 2}, {120, 2}}));
  EXPECT_EQ(of_group("fn_npm_runners", ",state=\"booting\""), (Values{{60, 1}, {120, 1}}));
  EXPECT_EQ(of_group("fn_runner_containers"), (Values{{60, 2}, {120, 2}}));
  EXPECT_EQ(of_group("fn_runner_container_memory_bytes"),
            (Values{{60, 384 * kMib}, {120, 384 * kMib}}));
  EXPECT_EQ(of_group("fn_runner_idle_memory_bytes"), (Values{{60, 128 * kMib}, {120, 128 * kMib}}));
}

TEST(MetricText, HasHistogramsWhoseBucketsHoldWhatIsAtOrBelowTheirBound) {
  const std::string text = text_of({"g"}, two_minutes());
  const auto wait = [&text](const std::string& le) {
    return series(text, "fn_call_wait_seconds_bucket{lb_group=\"g\",le=\"" + le + "\"}");
  };
  EXPECT_EQ(wait("0.01"), (Values{{60, 0}, {120, 0}}));
  EXPECT_EQ(wait("0.05"), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(wait("1.0"), (Values{{60, 0}, {120, 1}}));
  EXPECT_EQ(wait("10.0"), (Values{{60, 1}, {120, 2}}));
  EXPECT_EQ(wait("+Inf"), (Values{{60, 1}, {120, 2}}));
  EXPECT_EQ(series(text, "fn_call_wait_seconds_count{lb_group=\"g\"}"),
            (Values{{60, 1}, {120, 2}}));
  EXPECT_EQ(series(text, "fn_call_wait_seconds_sum{lb_group=\"g\"}"),
            (Values{{60, 2}, {120, 2.05}}));
  EXPECT_EQ(series(text, "fn_call_duration_seconds_sum{lb_group=\"g\"}"),
            (Values{{60, 4}, {120, 4.09}}));
}

TEST(MetricText, EscapesTheNamesOfGroups) {
  const std::string text = text_of({"a \"b\" \\ c\nd"}, {MetricSample{}});
  EXPECT_NE(text.find("fn_calls_arrived_total{lb_group=\"a \\\"b\\\" \\\\ c\\nd\"} 0 60\n"),
            std::string::npos);
}

TEST(MetricText, IsWholeWithoutGroupsOrMinutes) {
  EXPECT_EQ(families_of(text_of({}, {})).size(), 19U);
  EXPECT_EQ(families_of(text_of({"g"}, {})).size(), 19U);
}

TEST(MetricText, EndsWhereItCannotBeWritten) {
  const auto status = sim::write_metrics(
      {}, [](std::string_view) { return core::fail(core::ErrorCode::kUnavailable, "full"); });
  ASSERT_FALSE(status);
  EXPECT_EQ(status.error().message, "full");
}

}  // namespace
}  // namespace fn::tests
