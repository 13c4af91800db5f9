// SPDX-License-Identifier: Apache-2.0
//
// RunnerProvider: where runners come from. One interface for a fixed stock, for processes of this
// host, for a cloud. It lives on the core thread, never blocks, and answers by callbacks, at any
// time and maybe from within; what it says is not believed without a look (provider_desk.h).

#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "core/base/result.h"

namespace fn::services {

struct ProvidedRunner {
  // Never that of two runners, nor of two leases of one runner.
  std::string id;
  std::string address;
  // Zero: unknown.
  std::uint32_t memory_mib = 0;
  std::uint32_t cpu_milli = 0;

  friend bool operator==(const ProvidedRunner&, const ProvidedRunner&) = default;
};

// An answer to an order: `granted` runners will turn up in a list; where they are fewer than asked
// for, `shortage` says why and what to do about it.
struct ProvisionAnswer {
  std::uint32_t granted = 0;
  std::string shortage;
};

class RunnerProvider {
 public:
  using Listed = std::function<void(core::Result<std::vector<ProvidedRunner>> runners)>;
  using Provisioned = std::function<void(ProvisionAnswer answer)>;
  using Removed = std::function<void(core::Status status)>;

  virtual ~RunnerProvider() = default;

  // All runners that the group has and that take calls, always in the same order.
  virtual void list(const std::string& group, Listed done) = 0;

  virtual void provision(const std::string& group, std::uint32_t count, Provisioned done) = 0;

  // The runner is not the group's any more; unknown ones are no error.
  virtual void remove(const std::string& group, const std::string& id, Removed done) = 0;

  // Groups that have runners from before this start.
  [[nodiscard]] virtual std::vector<std::string> groups() const = 0;

  // What the provider is, for the log.
  [[nodiscard]] virtual std::string description() const = 0;

  // Called when a list may have changed, so that nobody need wait for the next look.
  void when_changed(std::function<void(const std::string& group)> changed) {
    changed_ = std::move(changed);
  }

 protected:
  void tell_changed(const std::string& group) const {
    if (changed_) {
      changed_(group);
    }
  }

 private:
  std::function<void(const std::string& group)> changed_;
};

}  // namespace fn::services
