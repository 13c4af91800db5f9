// SPDX-License-Identifier: Apache-2.0
//
// Goal: what was written as fntrace is read back bit for bit, from any minute on, in few bytes; and
// nothing that a damaged file says is believed.

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/io/fntrace_reader.h"
#include "core/io/fntrace_writer.h"

namespace fn::tests {
namespace {

using core::TraceCall;
using core::TraceHead;
using core::TraceMinute;

bool same(const TraceMinute& left, const TraceMinute& right) {
  const auto same_call = [](const TraceCall& one, const TraceCall& other) {
    return one.start_ns == other.start_ns && one.run_ns == other.run_ns &&
           one.function == other.function;
  };
  const auto same_count = [](const core::TraceCount& one, const core::TraceCount& other) {
    return one.function == other.function && one.calls == other.calls;
  };
  return left.number == right.number &&
         std::equal(left.calls.begin(),
                    left.calls.end(),
                    right.calls.begin(),
                    right.calls.end(),
                    same_call) &&
         std::equal(left.counts.begin(),
                    left.counts.end(),
                    right.counts.begin(),
                    right.counts.end(),
                    same_count);
}

TraceHead head_of(std::uint32_t functions) {
  TraceHead head;
  for (std::uint32_t number = 0; number < functions; ++number) {
    core::TraceFunction& function = head.functions.emplace_back();
    function.tenant = "tenant" + std::to_string(number % 3);
    function.app = "app";
    function.name = "f" + std::to_string(number);
    function.trigger = number % 2 == 0 ? "http" : "";
    function.memory_mib = 1 + number;
    function.durations.maximum = core::Duration(number);
    function.durations.quantiles.fill(core::Duration(number));
  }
  head.origin_unix_ns = 1'700'000'040'000'000'000;
  head.end_ns = 100 * core::kTraceMinuteNs;
  head.sha256 = std::string(64, 'a');
  head.notes = {"one thing", "another"};
  head.trust.out_of_order = 7;
  return head;
}

std::string written(const std::vector<TraceMinute>& minutes, const TraceHead& head) {
  core::MemorySink sink;
  core::FntraceWriter writer(sink, 3);
  for (const TraceMinute& minute : minutes) {
    EXPECT_TRUE(writer.add(minute));
  }
  EXPECT_TRUE(writer.finish(head));
  return sink.bytes();
}

core::Result<std::vector<TraceMinute>> read(const std::string& bytes, std::int64_t from = 0) {
  auto reader = core::FntraceReader::open(core::memory_bytes("x.fntrace", bytes));
  if (!reader) {
    return tl::unexpected(reader.error());
  }
  if (from > 0) {
    (*reader)->skip_to(from);
  }
  std::vector<TraceMinute> minutes;
  while (true) {
    TraceMinute minute;
    const core::Result<bool> more = (*reader)->next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      return minutes;
    }
    minutes.push_back(minute);
  }
}

// Minutes with calls, with counts, with both and with none, of all sizes of numbers.
std::vector<TraceMinute> some_minutes(std::uint64_t seed, std::uint32_t functions) {
  core::Rng rng(seed);
  std::vector<TraceMinute> minutes;
  std::int64_t number = 0;
  for (int count = 0; count < 40; ++count) {
    TraceMinute minute;
    minute.number = number;
    std::int64_t start = number * core::kTraceMinuteNs;
    const std::uint64_t calls = rng.below(3) == 0 ? rng.below(20'000) : rng.below(5);
    for (std::uint64_t call = 0; call < calls; ++call) {
      start += static_cast<std::int64_t>(rng.below(2'000'000));
      minute.calls.push_back({start,
                              static_cast<std::int64_t>(rng.below(1ULL << rng.below(45))),
                              static_cast<std::uint32_t>(rng.below(functions))});
    }
    for (std::uint32_t function = 0; function < functions; ++function) {
      if (rng.below(3) == 0) {
        minute.counts.push_back({function, 1 + static_cast<std::uint32_t>(rng.below(1'000'000))});
      }
    }
    if (!minute.calls.empty() || !minute.counts.empty()) {
      minutes.push_back(minute);
    }
    number += 1 + static_cast<std::int64_t>(rng.below(3));
  }
  return minutes;
}

TEST(Fntrace, GivesBackEveryCallAndCount) {
  for (std::uint64_t seed = 1; seed <= 5; ++seed) {
    const auto minutes = some_minutes(seed, 9);
    const auto back = read(written(minutes, head_of(9)));
    ASSERT_TRUE(back) << back.error().message;
    EXPECT_TRUE(std::equal(minutes.begin(), minutes.end(), back->begin(), back->end(), same));
  }
}

TEST(Fntrace, GivesBackTheHeadWithCallsOfEachFunction) {
  const auto minutes = some_minutes(3, 9);
  std::vector<std::uint64_t> calls(9);
  for (const TraceMinute& minute : minutes) {
    for (const TraceCall& call : minute.calls) {
      ++calls[call.function];
    }
    for (const core::TraceCount& count : minute.counts) {
      calls[count.function] += count.calls;
    }
  }
  const TraceHead head = head_of(9);
  const auto reader = core::FntraceReader::open(core::memory_bytes("x", written(minutes, head)));
  ASSERT_TRUE(reader) << reader.error().message;
  const TraceHead& back = (*reader)->head();
  EXPECT_EQ(back.origin_unix_ns, head.origin_unix_ns);
  EXPECT_EQ(back.end_ns, head.end_ns);
  EXPECT_EQ(back.sha256, head.sha256);
  EXPECT_EQ(back.notes, head.notes);
  EXPECT_EQ(back.trust.out_of_order, 7U);
  ASSERT_EQ(back.functions.size(), 9U);
  for (std::size_t number = 0; number < 9; ++number) {
    EXPECT_EQ(back.functions[number].tenant, head.functions[number].tenant);
    EXPECT_EQ(back.functions[number].name, head.functions[number].name);
    EXPECT_EQ(back.functions[number].trigger, head.functions[number].trigger);
    EXPECT_EQ(back.functions[number].memory_mib, head.functions[number].memory_mib);
    EXPECT_EQ(back.functions[number].calls, calls[number]);
    EXPECT_EQ(back.functions[number].durations.quantiles,
              head.functions[number].durations.quantiles);
  }
}

TEST(Fntrace, BeginsAtAnyMinute) {
  const auto minutes = some_minutes(2, 4);
  const std::string bytes = written(minutes, head_of(4));
  for (std::int64_t from = 0; from < 100; from += 7) {
    const auto back = read(bytes, from);
    ASSERT_TRUE(back);
    std::vector<TraceMinute> expected;
    std::copy_if(minutes.begin(),
                 minutes.end(),
                 std::back_inserter(expected),
                 [from](const TraceMinute& minute) { return minute.number >= from; });
    EXPECT_TRUE(std::equal(expected.begin(), expected.end(), back->begin(), back->end(), same));
  }
}

TEST(Fntrace, MinutesMayBeLongerThanABlock) {
  TraceMinute minute;
  for (std::uint32_t call = 0; call < 3 * core::fntrace::kBlockCalls + 5; ++call) {
    minute.calls.push_back({call, 1'000'000, 0});
  }
  const auto back = read(written({minute}, head_of(1)));
  ASSERT_TRUE(back);
  ASSERT_EQ(back->size(), 1U);
  EXPECT_TRUE(same(back->front(), minute));
}

TEST(Fntrace, EqualTracesGiveEqualBytes) {
  EXPECT_EQ(written(some_minutes(1, 5), head_of(5)), written(some_minutes(1, 5), head_of(5)));
}

TEST(Fntrace, AnEmptyTraceIsOne) {
  const auto back = read(written({}, head_of(0)));
  ASSERT_TRUE(back);
  EXPECT_TRUE(back->empty());
}

// Whatever byte is changed, the file is refused with one line or the calls are those written: the
// header's last 40 bytes, the digest of the source and the sum, are for information.
TEST(Fntrace, NoticesEveryChangedByte) {
  const auto minutes = some_minutes(4, 3);
  const std::string bytes = written(minutes, head_of(3));
  core::Rng rng(7);
  for (int round = 0; round < 600; ++round) {
    std::string changed = bytes;
    const std::size_t at = round < 64 ? static_cast<std::size_t>(round) : rng.below(bytes.size());
    changed[at] = static_cast<char>(changed[at] ^ (1 << rng.below(8)));
    const auto back = read(changed);
    if (back) {
      EXPECT_TRUE(std::equal(minutes.begin(), minutes.end(), back->begin(), back->end(), same))
          << "byte " << at;
    } else {
      EXPECT_EQ(back.error().message.find('\n'), std::string::npos);
      EXPECT_TRUE(back.error().message.starts_with("x.fntrace: ")) << back.error().message;
    }
  }
}

TEST(Fntrace, NoticesEveryCut) {
  const std::string bytes = written(some_minutes(4, 3), head_of(3));
  for (std::size_t size = 0; size < bytes.size(); size += 1 + size / 50) {
    EXPECT_FALSE(read(bytes.substr(0, size))) << size;
  }
}

TEST(Fntrace, SaysThatAFileWasNotFinished) {
  core::MemorySink sink;
  core::FntraceWriter writer(sink, 3);
  for (const TraceMinute& minute : some_minutes(1, 2)) {
    ASSERT_TRUE(writer.add(minute));
  }
  const auto back = read(sink.bytes());
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().message,
            "x.fntrace: byte 16: expected the place of the directory, found none: the file was "
            "not finished; the file is damaged or no fntrace");
}

TEST(Fntrace, SaysThatAVersionIsNewer) {
  std::string bytes = written({}, head_of(0));
  bytes[8] = 2;
  const auto back = read(bytes);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().message,
            "x.fntrace: expected fntrace version 1, found 2; a newer fnsim may read it");
}

}  // namespace
}  // namespace fn::tests
