// SPDX-License-Identifier: Apache-2.0

#include "core/io/fntrace_writer.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstring>
#include <numeric>
#include <string_view>
#include <zstd.h>

#include "core/base/assert.h"
#include "core/io/trace_head_text.h"
#include "core/io/varint.h"

namespace fn::core {

namespace {

using fntrace::BlockHeader;
using fntrace::BlockKind;

template <typename T>
std::span<const char> bytes_of(const T& value) {
  return {reinterpret_cast<const char*>(&value), sizeof(T)};
}

std::uint8_t width_of(std::uint64_t largest) {
  if (largest >> 8 == 0) {
    return 1;
  }
  if (largest >> 16 == 0) {
    return 2;
  }
  return largest >> 32 == 0 ? 4 : 8;
}

// The numbers as columns of `width` bytes each.
void put_column(std::string& out, const std::vector<std::uint64_t>& values, std::uint8_t width) {
  for (const std::uint64_t value : values) {
    std::array<char, sizeof(value)> bytes{};
    std::memcpy(bytes.data(), &value, sizeof(value));
    out.append(bytes.data(), width);
  }
}

// Divides all by the largest power of ten that divides each, which is returned.
std::uint64_t take_unit(std::vector<std::uint64_t>& values) {
  std::uint64_t common = 0;
  for (const std::uint64_t value : values) {
    common = std::gcd(common, value);
  }
  std::uint64_t unit = 1;
  constexpr std::uint64_t kLargestUnit = 1'000'000'000;
  while (unit < kLargestUnit && common != 0 && common % 10 == 0) {
    unit *= 10;
    common /= 10;
  }
  for (std::uint64_t& value : values) {
    value /= unit;
  }
  return unit;
}

std::uint64_t largest_of(const std::vector<std::uint64_t>& values) {
  return *std::max_element(values.begin(), values.end());
}

std::array<std::uint8_t, 32> digest_bytes(std::string_view hex) {
  std::array<std::uint8_t, 32> bytes{};
  if (hex.size() == 2 * bytes.size()) {
    for (std::size_t index = 0; index < bytes.size(); ++index) {
      const char* at = hex.data() + 2 * index;
      std::from_chars(at, at + 2, bytes[index], 16);
    }
  }
  return bytes;
}

}  // namespace

FntraceWriter::FntraceWriter(ByteSink& sink, int level)
    : sink_(sink), context_(ZSTD_createCCtx(), [](ZSTD_CCtx* context) { ZSTD_freeCCtx(context); }) {
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_compressionLevel, level);
  ZSTD_CCtx_setParameter(context_.get(), ZSTD_c_checksumFlag, 1);
  calls_.reserve(fntrace::kBlockCalls);
}

FntraceWriter::~FntraceWriter() = default;

Status FntraceWriter::begin() {
  if (offset_ > 0) {
    return {};
  }
  offset_ = sizeof(fntrace::FileHeader);
  return sink_.append(bytes_of(fntrace::FileHeader{}));
}

void FntraceWriter::count(std::uint32_t function, std::uint64_t calls) {
  if (function >= calls_of_.size()) {
    calls_of_.resize(function + 1);
  }
  calls_of_[function] += calls;
  total_ += calls;
}

Status FntraceWriter::add(const TraceMinute& minute) {
  for (const TraceCall& call : minute.calls) {
    FN_ASSERT(call.start_ns >= 0 && call.run_ns >= 0);
    FN_ASSERT(calls_.empty() || call.start_ns >= calls_.back().start_ns);
    count(call.function, 1);
    calls_.push_back(call);
    if (calls_.size() == fntrace::kBlockCalls) {
      if (Status flushed = flush_calls(); !flushed) {
        return flushed;
      }
    }
  }
  if (minute.counts.empty()) {
    return {};
  }
  if (count_minutes_++ == 0) {
    first_minute_ = minute.number;
    last_minute_ = minute.number;
  }
  put_varint(counts_, static_cast<std::uint64_t>(minute.number - last_minute_));
  put_varint(counts_, minute.counts.size());
  last_minute_ = minute.number;
  std::uint32_t next = 0;
  for (const TraceCount& entry : minute.counts) {
    FN_ASSERT(entry.function >= next);
    put_varint(counts_, entry.function - next);
    put_varint(counts_, entry.calls);
    next = entry.function + 1;
    count(entry.function, entry.calls);
  }
  constexpr std::size_t kFull = std::size_t{256} * 1024;
  return counts_.size() >= kFull ? flush_counts() : Status();
}

Status FntraceWriter::flush_calls() {
  if (calls_.empty()) {
    return {};
  }
  std::vector<std::uint64_t> starts;
  std::vector<std::uint64_t> functions;
  std::vector<std::uint64_t> runs;
  std::int64_t before = calls_.front().start_ns;
  for (const TraceCall& call : calls_) {
    starts.push_back(static_cast<std::uint64_t>(call.start_ns - before));
    functions.push_back(call.function);
    runs.push_back(static_cast<std::uint64_t>(call.run_ns));
    before = call.start_ns;
  }
  fntrace::CallsHeader head;
  head.start_unit_ns = take_unit(starts);
  head.run_unit_ns = take_unit(runs);
  head.start_bytes = width_of(largest_of(starts));
  head.function_bytes = width_of(largest_of(functions));
  head.run_bytes = width_of(largest_of(runs));
  plain_.assign(bytes_of(head).data(), sizeof(head));
  put_column(plain_, starts, head.start_bytes);
  put_column(plain_, functions, head.function_bytes);
  put_column(plain_, runs, head.run_bytes);
  BlockHeader header;
  header.kind = BlockKind::kCalls;
  header.items = static_cast<std::uint32_t>(calls_.size());
  header.first_ns = calls_.front().start_ns;
  header.last_ns = calls_.back().start_ns;
  calls_.clear();
  return put_block(header, plain_);
}

Status FntraceWriter::flush_counts() {
  if (count_minutes_ == 0) {
    return {};
  }
  BlockHeader header;
  header.kind = BlockKind::kCounts;
  header.items = count_minutes_;
  header.first_ns = first_minute_ * kTraceMinuteNs;
  header.last_ns = last_minute_ * kTraceMinuteNs;
  Status put = put_block(header, counts_);
  counts_.clear();
  count_minutes_ = 0;
  return put;
}

Status FntraceWriter::put_functions(const TraceHead& head) {
  constexpr std::size_t kFull = std::size_t{1024} * 1024;
  plain_.clear();
  BlockHeader header;
  header.kind = BlockKind::kFunctions;
  for (std::size_t number = 0; number < head.functions.size(); ++number) {
    const TraceFunction& function = head.functions[number];
    for (const std::string* text :
         {&function.tenant, &function.app, &function.name, &function.trigger}) {
      put_text(plain_, *text);
    }
    put_varint(plain_, static_cast<std::uint64_t>(function.memory_mib));
    put_varint(plain_, number < calls_of_.size() ? calls_of_[number] : 0);
    put_varint(plain_, static_cast<std::uint64_t>(function.durations.average.count()));
    put_varint(plain_, static_cast<std::uint64_t>(function.durations.maximum.count()));
    for (const Duration quantile : function.durations.quantiles) {
      put_varint(plain_, static_cast<std::uint64_t>(quantile.count()));
    }
    ++header.items;
    if (plain_.size() >= kFull || number + 1 == head.functions.size()) {
      if (Status put = put_block(header, plain_); !put) {
        return put;
      }
      plain_.clear();
      header.items = 0;
    }
  }
  return {};
}

Status FntraceWriter::put_directory(const TraceHead& head) {
  plain_ = head_text(head);
  BlockHeader header;
  header.kind = BlockKind::kHead;
  header.items = 1;
  if (Status put = put_block(header, plain_); !put) {
    return put;
  }
  plain_.assign(reinterpret_cast<const char*>(directory_.data()),
                directory_.size() * sizeof(fntrace::DirectoryEntry));
  header.kind = BlockKind::kDirectory;
  header.items = static_cast<std::uint32_t>(directory_.size());
  return put_block(header, plain_);
}

Status FntraceWriter::finish(const TraceHead& head) {
  FN_ASSERT(calls_of_.size() <= head.functions.size());
  Status done = begin();
  done = done ? flush_calls() : done;
  done = done ? flush_counts() : done;
  done = done ? put_functions(head) : done;
  if (!done) {
    return done;
  }
  done = put_directory(head);
  if (!done) {
    return done;
  }
  fntrace::FileHeader header;
  header.directory_offset = directory_.back().offset;
  header.source_sha256 = digest_bytes(head.sha256);
  header.calls = total_;
  return sink_.overwrite(0, bytes_of(header));
}

Status FntraceWriter::put_block(BlockHeader header, const std::string& plain) {
  if (Status begun = begin(); !begun) {
    return begun;
  }
  packed_.resize(ZSTD_compressBound(plain.size()));
  const std::size_t size =
      ZSTD_compress2(context_.get(), packed_.data(), packed_.size(), plain.data(), plain.size());
  FN_ASSERT(ZSTD_isError(size) == 0);
  header.plain_bytes = static_cast<std::uint32_t>(plain.size());
  header.packed_bytes = static_cast<std::uint32_t>(size);
  directory_.push_back({offset_, header});
  offset_ += sizeof(header) + size;
  if (Status put = sink_.append(bytes_of(header)); !put) {
    return put;
  }
  return sink_.append(std::span(packed_).first(size));
}

}  // namespace fn::core
