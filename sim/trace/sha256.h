// SPDX-License-Identifier: Apache-2.0
//
// SHA-256 of bytes as they stream past, for naming the input of a run.

#pragma once

#include <memory>
#include <span>
#include <string>

namespace fn::sim {

class Sha256 {
 public:
  Sha256();
  Sha256(const Sha256&) = delete;
  Sha256& operator=(const Sha256&) = delete;
  ~Sha256();

  void update(std::span<const char> bytes);

  // The digest of all bytes so far, in 64 lower-case hexadecimal digits.
  [[nodiscard]] std::string hex() const;

 private:
  struct Context;
  std::unique_ptr<Context> context_;
};

}  // namespace fn::sim
