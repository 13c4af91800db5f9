// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/byte_source.h"

#include <algorithm>
#include <cerrno>
#include <fcntl.h>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>

namespace fn::sim {

namespace {

std::string reason(int error) {
  return std::error_code(error, std::generic_category()).message();
}

class FileBytes final : public ByteSource {
 public:
  FileBytes(std::string path, int descriptor)
      : ByteSource(std::move(path)), descriptor_(descriptor) {}

  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  ~FileBytes() override { close(descriptor_); }

  core::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = pread(
          descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return core::fail(core::ErrorCode::kUnavailable,
                          name() + ": cannot be read (" + reason(errno) + ")");
      }
      if (got == 0) {
        break;
      }
      done += static_cast<std::size_t>(got);
    }
    return done;
  }

 private:
  int descriptor_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::string name, std::string bytes)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}

  core::Result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) const override {
    if (offset >= bytes_.size()) {
      return std::size_t{0};
    }
    const std::size_t size = std::min<std::size_t>(into.size(), bytes_.size() - offset);
    std::copy_n(bytes_.data() + offset, size, into.data());
    return size;
  }

 private:
  std::string bytes_;
};

}  // namespace

core::Result<ByteSourcePtr> open_file(const std::string& path) {
  // Without O_NONBLOCK a named pipe would wait here for its writer.
  const int descriptor = open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) {
    return core::fail(core::ErrorCode::kNotFound,
                      path + ": cannot be opened (" + reason(errno) + ")");
  }

  struct stat status {};

  if (fstat(descriptor, &status) != 0 || !S_ISREG(status.st_mode)) {
    close(descriptor);
    return core::fail(core::ErrorCode::kInvalidArgument,
                      path + ": expected a regular file, since a trace is read twice");
  }
  return ByteSourcePtr(std::make_shared<FileBytes>(path, descriptor));
}

ByteSourcePtr memory_bytes(std::string name, std::string bytes) {
  return std::make_shared<MemoryBytes>(std::move(name), std::move(bytes));
}

}  // namespace fn::sim
