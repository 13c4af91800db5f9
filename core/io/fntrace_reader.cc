// SPDX-License-Identifier: Apache-2.0

#include "core/io/fntrace_reader.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>
#include <zstd.h>

#include "core/base/assert.h"
#include "core/io/trace_head_text.h"

namespace fn::core {

namespace {

using fntrace::BlockHeader;
using fntrace::BlockKind;
using fntrace::DirectoryEntry;

constexpr std::uint64_t kLatestNs = std::uint64_t{1} << 62;

template <typename T>
std::span<char> writable(T& value) {
  return {reinterpret_cast<char*>(&value), sizeof(T)};
}

bool is_known(BlockKind kind) {
  return kind >= BlockKind::kCalls && kind <= BlockKind::kDirectory;
}

bool sensible(const BlockHeader& header) {
  return is_known(header.kind) && header.plain_bytes <= fntrace::kBlockBytes &&
         header.packed_bytes <= ZSTD_COMPRESSBOUND(header.plain_bytes) && header.first_ns >= 0 &&
         header.first_ns <= header.last_ns && header.last_ns <= std::int64_t{1} << 62;
}

// No name holds a control character, which would break lines and tables.
bool is_plain(std::string_view text) {
  return std::none_of(text.begin(), text.end(), [](char byte) {
    return (byte >= 0 && byte < 0x20) || byte == 0x7f;
  });
}

std::string hex_of(std::span<const std::uint8_t> bytes) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (const std::uint8_t byte : bytes) {
    text += kDigits[byte >> 4];
    text += kDigits[byte & 15];
  }
  return text;
}

}  // namespace

bool is_fntrace(std::string_view head) {
  return head.starts_with(std::string_view(fntrace::kMagic.data(), fntrace::kMagic.size()));
}

FntraceReader::FntraceReader(ByteSourcePtr source)
    : source_(std::move(source)), context_(ZSTD_createDCtx(), ZSTD_freeDCtx) {
  FN_ASSERT(source_->seekable());
}

FntraceReader::~FntraceReader() = default;

tl::unexpected<Error> FntraceReader::wrong(std::uint64_t offset,
                                           const std::string& expected) const {
  return fail(ErrorCode::kInvalidArgument,
              source_->name() + ": byte " + std::to_string(offset) + ": expected " + expected +
                  "; the file is damaged or no fntrace");
}

Status FntraceReader::read_exactly(std::uint64_t offset, std::span<char> into) const {
  const Result<std::size_t> got = source_->read_at(offset, into);
  if (!got) {
    return tl::unexpected(got.error());
  }
  return *got == into.size() ? Status() : wrong(offset + *got, "more bytes, found the end");
}

Result<std::unique_ptr<FntraceReader>> FntraceReader::open(ByteSourcePtr source) {
  std::unique_ptr<FntraceReader> reader(new FntraceReader(std::move(source)));
  Status read = reader->read_header();
  read = read ? reader->read_directory() : read;
  if (!read) {
    return tl::unexpected(read.error());
  }
  return reader;
}

Status FntraceReader::read_header() {
  if (Status read = read_exactly(0, writable(file_)); !read) {
    return read;
  }
  if (file_.magic != fntrace::kMagic) {
    return wrong(0, "the mark FNTRACE");
  }
  if (file_.version != fntrace::kVersion) {
    return fail(ErrorCode::kInvalidArgument,
                source_->name() + ": expected fntrace version " +
                    std::to_string(fntrace::kVersion) + ", found " + std::to_string(file_.version) +
                    "; a newer fnsim may read it");
  }
  if (file_.directory_offset < sizeof(file_)) {
    return wrong(16, "the place of the directory, found none: the file was not finished");
  }
  return {};
}

Status FntraceReader::read_directory() {
  DirectoryEntry directory;
  directory.offset = file_.directory_offset;
  if (Status read = read_exactly(directory.offset, writable(directory.header)); !read) {
    return read;
  }
  if (directory.header.kind != BlockKind::kDirectory) {
    return wrong(directory.offset, "a directory");
  }
  const Result<std::string_view> plain = unpack(directory);
  if (!plain) {
    return tl::unexpected(plain.error());
  }
  if (plain->size() != directory.header.items * sizeof(DirectoryEntry)) {
    return wrong(directory.offset, "40 bytes for each block in the directory");
  }
  std::vector<DirectoryEntry> entries(directory.header.items);
  std::copy(plain->begin(), plain->end(), reinterpret_cast<char*>(entries.data()));
  std::uint64_t offset = sizeof(file_);
  Status read;
  for (const DirectoryEntry& entry : entries) {
    if (entry.offset != offset || !sensible(entry.header)) {
      return wrong(directory.offset, "block after block in the directory");
    }
    offset += sizeof(entry.header) + entry.header.packed_bytes;
    const bool is_calls = entry.header.kind == BlockKind::kCalls;
    if (is_calls || entry.header.kind == BlockKind::kCounts) {
      auto& blocks = is_calls ? call_blocks_ : count_blocks_;
      // A minute's counts lie in one block, its calls may be in several.
      const std::int64_t step = is_calls ? 1 : kTraceMinuteNs;
      const std::int64_t soonest =
          blocks.empty() ? 0 : blocks.back().header.last_ns / step + (is_calls ? 0 : 1);
      if (entry.header.first_ns / step < soonest) {
        return wrong(entry.offset, "a block that begins where the one before ends, or later");
      }
      blocks.push_back(entry);
    } else if (entry.header.kind == BlockKind::kFunctions) {
      read = read_functions(entry);
    } else if (entry.header.kind == BlockKind::kHead) {
      read = read_head(entry);
    }
    if (!read) {
      return read;
    }
  }
  head_.sha256 = hex_of(file_.source_sha256);
  for (const TraceFunction& function : head_.functions) {
    calls_left_.push_back(function.calls);
  }
  return {};
}

Result<std::string_view> FntraceReader::unpack(const DirectoryEntry& entry) {
  BlockHeader found;
  if (Status read = read_exactly(entry.offset, writable(found)); !read) {
    return tl::unexpected(read.error());
  }
  const BlockHeader& header = entry.header;
  if (!sensible(found) || found.kind != header.kind || found.items != header.items ||
      found.packed_bytes != header.packed_bytes || found.plain_bytes != header.plain_bytes ||
      found.first_ns != header.first_ns || found.last_ns != header.last_ns) {
    return wrong(entry.offset, "the block that the directory states");
  }
  packed_.resize(header.packed_bytes);
  if (Status read = read_exactly(entry.offset + sizeof(found), packed_); !read) {
    return tl::unexpected(read.error());
  }
  plain_.resize(header.plain_bytes);
  const std::size_t size = ZSTD_decompressDCtx(
      context_.get(), plain_.data(), plain_.size(), packed_.data(), packed_.size());
  if (ZSTD_isError(size) != 0) {
    return wrong(entry.offset + sizeof(found),
                 std::string("a sound zstd frame, found: ") + ZSTD_getErrorName(size));
  }
  if (size != header.plain_bytes) {
    return wrong(entry.offset, "as many bytes in the frame as its header states");
  }
  return std::string_view(plain_);
}

Status FntraceReader::read_head(const DirectoryEntry& entry) {
  const Result<std::string_view> plain = unpack(entry);
  if (!plain) {
    return tl::unexpected(plain.error());
  }
  return parse_head(*plain, head_) ? Status() : wrong(entry.offset, "lines \"key value\"");
}

Status FntraceReader::read_functions(const DirectoryEntry& entry) {
  const Result<std::string_view> plain = unpack(entry);
  if (!plain) {
    return tl::unexpected(plain.error());
  }
  constexpr std::uint64_t kMemoryMax = std::uint64_t{16} * 1024 * 1024;
  VarintReader in(*plain);
  bool good = head_.functions.size() + entry.header.items <= fntrace::kFunctionsMax;
  for (std::uint32_t item = 0; item < entry.header.items && good; ++item) {
    TraceFunction& function = head_.functions.emplace_back();
    for (std::string* text : {&function.tenant, &function.app, &function.name, &function.trigger}) {
      *text = in.text();
    }
    const std::uint64_t memory = in.number();
    function.memory_mib = static_cast<std::int64_t>(memory);
    function.calls = in.number();
    good = memory >= 1 && memory <= kMemoryMax && !in.failed() && !function.name.empty() &&
           is_plain(function.tenant) && is_plain(function.app) && is_plain(function.name) &&
           is_plain(function.trigger);
    const auto duration = [&in, &good] {
      const std::uint64_t nanoseconds = in.number();
      good = good && nanoseconds <= kLatestNs;
      return Duration(static_cast<std::int64_t>(good ? nanoseconds : 0));
    };
    function.durations.average = duration();
    function.durations.maximum = duration();
    for (Duration& quantile : function.durations.quantiles) {
      quantile = duration();
    }
    const auto& quantiles = function.durations.quantiles;
    good = good && std::is_sorted(quantiles.begin(), quantiles.end());
  }
  return good && in.finished() ? Status() : wrong(entry.offset, "functions as described");
}

void FntraceReader::skip_to(std::int64_t minute) {
  from_minute_ = minute;
  const std::int64_t from_ns = minute * kTraceMinuteNs;
  const auto is_before = [from_ns](const DirectoryEntry& entry) {
    return entry.header.last_ns < from_ns;
  };
  while (next_calls_ < call_blocks_.size() && is_before(call_blocks_[next_calls_])) {
    ++next_calls_;
  }
  while (next_counts_ < count_blocks_.size() && is_before(count_blocks_[next_counts_])) {
    ++next_counts_;
  }
}

Status FntraceReader::load_calls() {
  while (calls_taken_ == calls_.size() && next_calls_ < call_blocks_.size()) {
    const DirectoryEntry& entry = call_blocks_[next_calls_++];
    const Result<std::string_view> plain = unpack(entry);
    if (!plain) {
      return tl::unexpected(plain.error());
    }
    if (!decode_calls(entry.header)) {
      return wrong(entry.offset, "calls as its header states them");
    }
    calls_taken_ = 0;
    const std::int64_t from_ns = from_minute_ * kTraceMinuteNs;
    while (calls_taken_ < calls_.size() && calls_[calls_taken_].start_ns < from_ns) {
      ++calls_taken_;
    }
  }
  return {};
}

Status FntraceReader::load_counts() {
  while (!counted_ready_) {
    if (count_minutes_left_ > 0) {
      if (Status taken = take_count_minute(); !taken) {
        return taken;
      }
      counted_ready_ = count_minute_ >= from_minute_;
      continue;
    }
    if (next_counts_ == count_blocks_.size()) {
      return {};
    }
    const DirectoryEntry& entry = count_blocks_[next_counts_++];
    const Result<std::string_view> plain = unpack(entry);
    if (!plain) {
      return tl::unexpected(plain.error());
    }
    counts_plain_ = *plain;
    counts_ = VarintReader(counts_plain_);
    count_minutes_left_ = entry.header.items;
    count_minute_ = entry.header.first_ns / kTraceMinuteNs;
    if (count_minutes_left_ == 0) {
      return wrong(entry.offset, "at least one minute");
    }
  }
  return {};
}

Status FntraceReader::take_count_minute() {
  const DirectoryEntry& entry = count_blocks_[next_counts_ - 1];
  const std::uint64_t later = counts_.number();
  const std::uint64_t entries = counts_.number();
  const std::int64_t last = entry.header.last_ns / kTraceMinuteNs;
  const bool is_first = count_minutes_left_ == entry.header.items;
  bool good = later <= static_cast<std::uint64_t>(last - count_minute_) &&
              (later == 0) == is_first && entries >= 1 && entries <= head_.functions.size();
  counted_.clear();
  std::uint64_t function = 0;
  for (std::uint64_t item = 0; item < entries && good; ++item) {
    const std::uint64_t skipped = counts_.number();
    const std::uint64_t calls = counts_.number();
    good = !counts_.failed() && skipped < head_.functions.size() &&
           function + skipped < head_.functions.size() && calls >= 1 &&
           calls <= std::numeric_limits<std::uint32_t>::max();
    function += skipped;
    counted_.push_back({static_cast<std::uint32_t>(function), static_cast<std::uint32_t>(calls)});
    ++function;
  }
  --count_minutes_left_;
  good = good && (count_minutes_left_ > 0 || counts_.finished());
  if (!good) {
    return wrong(entry.offset, "counts as its header states them");
  }
  count_minute_ += static_cast<std::int64_t>(later);
  return {};
}

Result<bool> FntraceReader::next(TraceMinute& minute) {
  minute.counts.clear();
  minute.calls.clear();
  Status loaded = load_calls();
  loaded = loaded ? load_counts() : loaded;
  if (!loaded) {
    return tl::unexpected(loaded.error());
  }
  constexpr std::int64_t kNone = std::numeric_limits<std::int64_t>::max();
  const bool has_calls = calls_taken_ < calls_.size();
  const std::int64_t called = has_calls ? calls_[calls_taken_].start_ns / kTraceMinuteNs : kNone;
  const std::int64_t counted = counted_ready_ ? count_minute_ : kNone;
  minute.number = std::min(called, counted);
  if (minute.number == kNone) {
    const Status ended = check_end();
    return ended ? Result<bool>(false) : tl::unexpected(ended.error());
  }
  if (counted == minute.number) {
    minute.counts.swap(counted_);
    counted_ready_ = false;
  }
  while (calls_taken_ < calls_.size()) {
    const std::size_t before = minute.calls.size();
    take_calls(minute);
    if (minute.calls.size() == before) {
      break;
    }
    if (loaded = load_calls(); !loaded) {
      return tl::unexpected(loaded.error());
    }
  }
  const Status checked = check_minute(minute);
  return checked ? Result<bool>(true) : tl::unexpected(checked.error());
}

// Those of the loaded block that lie in the minute.
void FntraceReader::take_calls(TraceMinute& minute) {
  const std::int64_t end = (minute.number + 1) * kTraceMinuteNs;
  const auto from = calls_.begin() + static_cast<std::ptrdiff_t>(calls_taken_);
  const auto to = std::partition_point(
      from, calls_.end(), [end](const TraceCall& call) { return call.start_ns < end; });
  minute.calls.insert(minute.calls.end(), from, to);
  calls_taken_ = static_cast<std::size_t>(to - calls_.begin());
}

}  // namespace fn::core
