// SPDX-License-Identifier: Apache-2.0
//
// What LbPools needs beside a runner port: a directory of runners that are only names, and a node
// pool manager that says what the test tells it to.

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "services/lb/lb_pools.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {

// Handles in the order in which runners were added.
class NamedRunners final : public RunnerDirectory {
 public:
  core::RunnerHandle add(const std::string& address) override {
    names.push_back(address);
    return core::RunnerHandle{static_cast<std::uint32_t>(names.size() - 1)};
  }

  void remove(core::RunnerHandle runner) override { removed.push_back(names[runner.value]); }

  [[nodiscard]] const std::string& address(core::RunnerHandle runner) const override {
    return names[runner.value];
  }

  std::vector<std::string> names;
  std::vector<std::string> removed;
};

// Remembers what the load balancer says.
class ToldPool final : public PoolPort {
 public:
  void follow(const std::string& group) override { followed.push_back(group); }

  void claim(const std::string& group, const core::Requirement& wanted) override {
    claims.push_back(group + " " + std::to_string(wanted.memory_mib));
  }

  void rested(const std::string& group, const std::string& address, bool is_rested) override {
    health.push_back(group + " " + address + (is_rested ? " rests" : " serves"));
  }

  std::vector<std::string> followed;
  std::vector<std::string> claims;
  std::vector<std::string> health;
};

inline std::unique_ptr<LbObserver> observe_nothing(const std::string& /*group*/) {
  return std::make_unique<QuietLb>();
}

}  // namespace fn::services
