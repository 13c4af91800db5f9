// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/body_pump.h"

#include <memory>
#include <utility>

namespace fn::services {
namespace {

struct Pump {
  BodyPipePtr from;
  BodyPipePtr to;
  std::function<void(core::Status)> done;
};

using PumpPtr = std::shared_ptr<Pump>;

void pump_next(const PumpPtr& pump);

void end(const PumpPtr& pump, core::Status how) {
  if (how) {
    pump->to->finish();
  } else {
    pump->to->fail(how.error());
  }
  std::exchange(pump->done, nullptr)(std::move(how));
}

void take(const PumpPtr& pump, BodyPipe::Chunk chunk) {
  if (!chunk) {
    end(pump, core::fail(chunk.error().code, chunk.error().message));
  } else if (!*chunk) {
    end(pump, {});
  } else {
    pump->to->write(std::move(**chunk));
    pump->to->when_room([pump] { pump_next(pump); });
  }
}

void pump_next(const PumpPtr& pump) {
  if (pump->to->abandoned()) {
    pump->from->abandon();
    end(pump, core::fail(core::ErrorCode::kUnavailable, "nobody reads this body any more"));
    return;
  }
  pump->from->read([pump](BodyPipe::Chunk chunk) { take(pump, std::move(chunk)); });
}

}  // namespace

void pump_body(const BodyPipePtr& from,
               const BodyPipePtr& to,
               std::function<void(core::Status)> done) {
  pump_next(std::make_shared<Pump>(Pump{from, to, std::move(done)}));
}

}  // namespace fn::services
