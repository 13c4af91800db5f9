// SPDX-License-Identifier: Apache-2.0
//
// Goal: a line of the log is one line whatever its texts hold, in each form; what is off costs
// nothing; a writer that does not keep up loses lines, is never waited for, and says so.

#include "services/base/log.h"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <nlohmann/json.hpp>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "services/base/log_text.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;

constexpr std::int64_t kTime = 1'520'433'522'123'000'000;

std::string line_of(Log::Layout layout, std::string_view message, LogFields fields = {}) {
  Log::Writing writing;
  writing.layout = layout;
  std::string line;
  append_line(line, writing, kTime, LogLevel::kInfo, message, fields);
  return line;
}

std::string logfmt(std::string_view message, LogFields fields = {}) {
  return line_of(Log::Layout::kLogfmt, message, fields);
}

// A log into a string; lines() waits for what was written.
struct Written {
  explicit Written(Log::Writing writing)
      : log(std::move(writing), [this](std::string_view lines) {
          text += lines;
          return std::uint64_t{0};
        }) {}

  std::string lines() {
    EXPECT_TRUE(log.flush(60s));
    return text;
  }

  std::string text;
  Log log;
};

TEST(LogText, IsLogfmtWithQuotesWhereTheyAreNeeded) {
  EXPECT_EQ(logfmt("call finished",
                   {{"app", "a-b.c"},
                    {"fn", "two words"},
                    {"none", ""},
                    {"status", 200},
                    {"delta", -3},
                    {"bytes", std::uint64_t{18446744073709551615U}},
                    {"cold", true},
                    {"wait_s", 0.25}}),
            "time=\"2018-03-07T14:38:42.123Z\" level=info msg=\"call finished\" app=a-b.c "
            "fn=\"two words\" none=\"\" status=200 delta=-3 bytes=18446744073709551615 cold=true "
            "wait_s=0.25\n");
}

TEST(LogText, StaysOneLineWhateverATextHolds) {
  EXPECT_EQ(logfmt("a\nb", {{"x", "\"q\" \\ \t\r\x1b[31m\x7f"}}),
            "time=\"2018-03-07T14:38:42.123Z\" level=info msg=\"a\\nb\" "
            "x=\"\\\"q\\\" \\\\ \\t\\r\\x1b[31m\\x7f\"\n");
}

TEST(LogText, KeepsUtf8AndReplacesWhatIsNone) {
  EXPECT_NE(logfmt("grüße 象 😀").find("msg=\"grüße 象 😀\""), std::string::npos);
  const std::string replaced = "\xef\xbf\xbd";
  std::string thrice = "msg=\"";
  for (int count = 0; count < 3; ++count) {
    thrice += replaced;
  }
  for (const std::string_view wrong : {"\xff", "\xc3", "\xc0", "\x80", "\xe2"}) {
    EXPECT_NE(logfmt(wrong).find("msg=\"" + replaced + "\""), std::string::npos);
  }
  for (const std::string_view wrong : {"\xed\xa0\x80", "\xe0\x80\xaf"}) {
    EXPECT_NE(logfmt(wrong).find(thrice + "\""), std::string::npos);
  }
  EXPECT_NE(logfmt("\xc2\x85").find("msg=\"\\u0085\""), std::string::npos);
}

TEST(LogText, CutsWhatIsTooLong) {
  const std::string line = logfmt("m", {{"x", std::string(100'000, 'y')}});
  EXPECT_LT(line.size(), 17'000U);
  EXPECT_TRUE(line.ends_with("yyy...\"\n"));
}

TEST(LogText, PadsForATerminal) {
  EXPECT_EQ(
      line_of(Log::Layout::kTerminal, "short\n", {{"key", "quoted value"}}),
      "INFO[2018-03-07T14:38:42.123Z] short\\n" + std::string(37, ' ') + " key=\"quoted value\"\n");
  EXPECT_EQ(line_of(Log::Layout::kTerminal, "alone"), "INFO[2018-03-07T14:38:42.123Z] alone\n");
}

TEST(LogText, IsJsonThatReadsBack) {
  const std::string text = "a \"b\" \\ \n \x01 \x7f grüße";
  const auto line = nlohmann::json::parse(
      line_of(Log::Layout::kJson,
              text,
              {{"text", text}, {"broken", "\xff"}, {"n", -1}, {"off", false}, {"nan", 0.0 / 0.0}}));
  EXPECT_EQ(line["time"], "2018-03-07T14:38:42.123Z");
  EXPECT_EQ(line["level"], "info");
  EXPECT_EQ(line["msg"], text);
  EXPECT_EQ(line["text"], text);
  EXPECT_EQ(line["broken"], "\xef\xbf\xbd");
  EXPECT_EQ(line["n"], -1);
  EXPECT_EQ(line["off"], false);
  EXPECT_TRUE(line["nan"].is_null());
}

TEST(Log, WritesItsLevelAndAbove) {
  Written written({.level = LogLevel::kWarn, .prefix = {}, .before_time = {}, .after_time = {}});
  EXPECT_FALSE(written.log.on(LogLevel::kInfo));
  written.log.info("no");
  written.log.warn("one");
  written.log.error("two");
  written.log.set_level(LogLevel::kDebug);
  written.log.debug("three");
  const std::string lines = written.lines();
  EXPECT_EQ(lines.find("no"), std::string::npos);
  EXPECT_NE(lines.find("level=warning msg=\"one\""), std::string::npos);
  EXPECT_NE(lines.find("level=error msg=\"two\""), std::string::npos);
  EXPECT_NE(lines.find("level=debug msg=\"three\""), std::string::npos);
}

TEST(Log, BeginsEachMessageWithThePrefix) {
  Written written({.prefix = "lb-1: ", .before_time = {}, .after_time = {}});
  written.log.info("ready");
  EXPECT_NE(written.lines().find("msg=\"lb-1: ready\""), std::string::npos);
}

TEST(Log, KeepsLinesWholeAndInOrderForEachThread) {
  constexpr int kThreads = 4;
  constexpr int kLines = 500;
  Written written({.prefix = {}, .before_time = {}, .after_time = {}});
  std::vector<std::thread> threads;
  threads.reserve(kThreads);
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&written, thread] {
      for (int line = 0; line < kLines; ++line) {
        written.log.info("m", {{"t", thread}, {"n", line}});
      }
    });
  }
  for (std::thread& thread : threads) {
    thread.join();
  }
  std::vector<int> next(kThreads, 0);
  std::istringstream lines(written.lines());
  std::string line;
  while (std::getline(lines, line)) {
    const auto thread = static_cast<std::size_t>(line.at(line.find(" t=") + 3) - '0');
    EXPECT_TRUE(line.ends_with(" n=" + std::to_string(next.at(thread)))) << line;
    ++next.at(thread);
  }
  EXPECT_EQ(next, std::vector<int>(kThreads, kLines));
}

TEST(Log, DropsAndSaysSoWhereTheWriterIsStuck) {
  std::mutex mutex;
  std::condition_variable opened;
  bool open = false;
  std::string text;
  Log log({.prefix = {}, .before_time = {}, .after_time = {}, .buffer_bytes = 4'000},
          [&](std::string_view lines) {
            std::unique_lock lock(mutex);
            opened.wait(lock, [&] { return open; });
            text += lines;
            return std::uint64_t{0};
          });
  for (int line = 0; line < 1'000; ++line) {
    log.info("a line of some length", {{"n", line}});
  }
  const std::uint64_t dropped = log.dropped();
  EXPECT_GT(dropped, 500U);
  EXPECT_FALSE(log.flush(core::Duration{}));
  {
    const std::lock_guard lock(mutex);
    open = true;
  }
  opened.notify_all();
  ASSERT_TRUE(log.flush(60s));
  const std::lock_guard lock(mutex);
  EXPECT_NE(text.find("log lines were dropped"), std::string::npos);
  // In two parts, when the writer came late to the first lines.
  std::uint64_t said = 0;
  for (std::size_t at = 0; (at = text.find(" lines=", at)) != std::string::npos; ++at) {
    said += std::stoull(text.substr(at + 7));
  }
  EXPECT_EQ(said, dropped);
}

TEST(Log, WritesWhatIsThereBeforeItEnds) {
  std::string text;
  {
    Log log({.prefix = {}, .before_time = {}, .after_time = {}}, [&text](std::string_view lines) {
      text += lines;
      return std::uint64_t{0};
    });
    log.info("last");
  }
  EXPECT_NE(text.find("msg=\"last\""), std::string::npos);
}

TEST(Log, CountsWhatItsDestinationLost) {
  Log log({.prefix = {}, .before_time = {}, .after_time = {}},
          [](std::string_view) { return std::uint64_t{1}; });
  log.info("gone");
  ASSERT_TRUE(log.flush(60s));
  EXPECT_EQ(log.dropped(), 1U);
}

}  // namespace
}  // namespace fn::services
