// SPDX-License-Identifier: Apache-2.0

#include "core/io/sequential_bytes.h"

#include <algorithm>

#include "core/base/assert.h"

namespace fn::core {

Result<std::size_t> SequentialBytes::fill(std::span<char> into) {
  std::size_t done = 0;
  while (done < into.size()) {
    Result<std::size_t> got = next(into.subspan(done));
    if (!got) {
      return got;
    }
    if (*got == 0) {
      break;
    }
    done += *got;
  }
  position_ += done;
  return done;
}

Result<std::size_t> SequentialBytes::read_at(std::uint64_t offset, std::span<char> into) const {
  // Reading moves on a pipe as it does on a file's descriptor, which is no state of ours.
  auto& self =
      const_cast<SequentialBytes&>(*this);  // NOLINT(cppcoreguidelines-pro-type-const-cast)
  if (position_ == 0) {
    self.head_.resize(kPeekBytes);
    Result<std::size_t> got = self.fill(self.head_);
    if (!got) {
      return got;
    }
    self.head_.resize(*got);
  }
  std::size_t done = 0;
  if (offset < head_.size()) {
    done = std::min<std::size_t>(into.size(), head_.size() - offset);
    std::copy_n(head_.data() + offset, done, into.data());
  }
  if (done == into.size() || position_ < kPeekBytes) {
    return done;
  }
  FN_ASSERT(offset + done == position_);
  const Result<std::size_t> more = self.fill(into.subspan(done));
  return more ? Result<std::size_t>(done + *more) : more;
}

}  // namespace fn::core
