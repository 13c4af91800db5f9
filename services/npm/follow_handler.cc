// SPDX-License-Identifier: Apache-2.0
//
// The Follow stream of one load balancer.

#include <deque>
#include <utility>
#include <vector>

#include "proto/pool.pb.h"

#include "services/npm/pool_handlers.h"
#include "services/wire/capacity_wire.h"
#include "services/wire/membership_wire.h"

namespace fn::services {
namespace {

namespace wire = pool::v1;

// Roughly; a message may have at most 4 MiB.
constexpr std::size_t kRunnersPerMessage = 10'000;
constexpr std::size_t kGroupsPerMessage = 1'000;

class FollowHandler final : public CallHandler {
 public:
  explicit FollowHandler(PoolParts parts) : parts_(parts) {}

  void received(PoolCall& call, const std::string& bytes) override {
    wire::FollowRequest request;
    if (!request.ParseFromString(bytes)) {
      call.finish({grpc::StatusCode::INVALID_ARGUMENT, "expected a FollowRequest"});
      return;
    }
    if (!std::exchange(begun_, true) && request.lb_id().empty()) {
      call.finish({grpc::StatusCode::INVALID_ARGUMENT, "expected an lb_id, found none"});
      return;
    }
    if (followed_.size() + static_cast<std::size_t>(request.groups_size()) > kStreamGroupsMax) {
      call.finish({grpc::StatusCode::RESOURCE_EXHAUSTED,
                   "more than " + std::to_string(kStreamGroupsMax) + " groups on one stream"});
      return;
    }
    for (const std::string& name : request.groups()) {
      follow(call, name);
    }
    for (const std::uint32_t number : request.leave()) {
      if (number < followed_.size()) {
        followed_[number].group = nullptr;
        followed_[number].listening.reset();
      }
    }
    flush(call);
  }

  void ended(PoolCall& call) override { call.finish(grpc::Status::OK); }

  void written(PoolCall& call) override { flush(call); }

 private:
  struct Followed {
    NpmGroup* group = nullptr;
    std::string refusal;
    std::vector<core::Member> sent;
    bool told = false;
    bool due = false;
    std::shared_ptr<void> listening;
  };

  void follow(PoolCall& call, const std::string& name) {
    const auto number = static_cast<std::uint32_t>(followed_.size());
    Followed& entry = followed_.emplace_back();
    const auto group = group_named(parts_.node, name);
    if (group) {
      entry.group = *group;
      entry.listening = parts_.node.follow(**group, [this, number, &call](NpmGroup&) {
        make_due(number);
        flush(call);
      });
    } else {
      entry.refusal = group.error().message;
    }
    make_due(number);
  }

  void make_due(std::uint32_t number) {
    if (!std::exchange(followed_[number].due, true)) {
      due_.push_back(number);
    }
  }

  void flush(PoolCall& call) {
    if (call.writing() || due_.empty()) {
      return;
    }
    wire::Membership message;
    std::size_t runners = 0;
    for (std::size_t groups = 0;
         !due_.empty() && groups < kGroupsPerMessage && runners < kRunnersPerMessage;
         ++groups) {
      const std::uint32_t number = due_.front();
      due_.pop_front();
      followed_[number].due = false;
      wire::GroupMembership& entry = *message.add_groups();
      entry.set_group(number);
      describe(followed_[number], entry);
      runners += static_cast<std::size_t>(entry.added_size());
    }
    call.write(message.SerializeAsString());
  }

  static void describe(Followed& followed, wire::GroupMembership& entry) {
    entry.set_refusal(followed.refusal);
    if (followed.group == nullptr) {
      return;
    }
    const NpmGroup& group = *followed.group;
    entry.set_generation(group.generation());
    entry.set_shortage(group.shortage());
    for (const std::string& app : group.apps()) {
      entry.add_apps(app);
    }
    if (std::exchange(followed.told, true)) {
      write_change(followed.sent, group.roster(), group.lost(), entry);
    } else {
      write_whole(group.roster(), entry);
    }
    followed.sent.clear();
    for (const RosterEntry& runner : group.roster()) {
      followed.sent.push_back(runner.member);
    }
  }

  PoolParts parts_;
  bool begun_ = false;
  std::deque<Followed> followed_;
  std::deque<std::uint32_t> due_;
};

}  // namespace

std::unique_ptr<CallHandler> make_follow_handler(PoolParts parts) {
  return std::make_unique<FollowHandler>(parts);
}

}  // namespace fn::services
