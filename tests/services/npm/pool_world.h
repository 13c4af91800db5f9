// SPDX-License-Identifier: Apache-2.0
//
// PoolWorld: a node pool manager on a core thread of its own, with real runners (the null driver)
// and real gRPC over loopback, and a load balancer's end of both protocols.

#pragma once

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>

#include "proto/pool.grpc.pb.h"
#include "proto/poolmanager.grpc.pb.h"

#include "services/npm/npm_node.h"
#include "services/npm/pool_service.h"
#include "services/npm/runner_control.h"
#include "services/npm/static_provider.h"
#include "services/runner/engage_service.h"
#include "services/runner/runner_node.h"
#include "tests/support/loop_thread.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {

// Long enough for a loaded machine.
inline constexpr std::chrono::seconds kPatience{30};

// Looks until it is so; false: it never was.
bool wait_until(const std::function<bool()>& is_so);

// A runner that accepts calls, as the node pool manager and load balancers see it.
class TestRunner {
 public:
  // Port 0: a free one.
  explicit TestRunner(int port = 0);
  ~TestRunner();
  TestRunner(const TestRunner&) = delete;
  TestRunner& operator=(const TestRunner&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

  [[nodiscard]] int port() const { return port_; }

  // A call that lasts until it is ended.
  void hold_call();
  void end_calls();

  bool draining();
  std::string group();

 private:
  int start(int port);

  LoopThread thread_;
  std::unique_ptr<ContainerDriver> driver_;
  QuietRunner observer_;
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<EngageService> service_;
  std::vector<BodyPipePtr> held_;
  int port_;
};

// Remembers what it was told.
class NotedNpm final : public NpmObserver {
 public:
  void group_made(const std::string& group) override;
  void decided(const std::string& group,
               const core::NpmFact& fact,
               const std::string& address) override;
  void runner_removed(const std::string& group,
                      const std::string& address,
                      std::uint32_t calls_cut) override;

  void published(const std::string& /*group*/, const std::string& /*addresses*/) override {}

  void counted(const std::string& /*group*/,
               const core::NodePoolManager::Counts& /*counts*/,
               std::int64_t /*demand_mib*/,
               std::int64_t /*capacity_mib*/) override {}

  void warn(const std::string& message, const std::string& subject) override;

  void debug(const std::string& /*message*/) override {}

  [[nodiscard]] bool debugs() const override { return false; }

  // Whether a line has this in it.
  bool has(const std::string& text);
  std::size_t count(const std::string& text);

 private:
  void add(std::string line);

  std::mutex mutex_;
  std::vector<std::string> lines_;
};

class PoolWorld {
 public:
  PoolWorld(AllGroupSettings settings, std::vector<std::string> addresses);
  ~PoolWorld();
  PoolWorld(const PoolWorld&) = delete;
  PoolWorld& operator=(const PoolWorld&) = delete;

  [[nodiscard]] std::shared_ptr<grpc::Channel> channel() const { return channel_; }

  NotedNpm& notes() { return notes_; }

  core::NodePoolManager::Counts counts(const std::string& group);
  core::MergedRequirement demand(const std::string& group);
  core::Status reconfigure(AllGroupSettings settings);

 private:
  NotedNpm notes_;
  LoopThread thread_;
  std::unique_ptr<RunnerControl> control_;
  std::unique_ptr<StaticProvider> provider_;
  std::unique_ptr<NpmNode> node_;
  std::unique_ptr<PoolService> service_;
  std::shared_ptr<grpc::Channel> channel_;
};

// A load balancer's end: follows groups on a thread of its own, and advertises.
class TestLb {
 public:
  TestLb(const std::shared_ptr<grpc::Channel>& channel, std::string id);
  ~TestLb();
  TestLb(const TestLb&) = delete;
  TestLb& operator=(const TestLb&) = delete;

  // Groups are numbered in the order of their first mention.
  void follow(const std::string& group);
  void advertise(const std::string& group, std::uint32_t memory_mib);
  // As it is, whatever it is; false: the stream has ended.
  bool send(pool::v1::Advertisement message);
  void report(const std::string& group, const std::string& address, bool rested);

  // As the stream of memberships has it now.
  struct Group {
    std::vector<pool::v1::PoolRunner> members;
    std::uint64_t generation = 0;
    std::string refusal;
    std::string shortage;
    std::vector<std::string> apps;
    std::size_t messages = 0;
    std::size_t drained = 0;
    std::size_t lost = 0;
  };

  Group group(const std::string& name);
  std::vector<std::string> addresses(const std::string& name);

  // Ends the stream of advertisements and tells how.
  grpc::Status end_advertising();

 private:
  void read();
  void apply(const pool::v1::GroupMembership& entry);

  std::string id_;
  std::unique_ptr<pool::v1::NodePool::Stub> stub_;
  grpc::ClientContext follow_context_;
  grpc::ClientContext advertise_context_;
  std::unique_ptr<grpc::ClientReaderWriter<pool::v1::FollowRequest, pool::v1::Membership>> follow_;
  pool::v1::AdvertiseEnd end_;
  std::unique_ptr<grpc::ClientWriter<pool::v1::Advertisement>> advertise_;
  std::vector<std::string> followed_;
  std::vector<std::string> advertised_;
  std::uint32_t sequence_ = 0;
  bool begun_ = false;
  std::mutex mutex_;
  std::vector<Group> groups_;
  std::thread thread_;
};

}  // namespace fn::services
