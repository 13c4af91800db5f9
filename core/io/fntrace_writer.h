// SPDX-License-Identifier: Apache-2.0
//
// Writes a trace as .fntrace (fntrace_format.h). Memory: one block of calls and one of counts.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_sink.h"
#include "core/io/fntrace_format.h"
#include "core/io/trace_model.h"

struct ZSTD_CCtx_s;

namespace fn::core {

class FntraceWriter {
 public:
  // `level`: of zstd, 1 (fast) to 19 (small). REQUIRES: the sink is empty and outlives the writer.
  FntraceWriter(ByteSink& sink, int level);
  FntraceWriter(const FntraceWriter&) = delete;
  FntraceWriter& operator=(const FntraceWriter&) = delete;
  ~FntraceWriter();

  // REQUIRES: later than the minute before; its calls lie in it, in order, none before 0.
  Status add(const TraceMinute& minute);

  // Everything else; the file is whole after this. Functions' calls are counted by the writer.
  // REQUIRES: every function of a call or count is in `head`.
  Status finish(const TraceHead& head);

  // One by one and counted.
  [[nodiscard]] std::uint64_t calls() const { return total_; }

 private:
  Status begin();
  Status flush_calls();
  Status flush_counts();
  Status put_functions(const TraceHead& head);
  Status put_directory(const TraceHead& head);
  Status put_block(fntrace::BlockHeader header, const std::string& plain);
  void count(std::uint32_t function, std::uint64_t calls);

  ByteSink& sink_;
  std::unique_ptr<ZSTD_CCtx_s, void (*)(ZSTD_CCtx_s*)> context_;
  std::uint64_t offset_ = 0;
  std::vector<fntrace::DirectoryEntry> directory_;
  std::vector<TraceCall> calls_;
  std::string counts_;
  std::uint32_t count_minutes_ = 0;
  std::int64_t first_minute_ = 0;
  std::int64_t last_minute_ = 0;
  std::vector<std::uint64_t> calls_of_;  // by function
  std::uint64_t total_ = 0;
  std::string plain_;
  std::vector<char> packed_;
};

}  // namespace fn::core
