// SPDX-License-Identifier: Apache-2.0

#include "services/wire/capacity_wire.h"

#include <algorithm>
#include <limits>

namespace fn::services {
namespace {

using Column = google::protobuf::RepeatedField<std::uint32_t>;

std::uint32_t at(const Column& column, int index) {
  return column.empty() ? 0 : column[index];
}

tl::unexpected<core::Error> wrong(std::string message) {
  return core::fail(core::ErrorCode::kInvalidArgument, std::move(message));
}

}  // namespace

bool is_group_name(const std::string& name) {
  return !name.empty() && name.size() <= kGroupNameMax &&
         std::ranges::all_of(name, [](char letter) {
           const auto code = static_cast<unsigned char>(letter);
           return code > ' ' && code != 0x7f;
         });
}

core::Status check(const pool::v1::Advertisement& message, std::size_t known) {
  const int rows = message.group_size();
  for (const Column* column : {&message.memory_mib(),
                               &message.cpu_milli(),
                               &message.waiting_calls(),
                               &message.oldest_wait_ms(),
                               &message.largest_waiting_mib()}) {
    if (!column->empty() && column->size() != rows) {
      return wrong("advertisement: a column of " + std::to_string(column->size()) +
                   " values beside " + std::to_string(rows) + " groups: expected as many, or none");
    }
  }
  const auto unknown = [known](std::uint32_t group) {
    return group >= known;
  };
  const auto& groups = message.group();
  const bool all_known = std::none_of(groups.begin(), groups.end(), unknown) &&
                         std::ranges::none_of(message.health(), [unknown](const auto& health) {
                           return unknown(health.group());
                         });
  if (!all_known) {
    return wrong(
        "advertisement: a group's number is above those named on this stream: expected "
        "below " +
        std::to_string(known));
  }
  return {};
}

core::Requirement claim_of(const pool::v1::Advertisement& message, int index) {
  return {at(message.memory_mib(), index),
          at(message.cpu_milli(), index),
          at(message.waiting_calls(), index),
          at(message.oldest_wait_ms(), index),
          at(message.largest_waiting_mib(), index)};
}

SnapshotClaims claims_of(const CapacitySnapshotList& list) {
  SnapshotClaims result;
  result.lb_id = list.lb_id();
  result.claims.reserve(static_cast<std::size_t>(list.snapshots_size()));
  for (const CapacitySnapshot& snapshot : list.snapshots()) {
    const std::string& group = snapshot.group_id().id();
    constexpr std::uint64_t kMost = std::numeric_limits<std::uint32_t>::max();
    if (!is_group_name(group) || snapshot.mem_mb_total() > kMost) {
      ++result.refused;
      continue;
    }
    core::Requirement wanted;
    wanted.memory_mib = static_cast<std::uint32_t>(snapshot.mem_mb_total());
    result.claims.push_back({group, wanted});
  }
  return result;
}

}  // namespace fn::services
