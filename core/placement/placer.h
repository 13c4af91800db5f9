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
#include "core/pool/candidate.h"

namespace fn::core {

// Where one call's search stands: where it began and how far it has walked. Both are the placer's
// own (a position, or an index of its ring). A membership change in between leaves a session
// usable, but it may then meet a runner again.
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

  // The membership changed; also called once before the first call. Between two of these calls the
  // candidates keep their number, order, handles and sizes; the rest of them may change at any
  // time.
  virtual void members_changed(const PoolView& pool);

  // Position of the runner to try first, with `session` set, or kNone.
  virtual std::uint32_t first(const PoolView& pool,
                              FunctionHandle function,
                              const FunctionSpec& spec,
                              PlacementSession& session) = 0;

  // The one to try after a refusal, each runner at most once per session, or kNone. The default
  // walks on from `session.start` in membership order, past those that cannot take the call.
  // REQUIRES: first() has returned a position for this session.
  virtual std::uint32_t next(const PoolView& pool,
                             const FunctionSpec& spec,
                             PlacementSession& session);

  // The function's handle may be given to another one. Nothing that is saved may hang on a
  // function, so forgetting changes no decision for those that stay.
  virtual void forget(FunctionHandle /*function*/) {}

  // Fn's rule of 2018: every waiting call tries every runner again each 10 ms.
  [[nodiscard]] virtual bool every_call_polls() const { return false; }

  // What decides beyond the arguments: random streams and counters. What follows from the
  // membership is not saved: call members_changed() after load().
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
