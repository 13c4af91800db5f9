// SPDX-License-Identifier: Apache-2.0

#include "services/base/id_maker.h"

#include <cstddef>
#include <random>
#include <string_view>

namespace fn::services {
namespace {

constexpr std::string_view kAlphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::uint64_t kMachineMask = (std::uint64_t{1} << 48) - 1;

}  // namespace

IdMaker IdMaker::random() {
  std::random_device device;
  return IdMaker(std::uint64_t{device()} << 32 | device());
}

std::string IdMaker::next(std::int64_t wall_ms) {
  const std::uint64_t machine = machine_ & kMachineMask;
  std::uint64_t high = static_cast<std::uint64_t>(wall_ms) << 16 | machine >> 32;
  std::uint64_t low = machine << 32 | counter_++;
  std::string id(26, '0');
  for (std::size_t at = id.size(); at > 0; --at) {
    id[at - 1] = kAlphabet[low & 31];
    low = low >> 5 | high << 59;
    high >>= 5;
  }
  return id;
}

}  // namespace fn::services
