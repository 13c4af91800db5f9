// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/iofs_socket.h"

#include <array>
#include <fcntl.h>
#include <string_view>
#include <sys/stat.h>
#include <unistd.h>

namespace fn::services {
namespace {

struct Found {
  Descriptor file;
  mode_t kind = 0;
};

// A link is opened as a link.
Found open_in(const Descriptor& folder, const char* name) {
  Found found{Descriptor(::openat(folder.get(), name, O_PATH | O_NOFOLLOW | O_CLOEXEC))};

  struct stat status {};

  if (found.file.valid() && ::fstat(found.file.get(), &status) == 0) {
    found.kind = status.st_mode & S_IFMT;
  }
  return found;
}

}  // namespace

core::Result<Descriptor> find_socket(const std::string& folder) {
  const Descriptor opened(::open(folder.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
  Found found = open_in(opened, kSocketName);
  if (found.kind == S_IFLNK) {
    std::array<char, 256> target{};
    const ssize_t size = ::readlinkat(found.file.get(), "", target.data(), target.size() - 1);
    if (size <= 0 || std::string_view(target.data()).find('/') != std::string_view::npos) {
      return core::fail(core::ErrorCode::kInvalidArgument,
                        "lsnr.sock is a link out of its folder: link to a name within it");
    }
    found = open_in(opened, target.data());
  }
  if (!found.file.valid()) {
    return core::fail(core::ErrorCode::kNotFound, "lsnr.sock is not there yet");
  }
  if (found.kind != S_IFSOCK) {
    return core::fail(core::ErrorCode::kInvalidArgument, "lsnr.sock is no socket");
  }
  return std::move(found.file);
}

std::string path_to(const Descriptor& socket) {
  return "/proc/self/fd/" + std::to_string(socket.get());
}

}  // namespace fn::services
