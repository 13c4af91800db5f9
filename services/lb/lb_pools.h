// SPDX-License-Identifier: Apache-2.0
//
// LbPools: the groups that a load balancer serves, each with its machine. With a static list of
// runners there is one, "default", for all functions. With a node pool manager a function's group
// is what its configuration says (FN_LB_GROUP_ID); a group is made when its first call comes, and
// its runners are those that the node pool manager names.

#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/lb/lb_config.h"
#include "services/lb/lb_group.h"
#include "services/lb/pool_port.h"
#include "services/lb/runner_port.h"

namespace fn::services {

struct LbPool {
  std::string name;
  std::unique_ptr<LbObserver> observer;
  std::unique_ptr<LbGroup> group;
  GroupPool pool;
  // By the order of the pool's members.
  std::vector<core::Member> members;
  bool touched = false;  // in this batch
  // Calls that wait in a group without runners, told of each word of the node pool manager before
  // any is placed: the group may be for other apps, or get no runners. True: it waits on.
  std::vector<std::function<bool()>> waiting;
};

class LbPools {
 public:
  struct Parts {
    Loop& loop;
    RunnerPort& port;
    RunnerDirectory& runners;
    BodyBudget& budget;
    CallBodyLimits body;
    core::LbConfig config;
    std::uint64_t seed = 0;
    std::function<std::unique_ptr<LbObserver>(const std::string& group)> observe;
    std::size_t groups_max = 1'000;
  };

  explicit LbPools(Parts parts);
  ~LbPools();
  LbPools(const LbPools&) = delete;
  LbPools& operator=(const LbPools&) = delete;

  // All functions use the one group "default", of these runners.
  void use_static(const std::vector<core::Member>& runners);

  // Groups by name, with what this says of them. REQUIRES: the port outlives the pools.
  void use(PoolPort& port);

  // The pool of a function; null: there are too many groups.
  LbPool* of(const FunctionVersion& function);

  // What the node pool manager says of a group.
  void changed(const std::string& name, const GroupPool& pool);

  // Whether there is a node pool manager.
  [[nodiscard]] bool has_npm() const;

  [[nodiscard]] std::uint32_t calls() const;

  // Calls `each` with every pool.
  void for_each(const std::function<void(LbPool& pool)>& each);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace fn::services
