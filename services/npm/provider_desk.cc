// SPDX-License-Identifier: Apache-2.0

#include "services/npm/provider_desk.h"

#include <algorithm>
#include <utility>

namespace fn::services {
namespace {

// Longer lists are no lists of one group.
constexpr std::size_t kListMax = 20'000;

}  // namespace

ProviderDesk::ProviderDesk(Loop& loop,
                           RunnerProvider& provider,
                           NpmObserver& observer,
                           DeskLimits limits,
                           std::function<std::uint64_t()> runners_now)
    : loop_(loop),
      provider_(provider),
      observer_(observer),
      limits_(limits),
      runners_now_(std::move(runners_now)),
      timer_(loop) {
  // Not from within: a group may just be at work.
  provider.when_changed([this](const std::string& group) {
    loop_.post([desk = std::weak_ptr(alive_), group] {
      if (const auto self = desk.lock()) {
        (*self)->look_at(group);
      }
    });
  });
  timer_.set_after(limits_.look_every, [this] { look(); });
}

ProviderDesk::~ProviderDesk() {
  provider_.when_changed(nullptr);
}

void ProviderDesk::watch(const std::string& group, Listed listed) {
  Watched& watched = watched_[group];
  watched.listed = std::move(listed);
  ask(group, watched);
}

void ProviderDesk::look() {
  timer_.set_after(limits_.look_every, [this] { look(); });
  const core::Instant now = loop_.now();
  for (auto& [group, watched] : watched_) {
    if (watched.question != 0 && core::later(watched.asked_at, limits_.list_limit) <= now) {
      observer_.warn("the provider does not say which runners there are: asked again", group);
      watched.question = 0;
    }
    ask(group, watched);
  }
  std::vector<std::uint64_t> overdue;
  for (const auto& [number, order] : orders_) {
    if (order.until <= now) {
      overdue.push_back(number);
    }
  }
  for (const std::uint64_t number : overdue) {
    settle(number, {0, "the provider does not answer: look at its log"});
  }
}

void ProviderDesk::look_at(const std::string& group) {
  const auto found = watched_.find(group);
  if (found != watched_.end()) {
    ask(group, found->second);
  }
}

void ProviderDesk::ask(const std::string& group, Watched& watched) {
  if (watched.question != 0) {
    watched.again = true;
    return;
  }
  if (observer_.debugs()) {
    observer_.debug("Getting hosts from ControlPlane for " + group);
  }
  watched.again = false;
  watched.question = ++questions_;
  watched.asked_at = loop_.now();
  provider_.list(group,
                 [desk = std::weak_ptr(alive_), group, question = watched.question](
                     core::Result<std::vector<ProvidedRunner>> runners) {
                   if (const auto self = desk.lock()) {
                     (*self)->answered(group, question, std::move(runners));
                   }
                 });
}

void ProviderDesk::answered(const std::string& group,
                            std::uint64_t question,
                            core::Result<std::vector<ProvidedRunner>> runners) {
  Watched& watched = watched_[group];
  if (watched.question != question) {
    return;  // too late
  }
  watched.question = 0;
  if (!runners) {
    if (!std::exchange(watched.failing, true)) {
      observer_.warn("Problem talking to the CP to fetch runner status: " + runners.error().message,
                     group);
    }
    return;
  }
  watched.failing = false;
  sift(group, *runners);
  if (observer_.debugs()) {
    for (const ProvidedRunner& runner : *runners) {
      observer_.debug(" ... host " + runner.id + " at " + runner.address + " is known");
    }
    observer_.debug("Polled for " + group);
  }
  const bool changed = *runners != watched.last;
  if (changed || !watched.heard) {
    watched.heard = true;
    watched.last = *std::move(runners);
    watched.listed(watched.last);
  }
  if (watched.again) {
    ask(group, watched);
  }
}

void ProviderDesk::sift(const std::string& group, std::vector<ProvidedRunner>& runners) {
  std::set<std::string> ids;
  std::set<std::string> addresses;
  std::erase_if(runners, [&](const ProvidedRunner& runner) {
    const auto [owner, fresh] = owners_.try_emplace(runner.id, group);
    const bool strange = runner.id.empty() || runner.address.empty() || owner->second != group ||
                         ids.size() >= kListMax || ids.contains(runner.id) ||
                         !addresses.insert(runner.address).second;
    if (!strange) {
      ids.insert(runner.id);
    } else {
      if (fresh) {
        owners_.erase(owner);
      }
      observer_.warn("the provider lists a runner twice, for two groups, or without an address: " +
                         runner.address,
                     group);
    }
    return strange;
  });
  for (const ProvidedRunner& before : watched_[group].last) {
    if (!ids.contains(before.id)) {
      owners_.erase(before.id);
    }
  }
}

void ProviderDesk::provision(const std::string& group,
                             std::uint32_t count,
                             const RunnerProvider::Provisioned& done) {
  const std::uint64_t used = runners_now_() + asked_;
  const std::uint64_t left = quota_ > used ? quota_ - used : 0;
  const auto room = static_cast<std::uint32_t>(std::min<std::uint64_t>(count, left));
  std::string cut;
  if (room < count) {
    cut = "the quota of " + std::to_string(quota_) +
          " runners for all groups is used up: raise quota_runners";
  }
  if (room == 0) {
    done({0, std::move(cut)});
    return;
  }
  const std::uint64_t number = ++questions_;
  asked_ += room;
  orders_.emplace(
      number, Order{room, core::later(loop_.now(), limits_.provision_limit), std::move(cut), done});
  provider_.provision(group, room, [desk = std::weak_ptr(alive_), number](ProvisionAnswer answer) {
    if (const auto self = desk.lock()) {
      (*self)->settle(number, std::move(answer));
    }
  });
}

void ProviderDesk::settle(std::uint64_t order, ProvisionAnswer answer) {
  const auto found = orders_.find(order);
  if (found == orders_.end()) {
    return;  // too late: what it brings is adopted
  }
  const Order settled = std::move(found->second);
  orders_.erase(found);
  asked_ -= settled.count;
  answer.granted = std::min(answer.granted, settled.count);
  if (answer.shortage.empty()) {
    answer.shortage = settled.cut;
  }
  settled.done(std::move(answer));
}

void ProviderDesk::remove(const std::string& group, const std::string& id) {
  provider_.remove(
      group, id, [desk = std::weak_ptr(alive_), group, id](const core::Status& status) {
        const auto self = desk.lock();
        if (self && !status) {
          (*self)->observer_.warn(
              "Error attempting to close down runner " + id + ": " + status.error().message, group);
        }
      });
}

}  // namespace fn::services
