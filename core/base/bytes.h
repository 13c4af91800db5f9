// SPDX-License-Identifier: Apache-2.0
//
// Writer and Reader turn a machine's state into bytes and back (journal snapshots, forks of a run,
// restarts). The bytes are little-endian, ordered, without pointers, and every value has exactly
// one form: types with padding do not compile.
//
// A Reader never reads past its end: the first short read sets failed(), and every later value is
// zero. Who loads a state asks finish() once at the end.

#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <span>
#include <type_traits>
#include <vector>

#include "core/base/result.h"

namespace fn::core {

static_assert(std::endian::native == std::endian::little, "saved states are little-endian");

template <typename T>
concept Pod = std::is_trivially_copyable_v<T> && std::has_unique_object_representations_v<T>;

class Writer {
 public:
  template <Pod T>
  void pod(const T& value) {
    const auto* from = reinterpret_cast<const std::byte*>(&value);
    bytes_.insert(bytes_.end(), from, from + sizeof(T));
  }

  // The length, then the elements.
  template <Pod T>
  void list(const std::vector<T>& values) {
    pod(std::uint64_t{values.size()});
    const auto* from = reinterpret_cast<const std::byte*>(values.data());
    bytes_.insert(bytes_.end(), from, from + values.size() * sizeof(T));
  }

  void real(double value) { pod(std::bit_cast<std::uint64_t>(value)); }

  [[nodiscard]] std::span<const std::byte> bytes() const { return bytes_; }

 private:
  std::vector<std::byte> bytes_;
};

class Reader {
 public:
  explicit Reader(std::span<const std::byte> bytes) : rest_(bytes) {}

  template <Pod T>
  void pod(T& value) {
    take(&value, sizeof(T));
  }

  template <Pod T>
  void list(std::vector<T>& values) {
    std::uint64_t size = 0;
    pod(size);
    if (size > rest_.size() / sizeof(T)) {
      failed_ = true;
      size = 0;
    }
    values.resize(size);
    take(values.data(), size * sizeof(T));
  }

  void real(double& value) {
    std::uint64_t bits = 0;
    pod(bits);
    value = std::bit_cast<double>(bits);
  }

  [[nodiscard]] bool failed() const { return failed_; }

  // Ok when all bytes were read and none was missing.
  [[nodiscard]] Status finish() const {
    if (failed_ || !rest_.empty()) {
      return fail(ErrorCode::kInvalidArgument, "saved state has the wrong length");
    }
    return {};
  }

 private:
  void take(void* to, std::size_t size) {
    if (failed_ || size > rest_.size()) {
      failed_ = true;
      if (size > 0) {
        std::memset(to, 0, size);
      }
      return;
    }
    if (size > 0) {
      std::memcpy(to, rest_.data(), size);
    }
    rest_ = rest_.subspan(size);
  }

  std::span<const std::byte> rest_;
  bool failed_ = false;
};

}  // namespace fn::core
