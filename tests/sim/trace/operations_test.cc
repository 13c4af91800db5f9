// SPDX-License-Identifier: Apache-2.0
//
// Goal: halves of a trace merge to the whole, scaling multiplies each function's calls and leaves
// its shape, a filter keeps what it names, pseudonyms join what belongs together; on counted calls
// and on single ones.

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "sim/trace/fntrace.h"
#include "sim/trace/trace_operations.h"
#include "tests/sim/trace/trace_texts.h"
#include "tests/sim/workload/trace_support.h"

namespace fn::tests {
namespace {

using sim::TraceReaderPtr;

// Four hours of three functions of two tenants, with a daily shape of a kind.
std::string calls_of_hours() {
  core::Rng rng(3);
  std::string text = "start_ms,tenant,app,fn,duration,memory\n";
  for (std::int64_t at = 0; at < 14'400'000;) {
    at += 1 + static_cast<std::int64_t>(rng.below(at < 7'200'000 ? 1'000 : 300));
    const std::uint64_t function = rng.below(3);
    text += std::to_string(at) + (function == 2 ? ",bob" : ",ann") + ",app,f" +
            std::to_string(function) + "," + std::to_string(1 + rng.below(500)) + "," +
            std::to_string(64 + function) + "\n";
  }
  return text;
}

TraceReaderPtr calls_trace() {
  return std::move(*read_text(calls_of_hours()));
}

TraceReaderPtr counts_trace() {
  core::Rng rng(4);
  TraceText text = small_trace();
  text.inv = "HashOwner,HashApp,HashFunction,Trigger";
  std::string cart = "\nann,shop,cart,http";
  std::string send = "\nbob,mail,send,timer";
  for (int minute = 0; minute < 240; ++minute) {
    text.inv += "," + std::to_string(minute);
    cart += "," + std::to_string(rng.below(minute < 120 ? 300 : 30));
    send += minute % 5 == 0 ? ",1" : ",0";
  }
  text.inv += cart + send + "\n";
  return std::move(*sim::read_azure2019(sources_of(text), {}));
}

using Make = TraceReaderPtr (*)();

std::string all_of(const WholeTrace& trace) {
  std::string text = calls_text(trace);
  for (const core::TraceMinute& minute : trace.minutes) {
    for (const core::TraceCount& count : minute.counts) {
      text += std::to_string(minute.number) + " " + std::to_string(count.calls) + " " +
              trace.head.functions[count.function].name + ";";
    }
  }
  return text;
}

class Operations : public testing::TestWithParam<Make> {};

INSTANTIATE_TEST_SUITE_P(OnBothKinds, Operations, testing::Values(calls_trace, counts_trace));

TEST_P(Operations, TwoHalvesMergeToTheWhole) {
  const auto whole = read_whole(GetParam()());
  std::vector<TraceReaderPtr> halves;
  halves.push_back(std::move(*sim::cut(GetParam()(), "", "77m")));
  halves.push_back(std::move(*sim::cut(GetParam()(), "77m", "")));
  const auto merged = read_whole(sim::merge(std::move(halves)));
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(all_of(*merged), all_of(*whole));
  EXPECT_EQ(merged->head.begin_ns, whole->head.begin_ns);
  EXPECT_EQ(merged->head.end_ns, whole->head.end_ns);
  for (std::size_t number = 0; number < whole->head.functions.size(); ++number) {
    EXPECT_EQ(merged->head.functions[number].calls, whole->head.functions[number].calls);
    EXPECT_EQ(merged->head.functions[number].memory_mib, whole->head.functions[number].memory_mib);
  }
}

TEST_P(Operations, ACutKeepsTimesAndCountsWhatIsLeft) {
  const auto part = read_whole(sim::cut(GetParam()(), "1h", "2h"));
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(part->minutes.front().number, 60);
  EXPECT_EQ(part->minutes.back().number, 119);
  EXPECT_EQ(part->head.begin_ns, 60 * core::kTraceMinuteNs);
  EXPECT_EQ(part->head.end_ns, 120 * core::kTraceMinuteNs);
  const auto whole = read_whole(GetParam()());
  const auto expected = whole->per_minute();
  const auto found = part->per_minute();
  for (std::size_t minute = 60; minute < 120; ++minute) {
    EXPECT_EQ(found.at(minute), expected.at(minute));
  }
}

std::map<std::string, double> calls_by_name(const WholeTrace& trace,
                                            std::int64_t from,
                                            std::int64_t to) {
  std::map<std::string, double> sums;
  for (const core::TraceMinute& minute : trace.minutes) {
    if (minute.number < from || minute.number >= to) {
      continue;
    }
    for (const core::TraceCall& call : minute.calls) {
      sums[trace.head.functions[call.function].name] += 1;
    }
    for (const core::TraceCount& count : minute.counts) {
      sums[trace.head.functions[count.function].name] += count.calls;
    }
  }
  return sums;
}

TEST_P(Operations, ScalingMultipliesEachFunctionsCallsAndLeavesItsShape) {
  const auto before = read_whole(GetParam()());
  for (const double factor : {0.1, 0.5, 1.25, 2.0, 3.7}) {
    const auto after = read_whole(sim::scale(GetParam()(), factor, 1));
    ASSERT_TRUE(after) << after.error().message;
    for (const auto& [from, to] : {std::pair(0, 120), std::pair(120, 240)}) {
      const auto sums = calls_by_name(*after, from, to);
      for (const auto& [name, calls] : calls_by_name(*before, from, to)) {
        const double rest = factor - std::floor(factor);
        const double deviation = std::sqrt(calls * rest * (1 - rest));
        const auto found = sums.find(name);
        const double scaled = found == sums.end() ? 0 : found->second;
        EXPECT_NEAR(scaled, calls * factor, 4 * deviation + 1e-6) << name << " " << factor;
      }
    }
    for (const core::TraceMinute& minute : after->minutes) {
      for (const core::TraceCall& call : minute.calls) {
        EXPECT_EQ(call.start_ns / core::kTraceMinuteNs, minute.number);
      }
    }
  }
}

TEST_P(Operations, ScalingDependsOnTheSeedOnly) {
  const auto one = read_whole(sim::scale(GetParam()(), 1.5, 1));
  EXPECT_EQ(all_of(*one), all_of(*read_whole(sim::scale(GetParam()(), 1.5, 1))));
  EXPECT_NE(all_of(*one), all_of(*read_whole(sim::scale(GetParam()(), 1.5, 2))));
  // Neither on what else the trace holds nor on where it is cut.
  const auto kept =
      read_whole(sim::scale(std::move(*sim::only(GetParam()(), "tenant=bob")), 1.5, 1));
  const auto after = read_whole(sim::only(sim::scale(GetParam()(), 1.5, 1), "tenant=bob"));
  EXPECT_EQ(all_of(*kept), all_of(*after));
  const auto cut_first =
      read_whole(sim::scale(std::move(*sim::cut(GetParam()(), "1h", "")), 1.5, 1));
  const auto cut_last = read_whole(sim::cut(sim::scale(GetParam()(), 1.5, 1), "1h", ""));
  EXPECT_EQ(all_of(*cut_first), all_of(*cut_last));
}

TEST_P(Operations, OnlyKeepsWhatItNames) {
  const auto bob = read_whole(sim::only(GetParam()(), "tenant=bob"));
  ASSERT_TRUE(bob) << bob.error().message;
  ASSERT_EQ(bob->head.functions.size(), 1U);
  EXPECT_EQ(bob->head.functions[0].tenant, "bob");
  const auto whole = read_whole(GetParam()());
  for (const core::TraceFunction& function : whole->head.functions) {
    if (function.tenant == "bob") {
      EXPECT_EQ(bob->head.functions[0].calls, function.calls);
    }
  }
  EXPECT_FALSE(read_whole(sim::only(GetParam()(), "tenant=ann,fn=" + bob->head.functions[0].name)));
}

TEST_P(Operations, PseudonymsJoinWhatBelongsTogether) {
  const auto plain = read_whole(GetParam()());
  const auto masked = read_whole(sim::anonymise(GetParam()(), "salt"));
  const auto other = read_whole(sim::anonymise(GetParam()(), "pepper"));
  ASSERT_TRUE(masked);
  std::map<std::string, std::string> names;
  for (std::size_t number = 0; number < plain->head.functions.size(); ++number) {
    const core::TraceFunction& before = plain->head.functions[number];
    const core::TraceFunction& after = masked->head.functions[number];
    EXPECT_EQ(after.tenant.size(), 16U);
    EXPECT_EQ(names.emplace(before.tenant, after.tenant).first->second, after.tenant);
    EXPECT_NE(after.tenant, before.tenant);
    EXPECT_NE(after.name, other->head.functions[number].name);
    EXPECT_EQ(after.calls, before.calls);
  }
  EXPECT_EQ(masked->per_minute(), plain->per_minute());
}

TEST_P(Operations, WholeHeadsComeFromATemporaryFile) {
  const auto before = read_whole(GetParam()());
  core::Result<TraceReaderPtr> cut = sim::cut(GetParam()(), "1h", "");
  EXPECT_FALSE((*cut)->whole_head());
  core::Result<TraceReaderPtr> whole = sim::with_whole_head(std::move(*cut));
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_TRUE((*whole)->whole_head());
  std::uint64_t calls = 0;
  for (const core::TraceFunction& function : (*whole)->head().functions) {
    calls += function.calls;
  }
  std::uint64_t expected = 0;
  const auto counts = before->per_minute();
  for (std::size_t minute = 60; minute < counts.size(); ++minute) {
    expected += counts[minute];
  }
  EXPECT_EQ(calls, expected);
}

TEST(Merging, AlignsTimesOfDay) {
  std::vector<TraceReaderPtr> readers;
  readers.push_back(std::move(*read_text("ts,fn\n2023-11-15T18:02:05Z,f\n")));
  readers.push_back(
      std::move(*read_text("ts,fn\n2023-11-15T18:00:01Z,f\n2023-11-15T18:02:03Z,g\n")));
  const auto merged = read_whole(sim::merge(std::move(readers)));
  ASSERT_TRUE(merged) << merged.error().message;
  EXPECT_EQ(calls_text(*merged), "1000000 100000 f;123000000 100000 g;125000000 100000 f;");
  EXPECT_EQ(merged->head.functions.size(), 2U);
  EXPECT_EQ(merged->head.functions[0].calls, 2U);
}

TEST(Merging, RefusesTracesWithoutACommonAxis) {
  std::vector<TraceReaderPtr> readers;
  readers.push_back(std::move(*read_text("ts,fn\n2023-11-15T18:02:05Z,f\n")));
  readers.push_back(std::move(*read_text("ts,fn\n1,f\n")));
  const auto merged = sim::merge(std::move(readers));
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().message,
            "calls.csv: has times of day, and another trace to be merged has not; they share no "
            "axis of time");
}

std::string cut_error(TraceReaderPtr reader, const std::string& from, const std::string& to) {
  core::Result<TraceReaderPtr> part = sim::cut(std::move(reader), from, to);
  const auto whole = read_whole(std::move(part));
  return whole ? "" : whole.error().message;
}

TEST(Cutting, TimesOfDayWantATraceThatHasThem) {
  const std::string text = "ts,fn\n2023-11-15T18:00:01Z,f\n2023-11-15T18:00:59Z,g\n";
  const auto part = read_whole(sim::cut(std::move(*read_text(text)), "2023-11-15T18:00:30Z", ""));
  ASSERT_TRUE(part) << part.error().message;
  EXPECT_EQ(calls_text(*part), "59000000 100000 g;");
  EXPECT_EQ(cut_error(counts_trace(), "2023-11-15T18:00:30Z", ""),
            "--from 2023-11-15T18:00:30Z: expected a time since the trace's beginning such as 8h: "
            "the trace does not say at which time of day it begins");
}

TEST(Cutting, SaysInOneLineWhatIsWrong) {
  EXPECT_EQ(cut_error(counts_trace(), "90s", ""),
            "--from 90s: expected a full minute, because the trace counts calls in minutes");
  EXPECT_EQ(
      cut_error(calls_trace(), "soon", ""),
      "--from 'soon': expected a time since the trace's beginning such as 90m or 8h, or one of "
      "day such as 2024-01-31T08:00:00Z");
  EXPECT_EQ(cut_error(calls_trace(), "2h", "1h"),
            "--from 2h --to 1h: expected an end behind the beginning");
  EXPECT_EQ(cut_error(calls_trace(), "20h", ""),
            "cut: from 20h: expected a time with calls; the trace covers 241 minutes");
}

TEST(Filtering, SaysInOneLineWhatIsWrong) {
  const auto form = sim::only(counts_trace(), "owner=ann");
  ASSERT_FALSE(form);
  EXPECT_EQ(form.error().message,
            "--only 'owner=ann': expected tenant=NAME, app=NAME or fn=NAME, or several joined by "
            "commas");
  const auto nobody = sim::only(counts_trace(), "tenant=bobb");
  ASSERT_FALSE(nobody);
  EXPECT_EQ(nobody.error().message,
            "--only tenant=bobb: the trace has nothing of this name; did you mean \"bob\"?");
  const auto later = read_whole(sim::only(calls_trace(), "fn=x"));
  ASSERT_FALSE(later);
  EXPECT_EQ(later.error().message, "--only fn=x: the trace has nothing of this name");
}

}  // namespace
}  // namespace fn::tests
