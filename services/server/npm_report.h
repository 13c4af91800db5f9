// SPDX-License-Identifier: Apache-2.0
//
// What a node pool manager does, as metrics under the simulator's names and as lines of the log in
// the seed's words (fn.md 2.7), so that who knows those finds them.

#pragma once

#include <array>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "services/base/log.h"
#include "services/base/metrics.h"
#include "services/npm/npm_observer.h"

namespace fn::services {

class NpmReport final : public NpmObserver {
 public:
  // REQUIRES: metrics and log outlive the report.
  NpmReport(Metrics& metrics, Log& log);

  void group_made(const std::string& group) override;
  void decided(const std::string& group,
               const core::NpmFact& fact,
               const std::string& address) override;
  void runner_removed(const std::string& group,
                      const std::string& address,
                      std::uint32_t calls_cut) override;
  void published(const std::string& group, const std::string& addresses) override;
  void counted(const std::string& group,
               const core::NodePoolManager::Counts& counts,
               std::int64_t demand_mib,
               std::int64_t capacity_mib) override;
  void warn(const std::string& message, const std::string& subject) override;
  void debug(const std::string& message) override;
  [[nodiscard]] bool debugs() const override;

  // The last decisions about a group and what came of them, oldest first, a line each.
  [[nodiscard]] std::vector<std::string> decisions(const std::string& group) const;

 private:
  struct Series {
    std::array<Gauge*, core::metric::kRunnerStates.size()> runners{};
    Gauge* demand = nullptr;
    Gauge* capacity = nullptr;
    Counter* ups = nullptr;
    Counter* downs = nullptr;
    Counter* turns = nullptr;
    Counter* cut = nullptr;
    int direction = 0;  // of the last change of size
    std::deque<std::string> decisions;
  };

  Series& series(const std::string& group);
  void remember(const std::string& group, const std::string& line);
  void scaled(const std::string& group, const core::GroupScaled& scaled);
  void runner_changed(const std::string& group,
                      core::RunnerChange change,
                      const std::string& address);

  Metrics& metrics_;
  Log& log_;
  std::map<std::string, Series> series_;
};

}  // namespace fn::services
