// SPDX-License-Identifier: Apache-2.0
//
// KeepAlivePolicy: which idle container a runner gives up when it needs room. It hears when a
// container is used, becomes idle and goes; it is asked for one victim at a time. Containers with
// equal priority go in the order of their creation numbers.
//
// Source: facts on FaasCache (Fuerst, Sharma, ASPLOS 2021) for gdsf; Fn evicts by registration.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/result.h"
#include "core/base/time.h"
#include "core/model/function_table.h"

namespace fn::core {

class KeepAlivePolicy {
 public:
  KeepAlivePolicy() = default;
  KeepAlivePolicy(const KeepAlivePolicy&) = delete;
  KeepAlivePolicy& operator=(const KeepAlivePolicy&) = delete;
  virtual ~KeepAlivePolicy() = default;

  // The container starts a run; a fresh one was just created with creation number `number`.
  virtual void used(Instant now,
                    ContainerHandle container,
                    std::uint32_t number,
                    FunctionHandle function) = 0;

  // A fresh container is up, but nobody waits for it any more: it becomes idle without a run.
  virtual void unneeded(Instant now,
                        ContainerHandle container,
                        std::uint32_t number,
                        FunctionHandle function) = 0;

  virtual void became_idle(ContainerHandle container) = 0;

  // The container is gone. With a function's last one the policy forgets the function, whose handle
  // may then be given to another.
  virtual void removed(ContainerHandle container) = 0;

  // The idle container to give up first. REQUIRES: there is one.
  virtual ContainerHandle victim() = 0;

  virtual void save(Writer& out) const = 0;

  // One container as its runner knows it, by handle; number zero: the policy knows nothing of it,
  // because it has not been up yet or is gone.
  struct Known {
    FunctionHandle function;
    std::uint32_t number = 0;
    std::uint32_t idle = 0;
  };

  // The state of a policy of the same name; an error when it does not fit the containers.
  virtual Status load(Reader& in, std::span<const Known> containers) = 0;

 protected:
  static Status misfit() {
    return fail(ErrorCode::kInvalidArgument, "saved keep-alive: cut short or of other containers");
  }
};

// "lru", "ttl" and "none" give up the least recently started one, "gdsf" the one whose loss costs
// least; null when there is no policy called `name`.
std::unique_ptr<KeepAlivePolicy> make_keepalive_policy(std::string_view name,
                                                       const FunctionTable& functions);

std::span<const std::string_view> keepalive_policy_names();

}  // namespace fn::core
