// SPDX-License-Identifier: Apache-2.0

#include "core/io/byte_source.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <system_error>
#include <unistd.h>
#include <vector>

#include "core/io/byte_sink.h"
#include "core/io/file_bytes.h"
#include "core/io/sequential_bytes.h"

namespace fn::core {

namespace {

class FileBytes final : public ByteSource {
 public:
  FileBytes(std::string path, int descriptor)
      : ByteSource(std::move(path)), descriptor_(descriptor) {}

  FileBytes(const FileBytes&) = delete;
  FileBytes& operator=(const FileBytes&) = delete;

  ~FileBytes() override { close(descriptor_); }

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<char> into) const override {
    std::size_t done = 0;
    while (done < into.size()) {
      const ssize_t got = pread(
          descriptor_, into.data() + done, into.size() - done, static_cast<off_t>(offset + done));
      if (got < 0 && errno == EINTR) {
        continue;
      }
      if (got < 0) {
        return fail(ErrorCode::kUnavailable,
                    name() + ": cannot be read (" + error_text(errno) + ")");
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

class StreamBytes final : public SequentialBytes {
 public:
  StreamBytes(std::string name, int descriptor)
      : SequentialBytes(std::move(name)), descriptor_(descriptor) {}

  StreamBytes(const StreamBytes&) = delete;
  StreamBytes& operator=(const StreamBytes&) = delete;

  ~StreamBytes() override { close(descriptor_); }

 private:
  Result<std::size_t> next(std::span<char> into) override {
    while (true) {
      const ssize_t got = read(descriptor_, into.data(), into.size());
      if (got >= 0) {
        return static_cast<std::size_t>(got);
      }
      if (errno != EINTR) {
        return fail(ErrorCode::kUnavailable,
                    name() + ": cannot be read (" + error_text(errno) + ")");
      }
    }
  }

  int descriptor_;
};

class MemoryBytes final : public ByteSource {
 public:
  MemoryBytes(std::string name, std::string bytes)
      : ByteSource(std::move(name)), bytes_(std::move(bytes)) {}

  [[nodiscard]] Result<std::size_t> read_at(std::uint64_t offset,
                                            std::span<char> into) const override {
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

class MemoryStream final : public SequentialBytes {
 public:
  MemoryStream(std::string name, std::string bytes)
      : SequentialBytes(std::move(name)), bytes_(std::move(bytes)) {}

 private:
  Result<std::size_t> next(std::span<char> into) override {
    const std::size_t size = std::min(into.size(), bytes_.size() - read_);
    std::copy_n(bytes_.data() + read_, size, into.data());
    read_ += size;
    return size;
  }

  std::string bytes_;
  std::size_t read_ = 0;
};

Result<ByteSourcePtr> unpacked(ByteSourcePtr source) {
  constexpr std::string_view kZstdMagic = "\x28\xb5\x2f\xfd";
  std::array<char, kZstdMagic.size()> head{};
  const Result<std::size_t> got = source->read_at(0, head);
  if (!got) {
    return tl::unexpected(got.error());
  }
  const bool packed = std::string_view(head.data(), *got) == kZstdMagic;
  return packed ? unpack_zstd(std::move(source)) : source;
}

}  // namespace

std::string error_text(int error) {
  return std::error_code(error, std::generic_category()).message();
}

ByteSourcePtr file_bytes(std::string name, int descriptor) {
  return std::make_shared<FileBytes>(std::move(name), descriptor);
}

ByteSourcePtr stream_bytes(std::string name, int descriptor) {
  return std::make_shared<StreamBytes>(std::move(name), descriptor);
}

Result<ByteSourcePtr> open_bytes(const std::string& path) {
  const bool input = path == "-";
  const int descriptor =
      input ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0) : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  const std::string name = input ? "standard input" : path;
  if (descriptor < 0) {
    return fail(ErrorCode::kNotFound, name + ": cannot be opened (" + error_text(errno) + ")");
  }

  struct stat status {};

  if (fstat(descriptor, &status) != 0 || S_ISDIR(status.st_mode)) {
    close(descriptor);
    return fail(ErrorCode::kInvalidArgument, name + ": expected a file, found a folder");
  }
  // Standard input may stand anywhere in its file: what was read of it is gone.
  return unpacked(S_ISREG(status.st_mode) && !input ? file_bytes(name, descriptor)
                                                    : stream_bytes(name, descriptor));
}

Result<ByteSourcePtr> make_seekable(ByteSourcePtr source) {
  if (source->seekable()) {
    return source;
  }
  Result<std::unique_ptr<FileSink>> copy = FileSink::temporary();
  if (!copy) {
    return tl::unexpected(copy.error());
  }
  constexpr std::size_t kBlockBytes = std::size_t{256} * 1024;
  std::vector<char> block(kBlockBytes);
  for (std::uint64_t offset = 0;;) {
    const Result<std::size_t> got = source->read_at(offset, block);
    if (!got) {
      return tl::unexpected(got.error());
    }
    if (*got == 0) {
      return (*copy)->source(source->name());
    }
    if (Status written = (*copy)->append(std::span(block).first(*got)); !written) {
      return tl::unexpected(written.error());
    }
    offset += *got;
  }
}

ByteSourcePtr memory_bytes(std::string name, std::string bytes, bool seekable) {
  if (!seekable) {
    return std::make_shared<MemoryStream>(std::move(name), std::move(bytes));
  }
  return std::make_shared<MemoryBytes>(std::move(name), std::move(bytes));
}

}  // namespace fn::core
