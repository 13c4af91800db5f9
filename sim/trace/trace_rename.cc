// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <functional>
#include <utility>

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include "core/base/assert.h"
#include "sim/trace/trace_filter.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

class RenameReader final : public TraceFilter {
 public:
  // `rename` gets each function with its number, in order, once.
  using Rename = std::function<void(std::size_t, core::TraceFunction&)>;

  RenameReader(TraceReaderPtr inner, Rename rename, std::string note)
      : TraceFilter(std::move(inner)), rename_(std::move(rename)), note_(std::move(note)) {
    tell();
  }

  core::Result<bool> next(core::TraceMinute& minute) override {
    core::Result<bool> more = inner_reader->next(minute);
    if (more && (!*more || !inner_reader->whole_head())) {
      tell();
    }
    return more;
  }

 private:
  void tell() {
    follow();
    known_head.notes.push_back(note_);
    const auto& functions = inner_reader->head().functions;
    for (std::size_t number = known_head.functions.size(); number < functions.size(); ++number) {
      known_head.functions.push_back(functions[number]);
      rename_(number, known_head.functions.back());
    }
    for (std::size_t number = 0; number < functions.size(); ++number) {
      known_head.functions[number].calls = functions[number].calls;
      known_head.functions[number].memory_mib = functions[number].memory_mib;
    }
  }

  Rename rename_;
  std::string note_;
};

std::string pseudonym(const std::string& salt, const std::string& name) {
  constexpr std::size_t kShownBytes = 8;
  std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
  unsigned int size = 0;
  HMAC(EVP_sha256(),
       salt.data(),
       static_cast<int>(salt.size()),
       reinterpret_cast<const unsigned char*>(name.data()),
       name.size(),
       digest.data(),
       &size);
  FN_ASSERT(size >= kShownBytes);
  constexpr std::string_view kDigits = "0123456789abcdef";
  std::string text;
  for (std::size_t index = 0; index < kShownBytes; ++index) {
    text += kDigits[digest[index] >> 4];
    text += kDigits[digest[index] & 15];
  }
  return text;
}

}  // namespace

TraceReaderPtr anonymise(TraceReaderPtr reader, const std::string& salt) {
  const auto rename = [salt](std::size_t, core::TraceFunction& function) {
    for (std::string* name : {&function.tenant, &function.app, &function.name}) {
      *name = pseudonym(salt, *name);
    }
  };
  return std::make_unique<RenameReader>(
      std::move(reader), rename, "names are HMAC-SHA256 pseudonyms");
}

core::Result<TraceReaderPtr> assign(TraceReaderPtr reader,
                                    const TenantRule& rule,
                                    const core::ByteSource* file,
                                    const TraceLimits& limits) {
  FN_ASSERT(reader->whole_head());
  std::vector<std::string> warnings;
  const core::Result<TenantGroups> groups =
      assign_tenants(rule, file, limits, reader->head().functions, warnings);
  if (!groups) {
    return tl::unexpected(groups.error());
  }
  std::vector<std::string> group_of(reader->head().functions.size());
  for (const auto& [group, members] : *groups) {
    for (const std::uint32_t member : members) {
      group_of[member] = group;
    }
  }
  const auto rename = [group_of](std::size_t number, core::TraceFunction& function) {
    function.tenant = group_of[number];
  };
  return TraceReaderPtr(
      std::make_unique<RenameReader>(std::move(reader), rename, "tenants are groups of a rule"));
}

}  // namespace fn::sim
