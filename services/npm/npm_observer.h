// SPDX-License-Identifier: Apache-2.0
//
// What the node pool manager tells of itself, for log and metrics. Called on its core thread.

#pragma once

#include <cstdint>
#include <string>

#include "core/npm/messages.h"
#include "core/npm/node_pool_manager.h"

namespace fn::services {

class NpmObserver {
 public:
  virtual ~NpmObserver() = default;

  virtual void group_made(const std::string& group) = 0;
  // A machine's fact; `address`: of the runner that it is about, if any.
  virtual void decided(const std::string& group,
                       const core::NpmFact& fact,
                       const std::string& address) = 0;
  virtual void runner_removed(const std::string& group,
                              const std::string& address,
                              std::uint32_t calls_cut) = 0;
  // What load balancers are told has changed; a list with blanks between the addresses.
  virtual void published(const std::string& group, const std::string& addresses) = 0;
  virtual void counted(const std::string& group,
                       const core::NodePoolManager::Counts& counts,
                       std::int64_t demand_mib,
                       std::int64_t capacity_mib) = 0;
  // Something of a provider, an LB or a runner that is not as it should be, or of interest to who
  // looks closely.
  virtual void warn(const std::string& message, const std::string& subject) = 0;
  virtual void debug(const std::string& message) = 0;
  [[nodiscard]] virtual bool debugs() const = 0;
};

}  // namespace fn::services
