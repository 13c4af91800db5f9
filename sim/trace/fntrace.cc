// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/fntrace.h"

#include <utility>

#include "core/io/fntrace_reader.h"
#include "core/io/fntrace_writer.h"

namespace fn::sim {

namespace {

class FntraceTrace final : public TraceReader {
 public:
  explicit FntraceTrace(std::unique_ptr<core::FntraceReader> file) : file_(std::move(file)) {
    known_head = file_->head();
  }

  // As if it were this trace that is read.
  void stand_for(const TraceReader& other) {
    known_paths = other.paths();
    known_warnings = other.warnings();
    known_head.sha256 = other.head().sha256;
  }

  void name(const std::string& path) { known_paths = {path}; }

  core::Result<bool> next(core::TraceMinute& minute) override { return file_->next(minute); }

  void skip_to(std::int64_t minute) override { file_->skip_to(minute); }

 private:
  std::unique_ptr<core::FntraceReader> file_;
};

core::Result<std::unique_ptr<FntraceTrace>> open_file(core::ByteSourcePtr source) {
  core::Result<std::unique_ptr<core::FntraceReader>> file =
      core::FntraceReader::open(std::move(source));
  if (!file) {
    return tl::unexpected(file.error());
  }
  return std::make_unique<FntraceTrace>(std::move(*file));
}

}  // namespace

core::Result<TraceReaderPtr> read_fntrace(core::ByteSourcePtr source) {
  const std::string path = source->name();
  core::Result<std::unique_ptr<FntraceTrace>> trace = open_file(std::move(source));
  if (!trace) {
    return tl::unexpected(trace.error());
  }
  (*trace)->name(path);
  return TraceReaderPtr(std::move(*trace));
}

core::Result<std::uint64_t> write_fntrace(TraceReader& reader, core::ByteSink& sink, int level) {
  core::FntraceWriter writer(sink, level);
  core::TraceMinute minute;
  while (true) {
    const core::Result<bool> more = reader.next(minute);
    if (!more) {
      return tl::unexpected(more.error());
    }
    core::Status written = *more ? writer.add(minute) : writer.finish(reader.head());
    if (!written) {
      return tl::unexpected(written.error());
    }
    if (!*more) {
      return writer.calls();
    }
  }
}

core::Result<TraceReaderPtr> with_whole_head(TraceReaderPtr reader) {
  if (reader->whole_head()) {
    return reader;
  }
  core::Result<std::unique_ptr<core::FileSink>> file = core::FileSink::temporary();
  if (!file) {
    return tl::unexpected(file.error());
  }
  constexpr int kFast = 1;
  const core::Result<std::uint64_t> written = write_fntrace(*reader, **file, kFast);
  if (!written) {
    return tl::unexpected(written.error());
  }
  core::Result<core::ByteSourcePtr> source = (*file)->source(reader->paths().front());
  if (!source) {
    return tl::unexpected(source.error());
  }
  core::Result<std::unique_ptr<FntraceTrace>> trace = open_file(std::move(*source));
  if (!trace) {
    return tl::unexpected(trace.error());
  }
  (*trace)->stand_for(*reader);
  return TraceReaderPtr(std::move(*trace));
}

}  // namespace fn::sim
