// SPDX-License-Identifier: Apache-2.0
//
// The exec provider: three commands of the operator's that speak JSON, for any cloud. Each gets one
// object on stdin and writes one to stdout; an exit code other than 0 is a failure, its last line
// on stderr the reason.
//
//   list       {}                          {"runners": [{"id", "group", "address", "memory_mib",
//                                                        "cpu_milli"}]}, the sizes may be left out
//   provision  {"group": "g", "count": 2}  {"granted": 2, "shortage": "why not all"}
//   remove     {"group": "g", "id": "i"}   anything
//
// List is asked for all groups at once, each `list_every`. Up to eight orders and removals run at
// a time; one that takes too long is killed.

#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "services/base/loop.h"
#include "services/npm/provider.h"

namespace fn::services {

struct ExecProviderOptions {
  std::string list;
  std::string provision;
  std::string remove;
  core::Duration list_every = std::chrono::seconds(2);
  core::Duration limit = std::chrono::seconds(20);
};

class ExecProvider final : public RunnerProvider {
 public:
  // REQUIRES: loop outlives the provider.
  ExecProvider(Loop& loop, ExecProviderOptions options);
  // Waits for commands that run.
  ~ExecProvider() override;
  ExecProvider(const ExecProvider&) = delete;
  ExecProvider& operator=(const ExecProvider&) = delete;

  // `done` is called once with the first list, or why there is none; it is asked for again anyway.
  void begin(std::function<void(core::Status status)> done);

  void list(const std::string& group, Listed done) override;
  void provision(const std::string& group, std::uint32_t count, Provisioned done) override;
  void remove(const std::string& group, const std::string& id, Removed done) override;
  [[nodiscard]] std::vector<std::string> groups() const override;
  [[nodiscard]] std::string description() const override;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace fn::services
