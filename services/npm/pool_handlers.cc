// SPDX-License-Identifier: Apache-2.0

#include "services/npm/pool_handlers.h"

#include <functional>
#include <string_view>
#include <utility>

#include "services/wire/capacity_wire.h"

namespace fn::services {
namespace {

// A method with one message each way.
class UnaryHandler final : public CallHandler {
 public:
  using Answer = std::function<core::Result<std::string>(const std::string& request)>;

  explicit UnaryHandler(Answer answer) : answer_(std::move(answer)) {}

  void received(PoolCall& call, const std::string& bytes) override {
    const core::Result<std::string> answer = answer_(bytes);
    if (answer) {
      call.answer(*answer);
    } else {
      call.finish(status_of(answer.error()));
    }
  }

  void ended(PoolCall& call) override {
    call.finish({grpc::StatusCode::INVALID_ARGUMENT, "expected one message, found none"});
  }

 private:
  Answer answer_;
};

core::Result<std::string> advertise_capacity(NpmNode& node, const std::string& bytes) {
  CapacitySnapshotList list;
  if (!list.ParseFromString(bytes)) {
    return core::fail(core::ErrorCode::kInvalidArgument, "expected a CapacitySnapshotList");
  }
  const SnapshotClaims claims = claims_of(list);
  const auto lb = node.lb(claims.lb_id);
  if (!lb) {
    return tl::unexpected(lb.error());
  }
  if (claims.refused > 0) {
    node.observer().warn("LB " + claims.lb_id + " advertises amounts or names that cannot be: " +
                             std::to_string(claims.refused) + " are passed over",
                         "");
  }
  for (const GroupClaim& claim : claims.claims) {
    // A group that is not served gets no runners: its LB hears of it when it asks for members.
    if (const auto group = node.group(claim.group)) {
      (*group)->advertise(lb->lb, 0, claim.wanted);
    }
  }
  if (node.observer().debugs()) {
    node.observer().debug("Merged capacity requests " + list.ShortDebugString());
  }
  return std::string();
}

core::Result<std::string> get_lb_group(NpmNode& node, const std::string& bytes) {
  LBGroupId id;
  if (!id.ParseFromString(bytes)) {
    return core::fail(core::ErrorCode::kInvalidArgument, "expected an LBGroupId");
  }
  const auto group = group_named(node, id.id());
  if (!group) {
    return tl::unexpected(group.error());
  }
  return membership_of(id.id(), (*group)->roster()).SerializeAsString();
}

}  // namespace

grpc::Status status_of(const core::Error& error) {
  switch (error.code) {
    case core::ErrorCode::kInvalidArgument:
      return {grpc::StatusCode::INVALID_ARGUMENT, error.message};
    case core::ErrorCode::kTooBusy:
      return {grpc::StatusCode::RESOURCE_EXHAUSTED, error.message};
    case core::ErrorCode::kConflict:
      return {grpc::StatusCode::ABORTED, error.message};
    case core::ErrorCode::kNotFound:
    case core::ErrorCode::kDeadlineExceeded:
    case core::ErrorCode::kUnavailable:
    case core::ErrorCode::kInternal:
      break;
  }
  return {grpc::StatusCode::UNAVAILABLE, error.message};
}

core::Result<NpmGroup*> group_named(NpmNode& node, const std::string& name) {
  if (!is_group_name(name)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "a group's name: expected 1 to " + std::to_string(kGroupNameMax) +
                          " bytes, none of them blank");
  }
  return node.group(name);
}

std::unique_ptr<CallHandler> make_pool_handler(PoolParts parts, const std::string& method) {
  NpmNode* const node = &parts.node;
  if (method == "/fn.pool.v1.NodePool/Advertise") {
    return make_advertise_handler(parts);
  }
  if (method == "/fn.pool.v1.NodePool/Follow") {
    return make_follow_handler(parts);
  }
  if (method == "/NodePoolScaler/AdvertiseCapacity") {
    return std::make_unique<UnaryHandler>(
        [node](const std::string& bytes) { return advertise_capacity(*node, bytes); });
  }
  if (method == "/RunnerManager/GetLBGroup") {
    return std::make_unique<UnaryHandler>(
        [node](const std::string& bytes) { return get_lb_group(*node, bytes); });
  }
  if (method == "/grpc.health.v1.Health/Check") {
    // HealthCheckResponse{status (1): SERVING = 1}
    return std::make_unique<UnaryHandler>(
        [](const std::string&) { return core::Result<std::string>(std::string("\x08\x01")); });
  }
  return nullptr;
}

}  // namespace fn::services
