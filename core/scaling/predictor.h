// SPDX-License-Identifier: Apache-2.0
//
// Predictor: from what a group needs now to what its size should be decided for. The scalers ask it
// first. So far there is one, which expects that things stay as they are.

#pragma once

#include "core/base/bytes.h"
#include "core/base/time.h"
#include "core/capacity/requirement.h"

namespace fn::core {

class Predictor {
 public:
  Predictor() = default;
  Predictor(const Predictor&) = delete;
  Predictor& operator=(const Predictor&) = delete;
  virtual ~Predictor() = default;

  // `now` never goes back.
  virtual MergedRequirement forecast(Instant now, const MergedRequirement& demand) = 0;

  virtual void save(Writer& out) const = 0;
  virtual void load(Reader& in) = 0;
};

class IdentityPredictor final : public Predictor {
 public:
  MergedRequirement forecast(Instant /*now*/, const MergedRequirement& demand) override {
    return demand;
  }

  void save(Writer& /*out*/) const override {}

  void load(Reader& /*in*/) override {}
};

}  // namespace fn::core
