// SPDX-License-Identifier: Apache-2.0

#include "services/lb/pool_client.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <set>
#include <utility>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "proto/pool.grpc.pb.h"

#include "services/lb/pool_stream.h"

namespace fn::services {
namespace {

namespace wire = pool::v1;

using Claims = PoolStream<wire::Advertisement, wire::AdvertiseEnd>;
using Memberships = PoolStream<wire::FollowRequest, wire::Membership>;

constexpr core::Duration kAgain = std::chrono::seconds(1);
constexpr int kPingEveryMs = 1'000;
constexpr int kPingAnswerMs = 2'000;
constexpr int kReconnectMs = 200;

std::shared_ptr<grpc::Channel> channel_to(
    const std::string& address, const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  grpc::ChannelArguments arguments;
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIME_MS, kPingEveryMs);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_TIMEOUT_MS, kPingAnswerMs);
  arguments.SetInt(GRPC_ARG_HTTP2_MAX_PINGS_WITHOUT_DATA, 0);
  arguments.SetInt(GRPC_ARG_KEEPALIVE_PERMIT_WITHOUT_CALLS, 1);
  arguments.SetInt(GRPC_ARG_INITIAL_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MIN_RECONNECT_BACKOFF_MS, kReconnectMs);
  arguments.SetInt(GRPC_ARG_MAX_RECONNECT_BACKOFF_MS, 1'000);
  arguments.SetInt(GRPC_ARG_ENABLE_RETRIES, 0);
  return grpc::CreateCustomChannel(address, credentials, arguments);
}

struct Group {
  core::Requirement wanted;
  std::set<std::string> rested;
  bool changed = false;                  // since it was last sent on this stream
  std::map<std::string, bool> reported;  // health that is to be sent: address, rested
  bool followed = false;                 // somebody wants to know
  GroupPool pool;
};

}  // namespace

struct PoolClient::State {
  State(Loop& its_loop,
        const std::shared_ptr<grpc::ChannelCredentials>& credentials,
        const std::string& its_address,
        std::string its_id,
        Sink its_sink)
      : loop(its_loop),
        address(its_address),
        lb_id(std::move(its_id)),
        sink(std::move(its_sink)),
        channel(channel_to(address, credentials)),
        claims_stub(channel),
        memberships_stub(channel),
        thread(loop, std::make_unique<grpc::CompletionQueue>()),
        again(loop) {}

  void advertise();
  void begin_claims();
  void begin_memberships();
  void ask_for(const std::string& name);
  void received(const wire::Membership& message);
  void apply(const std::string& name, const wire::GroupMembership& entry);
  void broke(const grpc::Status& status);

  Loop& loop;
  std::string address;
  std::string lb_id;
  Sink sink;
  std::shared_ptr<grpc::Channel> channel;
  Claims::Stub claims_stub;
  Memberships::Stub memberships_stub;
  QueueThread thread;
  LoopTimer again;
  std::shared_ptr<int> alive = std::make_shared<int>(0);

  std::map<std::string, Group> groups;
  std::uint32_t sequence = 0;
  bool due = false;  // something is to be said at the end of this batch
  std::shared_ptr<Claims> claims;
  std::map<std::string, std::uint32_t> claim_numbers;  // of the groups named on the stream
  std::shared_ptr<Memberships> memberships;
  std::vector<std::string> followed;  // by number on the stream
  bool connected = false;
  bool closed = false;
};

// What has changed since the last message on this stream; all of it in the first.
void PoolClient::State::advertise() {
  wire::Advertisement message;
  message.set_sequence(++sequence);
  if (claim_numbers.empty()) {
    message.set_lb_id(lb_id);
  }
  for (auto& [name, group] : groups) {
    if (!group.changed && group.reported.empty()) {
      continue;
    }
    const auto number = static_cast<std::uint32_t>(claim_numbers.size());
    const auto [known, fresh] = claim_numbers.try_emplace(name, number);
    if (fresh) {
      message.add_groups(name);
    }
    if (std::exchange(group.changed, false)) {
      message.add_group(known->second);
      message.add_memory_mib(group.wanted.memory_mib);
      message.add_cpu_milli(group.wanted.cpu_milli);
      message.add_waiting_calls(group.wanted.waiting_calls);
      message.add_oldest_wait_ms(group.wanted.oldest_wait_ms);
      message.add_largest_waiting_mib(group.wanted.largest_waiting_mib);
    }
    for (const auto& [runner, is_rested] : std::exchange(group.reported, {})) {
      wire::RunnerHealth& health = *message.add_health();
      health.set_group(known->second);
      health.set_address(runner);
      health.set_rested(is_rested);
    }
  }
  claims->write(std::move(message));
}

void PoolClient::State::begin_claims() {
  claim_numbers.clear();
  for (auto& [name, group] : groups) {
    group.changed = !group.wanted.zero();
    group.reported.clear();
    for (const std::string& runner : group.rested) {
      group.reported.emplace(runner, true);
    }
  }
  claims = std::make_shared<Claims>(Claims::Sink{nullptr,
                                                 [this](const grpc::Status& status) {
                                                   claims.reset();
                                                   broke(status);
                                                 }},
                                    alive);
  claims->start(claims_stub, "/fn.pool.v1.NodePool/Advertise", thread.queue());
}

void PoolClient::State::begin_memberships() {
  followed.clear();
  memberships = std::make_shared<Memberships>(
      Memberships::Sink{[this](const wire::Membership& message) { received(message); },
                        [this](const grpc::Status& status) {
                          memberships.reset();
                          broke(status);
                        }},
      alive);
  memberships->start(memberships_stub, "/fn.pool.v1.NodePool/Follow", thread.queue());
  for (const auto& [name, group] : groups) {
    if (group.followed) {
      ask_for(name);
    }
  }
}

void PoolClient::State::ask_for(const std::string& name) {
  wire::FollowRequest request;
  if (followed.empty()) {
    request.set_lb_id(lb_id);
  }
  request.add_groups(name);
  followed.push_back(name);
  memberships->write(std::move(request));
}

void PoolClient::State::received(const wire::Membership& message) {
  if (!std::exchange(connected, true)) {
    sink.connection(true, {});
  }
  for (const wire::GroupMembership& entry : message.groups()) {
    if (entry.group() < followed.size()) {
      apply(followed[entry.group()], entry);
    }
  }
}

void PoolClient::State::apply(const std::string& name, const wire::GroupMembership& entry) {
  GroupPool& pool = groups[name].pool;
  if (entry.generation() < pool.generation) {
    return;
  }
  const auto has_left = [&](const PoolMember& member) {
    return entry.whole() ||
           std::ranges::find(entry.drained(), member.number) != entry.drained().end() ||
           std::ranges::find(entry.lost(), member.number) != entry.lost().end();
  };
  std::erase_if(pool.members, has_left);
  for (const wire::PoolRunner& runner : entry.added()) {
    const PoolMember member{
        runner.number(), runner.address(), runner.memory_mib(), runner.cpu_milli()};
    const auto known = std::ranges::find(pool.members, member.number, &PoolMember::number);
    if (known == pool.members.end()) {
      pool.members.push_back(member);
    } else {
      *known = member;
    }
  }
  pool.generation = entry.generation();
  pool.apps.assign(entry.apps().begin(), entry.apps().end());
  pool.refusal = entry.refusal();
  pool.shortage = entry.shortage();
  sink.changed(name, pool);
}

// An NPM that another stream of this LB has reached says so to the older one: no cause to hurry.
void PoolClient::State::broke(const grpc::Status& status) {
  if (closed) {
    return;
  }
  if (std::exchange(connected, false) || status.error_code() != grpc::StatusCode::UNAVAILABLE) {
    sink.connection(false, address + ": " + status.error_message());
  }
  again.set_after(kAgain, [this] {
    if (!memberships) {
      begin_memberships();
    }
    due = true;
  });
}

PoolClient::PoolClient(Loop& loop,
                       const std::shared_ptr<grpc::ChannelCredentials>& credentials,
                       const std::string& address,
                       std::string lb_id,
                       Sink sink)
    : state_(
          std::make_unique<State>(loop, credentials, address, std::move(lb_id), std::move(sink))) {
  state_->begin_memberships();
  loop.at_batch_end([state = state_.get()] {
    if (!std::exchange(state->due, false) || state->closed) {
      return;
    }
    if (!state->claims) {
      state->begin_claims();
    }
    state->advertise();
  });
}

PoolClient::~PoolClient() {
  close();
}

void PoolClient::follow(const std::string& group) {
  if (!std::exchange(state_->groups[group].followed, true) && state_->memberships) {
    state_->ask_for(group);
  }
}

void PoolClient::claim(const std::string& group, const core::Requirement& wanted) {
  Group& known = state_->groups[group];
  known.changed = known.changed || known.wanted != wanted;
  known.wanted = wanted;
  state_->due = true;
}

void PoolClient::rested(const std::string& group, const std::string& address, bool is_rested) {
  Group& known = state_->groups[group];
  if (is_rested) {
    known.rested.insert(address);
  } else {
    known.rested.erase(address);
  }
  known.reported[address] = is_rested;
  state_->due = true;
}

void PoolClient::close() {
  if (std::exchange(state_->closed, true)) {
    return;
  }
  if (state_->claims) {
    state_->claims->cancel();
  }
  if (state_->memberships) {
    state_->memberships->cancel();
  }
  state_->thread.hand_over_until([this] { return state_->alive.use_count() == 1; });
  state_->thread.close();
}

}  // namespace fn::services
