// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/sha256.h"

#include <array>

#include <openssl/evp.h>

#include "core/base/assert.h"

namespace fn::sim {

namespace {

struct FreeContext {
  void operator()(EVP_MD_CTX* context) const { EVP_MD_CTX_free(context); }
};

using ContextPtr = std::unique_ptr<EVP_MD_CTX, FreeContext>;

}  // namespace

struct Sha256::Context {
  ContextPtr evp{EVP_MD_CTX_new()};
};

Sha256::Sha256() : context_(std::make_unique<Context>()) {
  FN_ASSERT(context_->evp != nullptr);
  const int started = EVP_DigestInit_ex(context_->evp.get(), EVP_sha256(), nullptr);
  FN_ASSERT(started == 1);
}

Sha256::~Sha256() = default;

void Sha256::update(std::span<const char> bytes) {
  const int taken = EVP_DigestUpdate(context_->evp.get(), bytes.data(), bytes.size());
  FN_ASSERT(taken == 1);
}

std::string Sha256::hex() const {
  // Finishing ends a context, so a copy is finished and more bytes may follow.
  const ContextPtr copy(EVP_MD_CTX_new());
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  const bool finished = copy != nullptr &&
                        EVP_MD_CTX_copy_ex(copy.get(), context_->evp.get()) == 1 &&
                        EVP_DigestFinal_ex(copy.get(), digest.data(), &size) == 1;
  FN_ASSERT(finished);
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text;
  for (unsigned int index = 0; index < size; ++index) {
    text += kDigits[digest[index] >> 4];
    text += kDigits[digest[index] & 15];
  }
  return text;
}

}  // namespace fn::sim
