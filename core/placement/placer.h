// SPDX-License-Identifier: Apache-2.0
//
// Placer: which runner is tried for a call, and which next when that one refuses. One small class
// per policy; asked once per decision, not once per runner. A placer sees what this LB knows: the
// membership in the NPM's order and its own outstanding calls, nothing else.

#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/handle.h"
#include "core/base/rng.h"
#include "core/model/function_table.h"

namespace fn::core {

// One runner by its position in the delivered membership.
struct Candidate {
  RunnerHandle runner;
  std::uint32_t usable = 1;  // 0: rested by this LB
  std::uint32_t memory_mib = 0;  // what it can hold; zero: unknown
  std::uint32_t cpu_milli = 0;   // zero: unknown
  std::uint32_t load_mib = 0;    // this LB's outstanding calls on it
  std::uint32_t load_milli = 0;
  std::uint32_t load_calls = 0;
  // Above these a runner that does not queue surely refuses; the maximum where that is not known.
  std::uint32_t limit_mib = 0xffffffffU;
  std::uint32_t limit_milli = 0xffffffffU;

  [[nodiscard]] bool can_take(const FunctionSpec& spec) const {
    return usable != 0 && std::uint64_t{load_mib} + std::uint64_t(spec.memory.value) <= limit_mib &&
           std::uint64_t{load_milli} + std::uint64_t(spec.cpu.value) <= limit_milli;
  }
};

struct PoolView {
  std::span<const Candidate> candidates;
  std::uint64_t load_mib = 0;    // sum over the candidates
  std::uint64_t memory_mib = 0;  // sum over the candidates
};

// Where one call's search stands: `start` is the position tried first, `step` how far it has walked.
struct PlacementSession {
  std::uint32_t start = 0;
  std::uint32_t step = 0;
};

class Placer {
 public:
  // No candidate is left, or none can take the call.
  static constexpr std::uint32_t kNone = 0xffffffffU;

  Placer() = default;
  Placer(const Placer&) = delete;
  Placer& operator=(const Placer&) = delete;
  virtual ~Placer() = default;

  // The membership changed; also called once before the first call.
  virtual void members_changed(const PoolView& pool);

  // Position of the runner to try first, with `session` set, or kNone.
  virtual std::uint32_t first(const PoolView& pool,
                              FunctionHandle function,
                              const FunctionSpec& spec,
                              PlacementSession& session) = 0;

  // The one to try after a refusal, each runner at most once per session, or kNone. The default
  // walks on from `session.start` in membership order, past those that cannot take the call.
  virtual std::uint32_t next(const PoolView& pool,
                             const FunctionSpec& spec,
                             PlacementSession& session);

  // Fn's rule of 2018: every waiting call tries every runner again each 10 ms.
  [[nodiscard]] virtual bool every_call_polls() const { return false; }

  virtual void save(Writer& out) const;
  virtual void load(Reader& in);
};

struct PlacerConfig {
  // chbl: no runner above this many per cent of the mean load.
  std::uint32_t load_bound_percent = 125;
  // ch: walk past runners whose own load would exceed this share of their memory.
  std::uint32_t walk_above_percent = 90;
};

// The placer called `name` ("naive", "ch-compat", "ch", "chbl", "random", "round-robin",
// "least-outstanding", "p2c"), or null when there is none. Only policies that draw use `rng`.
std::unique_ptr<Placer> make_placer(std::string_view name, const PlacerConfig& config, Rng rng);

// Every name that make_placer knows, for messages.
std::span<const std::string_view> placer_names();

}  // namespace fn::core
