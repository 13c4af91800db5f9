// SPDX-License-Identifier: Apache-2.0
//
// Goal: what the threads of a node count comes out as text that Prometheus takes without a
// complaint, under the simulator's names, and with a bounded number of series.

#include "services/base/metrics.h"

#include <array>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "services/base/metric_sets.h"
#include "services/base/process_metrics.h"

namespace fn::services {
namespace {

using core::metric::counter;
using core::metric::gauge;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;

constexpr auto kThings = counter("fn_things", "Things.");
constexpr auto kLevel = gauge("fn_level", "", "A level.");

// What follows the series' name and labels; empty: there is no such series.
std::string value_of(const Metrics& metrics, const std::string& series) {
  const std::string text = "\n" + metrics.text();
  const std::size_t at = text.find("\n" + series + " ");
  if (at == std::string::npos) {
    return "";
  }
  const std::size_t begin = at + series.size() + 2;
  return text.substr(begin, text.find('\n', begin) - begin);
}

TEST(Metrics, IsTextForPrometheus) {
  Metrics metrics;
  metrics.counter(kThings, {{"a", "1"}, {"b", "x \"y\" \\ \n"}}).add(3);
  metrics.gauge(kLevel, {}).set(-4);
  metrics.ask(gauge("fn_asked", "", "Asked."), {}, [] { return 0.5; });
  EXPECT_EQ(metrics.text(),
            "# HELP fn_things_total Things.\n"
            "# TYPE fn_things_total counter\n"
            "fn_things_total{a=\"1\",b=\"x \\\"y\\\" \\\\ \\n\"} 3\n"
            "# HELP fn_level A level.\n"
            "# TYPE fn_level gauge\n"
            "fn_level -4\n"
            "# HELP fn_asked Asked.\n"
            "# TYPE fn_asked gauge\n"
            "fn_asked 0.5\n");
}

TEST(Metrics, CountsAHistogramAtOrBelowEachBound) {
  Metrics metrics;
  Histogram& times = metrics.histogram(core::metric::kCallWait, {{"lb_group", "g"}});
  times.add(1ms);
  times.add(2ms);
  times.add(500s);
  const auto bucket = [&metrics](const std::string& bound) {
    return value_of(metrics, "fn_call_wait_seconds_bucket{lb_group=\"g\",le=\"" + bound + "\"}");
  };
  EXPECT_EQ(bucket("0.001"), "1");
  EXPECT_EQ(bucket("0.01"), "2");
  EXPECT_EQ(bucket("120.0"), "2");
  EXPECT_EQ(bucket("+Inf"), "3");
  EXPECT_EQ(value_of(metrics, "fn_call_wait_seconds_count{lb_group=\"g\"}"), "3");
  EXPECT_EQ(value_of(metrics, "fn_call_wait_seconds_sum{lb_group=\"g\"}"), "500.003");
}

TEST(Metrics, GivesTheSameSeriesForTheSameLabels) {
  Metrics metrics;
  Counter& one = metrics.counter(kThings, {{"a", "1"}});
  EXPECT_EQ(&one, &metrics.counter(kThings, {{"a", "1"}}));
  EXPECT_NE(&one, &metrics.counter(kThings, {{"a", "2"}}));
}

TEST(Metrics, CountsWhatIsBeyondTheLimitTogether) {
  Metrics metrics;
  for (std::size_t group = 0; group < Metrics::kSeriesMax + 10; ++group) {
    metrics.counter(kThings, {{"lb_group", std::to_string(group)}, {"b", "1"}}).add();
  }
  EXPECT_EQ(value_of(metrics, R"(fn_things_total{lb_group="999",b="1"})"), "1");
  EXPECT_EQ(value_of(metrics, R"(fn_things_total{lb_group="1000",b="1"})"), "");
  EXPECT_EQ(value_of(metrics, R"(fn_things_total{lb_group="other",b="1"})"), "10");
}

TEST(Metrics, LosesNoCountOfAnyThread) {
  constexpr int kThreads = 4;
  constexpr int kCounts = 20'000;
  Metrics metrics;
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&metrics] {
      Counter& things = metrics.counter(kThings, {});
      Histogram& times = metrics.histogram(core::metric::kCallWait, {});
      for (int count = 0; count < kCounts; ++count) {
        things.add();
        times.add(5ms);
      }
    });
  }
  // It is read while it is counted.
  EXPECT_NE(metrics.text(), "?");
  for (std::thread& thread : threads) {
    thread.join();
  }
  EXPECT_EQ(value_of(metrics, "fn_things_total"), std::to_string(kThreads * kCounts));
  EXPECT_EQ(value_of(metrics, "fn_call_wait_seconds_count"), std::to_string(kThreads * kCounts));
  EXPECT_EQ(value_of(metrics, "fn_call_wait_seconds_sum"), "400");
}

TEST(LbMetrics, TellsOutcomesAndReasonsOfAGroup) {
  Metrics metrics;
  LbMetrics group(metrics, "acme");
  group.arrived.add(3);
  group.waiting.set(2);
  group.wait.add(1ms);
  group.ended(core::CallOutcome::kCompleted, core::RefusalReason::kNone, 2s);
  group.ended(core::CallOutcome::kRefused, core::RefusalReason::kQueueFull, 1s);
  EXPECT_EQ(value_of(metrics, R"(fn_calls_arrived_total{lb_group="acme"})"), "3");
  EXPECT_EQ(value_of(metrics, R"(fn_lb_waiting_calls{lb_group="acme"})"), "2");
  EXPECT_EQ(value_of(metrics, R"(fn_calls_total{lb_group="acme",outcome="completed"})"), "1");
  EXPECT_EQ(value_of(metrics, R"(fn_calls_total{lb_group="acme",outcome="failed"})"), "0");
  EXPECT_EQ(value_of(metrics, R"(fn_calls_lost_total{lb_group="acme",reason="queue-full"})"), "1");
  EXPECT_EQ(value_of(metrics, R"(fn_call_duration_seconds_sum{lb_group="acme"})"), "2");
}

TEST(HttpMetrics, CountsByRoleMethodAndStatusWhateverAClientSends) {
  Metrics metrics;
  HttpMetrics http(metrics, "lb");
  http.answered("GET", 200, 1ms);
  http.answered("GET", 200, 1ms);
  http.answered("BREW", 405, 1ms);
  http.answered("MAKE", 405, 1ms);
  EXPECT_EQ(value_of(metrics, R"(fn_http_requests_total{role="lb",method="GET",status="200"})"),
            "2");
  EXPECT_EQ(value_of(metrics, R"(fn_http_requests_total{role="lb",method="other",status="405"})"),
            "2");
  EXPECT_EQ(value_of(metrics, R"(fn_http_request_duration_seconds_count{role="lb"})"), "4");
}

TEST(ProcessMetrics, TellOfThisProcess) {
  Metrics metrics;
  add_process_metrics(metrics, "1.2.3");
  const auto number = [&metrics](const std::string& name) {
    return std::stod(value_of(metrics, name));
  };
  EXPECT_GT(number("process_resident_memory_bytes"), 1e6);
  EXPECT_GT(number("process_virtual_memory_bytes"), number("process_resident_memory_bytes"));
  EXPECT_GT(number("process_start_time_seconds"), 1.5e9);
  EXPECT_GE(number("process_cpu_seconds_total"), 0);
  EXPECT_EQ(value_of(metrics, R"(fn_build_info{version="1.2.3"})"), "1");
  const double before = number("process_open_fds");
  std::FILE* file = std::tmpfile();
  EXPECT_EQ(number("process_open_fds"), before + 1);
  (void)std::fclose(file);
}

// Runs the words and gives what they print and how they end.
std::pair<int, std::string> run(const std::string& command) {
  std::FILE* pipe = ::popen((command + " 2>&1").c_str(), "r");  // NOLINT(cert-env33-c)
  std::string text;
  std::array<char, 4096> piece{};
  while (std::fgets(piece.data(), piece.size(), pipe) != nullptr) {
    text += piece.data();
  }
  return {::pclose(pipe), text};
}

TEST(Metrics, ArePraisedByPromtool) {
  if (run("promtool --version").first != 0) {
    GTEST_SKIP() << "promtool is missing: tools/install-deps --test puts it into build/tools";
  }
  Metrics metrics;
  add_process_metrics(metrics, "1.2.3");
  LbMetrics lb(metrics, "acme \"x\"");
  lb.ended(core::CallOutcome::kFailed, core::RefusalReason::kRunnerBroken, 1s);
  const RunnerMetrics runner(metrics, "acme");
  HttpMetrics(metrics, "api").answered("GET", 200, 1ms);
  metrics.counter(metric::kLogLinesDropped, {}).add();
  std::string name = (std::filesystem::temp_directory_path() / "fn-metrics-XXXXXX").string();
  const std::string folder = ::mkdtemp(name.data());
  std::ofstream(folder + "/metrics") << metrics.text();
  const auto [status, said] = run("promtool check metrics < " + folder + "/metrics");
  EXPECT_EQ(status, 0);
  EXPECT_EQ(said, "");
  std::filesystem::remove_all(folder);
}

}  // namespace
}  // namespace fn::services
