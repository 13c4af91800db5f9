// SPDX-License-Identifier: Apache-2.0
//
// The Advertise stream of one load balancer.

#include <utility>
#include <vector>

#include "proto/pool.pb.h"

#include "services/npm/pool_handlers.h"
#include "services/wire/capacity_wire.h"

namespace fn::services {
namespace {

namespace wire = pool::v1;

// An LB that speaks more often is read from no faster.
constexpr int kMessagesPerPeriod = 20;
constexpr core::Duration kPeriod = std::chrono::seconds(1);

core::Error wrong(std::string message) {
  return {core::ErrorCode::kInvalidArgument, std::move(message)};
}

class AdvertiseHandler final : public CallHandler {
 public:
  explicit AdvertiseHandler(PoolParts parts) : parts_(parts), timer_(parts.node.loop()) {}

  ~AdvertiseHandler() override { unregister(); }

  AdvertiseHandler(const AdvertiseHandler&) = delete;
  AdvertiseHandler& operator=(const AdvertiseHandler&) = delete;

  void received(PoolCall& call, const std::string& bytes) override {
    call_ = &call;
    if (core::Status status = take(bytes); !status) {
      parts_.node.observer().warn("LB " + lb_id_ + ": " + status.error().message, "");
      unregister();
      call.finish(status_of(status.error()));
      return;
    }
    count(call);
  }

  void ended(PoolCall& call) override {
    unregister();
    wire::AdvertiseEnd nothing;
    call.answer(nothing.SerializeAsString());
  }

 private:
  core::Status take(const std::string& bytes) {
    if (!message_.ParseFromString(bytes)) {
      return tl::unexpected(wrong("expected an Advertisement"));
    }
    const bool first = !std::exchange(begun_, true);
    if (first) {
      lb_id_ = message_.lb_id();
    }
    const auto lb = parts_.node.lb(lb_id_);
    if (!lb) {
      return tl::unexpected(lb.error());
    }
    if (first) {
      ticket_ = *lb;
      replace_older();
    } else if (*lb != ticket_) {
      return core::fail(core::ErrorCode::kUnavailable,
                        "it was silent for longer than its lease: expected a new stream");
    }
    core::Status named = name_groups();
    named = named ? check(message_, groups_.size()) : named;
    if (named) {
      apply(lb->lb, first);
    }
    return named;
  }

  core::Status name_groups() {
    if (groups_.size() + static_cast<std::size_t>(message_.groups_size()) > kStreamGroupsMax) {
      return core::fail(
          core::ErrorCode::kTooBusy,
          "it names more than " + std::to_string(kStreamGroupsMax) + " groups on one stream");
    }
    for (const std::string& name : message_.groups()) {
      // A group that is not served keeps its number; the LB hears of it on its other stream.
      const auto group = group_named(parts_.node, name);
      groups_.push_back(group ? *group : nullptr);
    }
    return {};
  }

  void apply(core::LbHandle lb, bool first) {
    NpmNode& node = parts_.node;
    if (first) {
      node.give_up_all(lb);
    }
    for (int index = 0; index < message_.group_size(); ++index) {
      if (const NpmGroup* group = groups_[message_.group(index)]) {
        node.set_claim(lb, *group, claim_of(message_, index));
      }
    }
    node.settle(lb, message_.sequence());
    for (const wire::RunnerHealth& health : message_.health()) {
      if (NpmGroup* group = groups_[health.group()]) {
        group->report(lb, health.address(), health.rested());
      }
    }
  }

  void replace_older() {
    PoolCall*& stream = parts_.streams[lb_id_];
    if (PoolCall* older = std::exchange(stream, call_)) {
      older->finish({grpc::StatusCode::ABORTED, "a newer stream has the lb_id " + lb_id_});
    }
    registered_ = true;
  }

  void unregister() {
    const auto found = parts_.streams.find(lb_id_);
    if (std::exchange(registered_, false) && found != parts_.streams.end() &&
        found->second == call_) {
      parts_.streams.erase(found);
    }
  }

  void count(PoolCall& call) {
    if (messages_++ == 0) {
      timer_.set_after(kPeriod, [this] {
        messages_ = 0;
        call_->resume();
      });
    }
    if (messages_ >= kMessagesPerPeriod) {
      call.pause();
    }
  }

  PoolParts parts_;
  PoolCall* call_ = nullptr;
  bool begun_ = false;
  bool registered_ = false;
  std::string lb_id_;
  LbTicket ticket_;
  std::vector<NpmGroup*> groups_;
  wire::Advertisement message_;  // kept for its memory
  int messages_ = 0;
  LoopTimer timer_;
};

}  // namespace

std::unique_ptr<CallHandler> make_advertise_handler(PoolParts parts) {
  return std::make_unique<AdvertiseHandler>(parts);
}

}  // namespace fn::services
