// SPDX-License-Identifier: Apache-2.0

#include "core/io/byte_sink.h"

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <unistd.h>
#include <utility>

#include "core/base/assert.h"
#include "core/io/file_bytes.h"

namespace fn::core {

Status MemorySink::append(std::span<const char> bytes) {
  bytes_.append(bytes.data(), bytes.size());
  return {};
}

Status MemorySink::overwrite(std::uint64_t offset, std::span<const char> bytes) {
  FN_ASSERT(offset + bytes.size() <= bytes_.size());
  std::copy(bytes.begin(), bytes.end(), bytes_.begin() + static_cast<std::ptrdiff_t>(offset));
  return {};
}

FileSink::FileSink(std::string name, std::string partial, int descriptor)
    : name_(std::move(name)), partial_(std::move(partial)), descriptor_(descriptor) {}

FileSink::~FileSink() {
  close(descriptor_);
  if (named_) {
    unlink(partial_.c_str());
  }
}

// As the system said last.
tl::unexpected<Error> FileSink::unwritable() const {
  return fail(ErrorCode::kUnavailable, name_ + ": cannot be written (" + error_text(errno) + ")");
}

Result<std::unique_ptr<FileSink>> FileSink::create(const std::string& path) {
  constexpr mode_t kMode = 0666;
  const std::size_t slash = path.rfind('/');
  const std::string folder = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const std::string partial = path + "." + std::to_string(getpid()) + ".partial";
  int descriptor = open(folder.c_str(), O_RDWR | O_TMPFILE | O_CLOEXEC, kMode);
  const bool named = descriptor < 0;
  if (named) {
    descriptor = open(partial.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, kMode);
  }
  std::unique_ptr<FileSink> sink(new FileSink(path, partial, descriptor));
  if (descriptor < 0) {
    return sink->unwritable();
  }
  sink->named_ = named;
  return sink;
}

Result<std::unique_ptr<FileSink>> FileSink::temporary() {
  const char* named = std::getenv("TMPDIR");  // NOLINT(concurrency-mt-unsafe)
  const std::string folder = named != nullptr && *named != 0 ? named : "/tmp";
  std::string path = folder + "/fn-XXXXXX";
  const int descriptor = mkostemp(path.data(), O_CLOEXEC);
  if (descriptor < 0) {
    return fail(ErrorCode::kUnavailable,
                folder + ": no temporary file can be made (" + error_text(errno) +
                    "); name another folder in TMPDIR");
  }
  unlink(path.c_str());
  return std::unique_ptr<FileSink>(
      new FileSink("a temporary file in " + folder, std::string(), descriptor));
}

Status FileSink::commit() {
  FN_ASSERT(!partial_.empty());
  const std::string unnamed = "/proc/self/fd/" + std::to_string(descriptor_);
  if (fsync(descriptor_) != 0) {
    return unwritable();
  }
  if (!named_ &&
      linkat(AT_FDCWD, unnamed.c_str(), AT_FDCWD, partial_.c_str(), AT_SYMLINK_FOLLOW) != 0) {
    return unwritable();
  }
  named_ = true;
  if (std::rename(partial_.c_str(), name_.c_str()) != 0) {
    return unwritable();
  }
  named_ = false;
  return {};
}

Status FileSink::append(std::span<const char> bytes) {
  while (!bytes.empty()) {
    const ssize_t put = write(descriptor_, bytes.data(), bytes.size());
    if (put < 0 && errno == EINTR) {
      continue;
    }
    if (put < 0) {
      return unwritable();
    }
    bytes = bytes.subspan(static_cast<std::size_t>(put));
  }
  return {};
}

Status FileSink::overwrite(std::uint64_t offset, std::span<const char> bytes) {
  const ssize_t put = pwrite(descriptor_, bytes.data(), bytes.size(), static_cast<off_t>(offset));
  if (put != static_cast<ssize_t>(bytes.size())) {
    return unwritable();
  }
  return {};
}

Result<ByteSourcePtr> FileSink::source(const std::string& name) const {
  const int again = fcntl(descriptor_, F_DUPFD_CLOEXEC, 0);
  if (again < 0) {
    return fail(ErrorCode::kUnavailable, name_ + ": cannot be read (" + error_text(errno) + ")");
  }
  return file_bytes(name, again);
}

}  // namespace fn::core
