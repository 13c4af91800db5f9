// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/descriptor.h"

#include <array>
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

namespace fn::services {
namespace {

tl::unexpected<core::Error> no_descriptor() {
  return core::fail(core::ErrorCode::kUnavailable,
                    "the runner has too many open files: raise its limit (ulimit -n)");
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  std::swap(number_, other.number_);
  return *this;
}

Descriptor::~Descriptor() {
  if (valid()) {
    ::close(number_);
  }
}

core::Result<DescriptorPair> make_pipe() {
  std::array<int, 2> ends{};
  if (::pipe2(ends.data(), O_CLOEXEC) != 0) {
    return no_descriptor();
  }
  return DescriptorPair{Descriptor(ends[0]), Descriptor(ends[1])};
}

core::Result<Descriptor> memory_file(const std::string& bytes) {
  Descriptor file(::memfd_create("fn", MFD_CLOEXEC));
  const auto size = static_cast<ssize_t>(bytes.size());
  if (!file.valid() || ::pwrite(file.get(), bytes.data(), bytes.size(), 0) != size) {
    return no_descriptor();
  }
  return file;
}

core::Result<Descriptor> null_device() {
  Descriptor device(::open("/dev/null", O_RDWR | O_CLOEXEC));
  if (!device.valid()) {
    return no_descriptor();
  }
  return device;
}

}  // namespace fn::services
