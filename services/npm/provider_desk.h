// SPDX-License-Identifier: Apache-2.0
//
// ProviderDesk: between the groups and the provider. It asks for each group's list each second, or
// when the provider says that it changed, gives up questions that are not answered in time, and
// lets no lie through: runners listed twice or under another group are dropped, more is never
// granted than was asked for. One quota of runners is shared by all groups: who asks first is
// served first, and a group whose order is cut asks again after its own pauses.
//
// A provider that hangs, fails or answers late delays the group it was asked for and no other.

#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/npm/npm_observer.h"
#include "services/npm/provider.h"

namespace fn::services {

struct DeskLimits {
  core::Duration look_every = std::chrono::seconds(1);
  core::Duration list_limit = std::chrono::seconds(10);
  core::Duration provision_limit = std::chrono::seconds(30);
};

class ProviderDesk {
 public:
  // What a group hears.
  using Listed = std::function<void(const std::vector<ProvidedRunner>& runners)>;

  // REQUIRES: all outlive the desk. `runners_now`: those of all groups, granted ones included.
  ProviderDesk(Loop& loop,
               RunnerProvider& provider,
               NpmObserver& observer,
               DeskLimits limits,
               std::function<std::uint64_t()> runners_now);
  ~ProviderDesk();
  ProviderDesk(const ProviderDesk&) = delete;
  ProviderDesk& operator=(const ProviderDesk&) = delete;

  void set_quota(std::uint32_t runners) { quota_ = runners; }

  // The group wants to know its list whenever it changed, the first one also if it is empty.
  void watch(const std::string& group, Listed listed);

  void provision(const std::string& group,
                 std::uint32_t count,
                 const RunnerProvider::Provisioned& done);
  void remove(const std::string& group, const std::string& id);

 private:
  struct Watched {
    Listed listed;
    std::vector<ProvidedRunner> last;
    std::uint64_t question = 0;  // 0: none is open
    core::Instant asked_at{};
    bool heard = false;
    bool again = false;  // it changed while a question was open
    bool failing = false;
  };

  struct Order {
    std::uint32_t count = 0;
    core::Instant until{};
    std::string cut;  // why the quota left less than was asked for; empty: it did not
    RunnerProvider::Provisioned done;
  };

  void look();
  void look_at(const std::string& group);
  void ask(const std::string& group, Watched& watched);
  void answered(const std::string& group,
                std::uint64_t question,
                core::Result<std::vector<ProvidedRunner>> runners);
  // Drops what cannot be.
  void sift(const std::string& group, std::vector<ProvidedRunner>& runners);
  void settle(std::uint64_t order, ProvisionAnswer answer);

  Loop& loop_;
  RunnerProvider& provider_;
  NpmObserver& observer_;
  DeskLimits limits_;
  std::function<std::uint64_t()> runners_now_;
  std::uint32_t quota_ = 0;
  std::map<std::string, Watched> watched_;
  std::map<std::uint64_t, Order> orders_;
  std::uint64_t asked_ = 0;  // runners of open orders
  // Which group a runner's id belongs to.
  std::map<std::string, std::string> owners_;
  std::uint64_t questions_ = 0;
  LoopTimer timer_;
  // A provider may answer after the end.
  std::shared_ptr<ProviderDesk*> alive_ = std::make_shared<ProviderDesk*>(this);
};

}  // namespace fn::services
