// SPDX-License-Identifier: Apache-2.0

#include "services/api/annotations.h"

#include <algorithm>
#include <cstddef>

namespace fn::services {
namespace {

constexpr std::size_t kMaxKeyBytes = 128;
constexpr std::size_t kMaxValueBytes = 512;
constexpr std::size_t kMaxKeys = 100;

const char* fault_of(const std::string& key, const std::string& value) {
  const bool printable = std::ranges::all_of(key, [](char l) { return l > ' ' && l < 0x7f; });
  if (key.empty() || !printable) {
    return "Invalid annotation key, annotation keys must be non-empty ascii strings excluding "
           "whitespace";
  }
  if (key.size() > kMaxKeyBytes) {
    return "Invalid annotation key length, annotation keys may not be larger than 128 bytes";
  }
  if (is_empty_annotation(value)) {
    return "Invalid annotation value, annotation values may only be non-empty strings, numbers, "
           "objects, or arrays";
  }
  if (value.size() > kMaxValueBytes) {
    return "Invalid annotation value length, annotation values may not be larger than 512 bytes "
           "when serialized as JSON";
  }
  return nullptr;
}

}  // namespace

core::Status check(const Annotations& annotations) {
  for (const auto& [key, value] : annotations) {
    if (const char* fault = fault_of(key, value); fault != nullptr) {
      return core::fail(core::ErrorCode::kInvalidArgument, fault);
    }
  }
  if (annotations.size() > kMaxKeys) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "Invalid annotation change, new key(s) exceed maximum permitted number of "
                      "annotations keys (100)");
  }
  return {};
}

bool is_empty_annotation(const std::string& value) {
  return value == "\"\"" || value == "null";
}

}  // namespace fn::services
