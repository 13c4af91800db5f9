// SPDX-License-Identifier: Apache-2.0
//
// NodePort: joins an LB's group to a RunnerNode directly, without a transport. Both may live on
// loops of their own: whatever goes over, goes by Loop::post. Bodies cross whole where the loops
// differ, else they stream.

#pragma once

#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "services/base/loop.h"
#include "services/lb/runner_port.h"
#include "services/runner/runner_node.h"

namespace fn::services {

// One offer, on both sides. What belongs to the LB is touched on its loop only, the same for the
// runner.
class NodeOffer final : public OfferedCall, public std::enable_shared_from_this<NodeOffer> {
 public:
  NodeOffer(Loop& lb, Loop& runner, RunnerNode& node, AttemptSink sink)
      : lb_(lb), runner_(runner), node_(node), sink_(std::move(sink)) {}

  // ---- on the LB's loop ----

  void begin(const std::string& call_json, const std::string& slot, const std::string& body) {
    go(call_json, slot, whole_body(body));
  }

  void go(const std::string& call_json, const std::string& slot, BodyPipePtr body) {
    runner_.post([self = shared_from_this(), call_json, slot, body = std::move(body)]() mutable {
      if (!self->taken_back_) {
        self->ticket_ =
            self->node_.offer(self, parse_call(call_json).value(), slot, std::move(body));
      }
    });
  }

  void take_back() {
    sink_ = {};
    runner_.post([self = shared_from_this()] {
      self->taken_back_ = true;
      self->node_.cancel(std::exchange(self->ticket_, {}));
    });
  }

  // ---- on the runner's loop ----

  void accept() override {
    tell([](NodeOffer& offer) {
      if (offer.sink_.accepted) {
        offer.sink_.accepted();
      }
    });
  }

  void refuse(core::RefusalReason reason) override {
    AttemptEnd end;
    end.kind = AttemptEnd::Kind::kRefused;
    end.reason = reason;
    tell_end(end);
  }

  void answered(unsigned status, HttpHeaders headers, BodyPipePtr body) override {
    status_ = status;
    headers_ = std::move(headers);
    body_ = std::move(body);
    if (&lb_ == &runner_) {
      tell_answer(body_);
    }
  }

  void finished(const RunOutcome& outcome, core::Duration, core::Duration) override {
    AttemptEnd end;
    end.kind = AttemptEnd::Kind::kFinished;
    end.success = outcome.outcome == core::CallOutcome::kCompleted;
    end.code = outcome.error.status;
    end.message = outcome.error.message;
    if (&lb_ == &runner_ || !body_) {
      tell_end(end);
      return;
    }
    read_whole(body_, std::size_t{64} << 20, [this, end](core::Result<std::string> whole) {
      tell_answer(nullptr, std::move(whole).value_or(std::string()));
      tell_end(end);
    });
  }

 private:
  template <typename Work>
  void tell(Work work) {
    lb_.post([self = shared_from_this(), work = std::move(work)]() mutable { work(*self); });
  }

  void tell_answer(BodyPipePtr pipe, std::string whole = {}) {
    tell([status = status_, headers = headers_, pipe = std::move(pipe), whole = std::move(whole)](
             NodeOffer& offer) mutable {
      if (offer.sink_.answered) {
        offer.sink_.answered(
            status, std::move(headers), pipe ? std::move(pipe) : whole_body(std::move(whole)));
      }
    });
  }

  void tell_end(AttemptEnd end) {
    tell([end = std::move(end)](NodeOffer& offer) {
      const AttemptSink sink = std::exchange(offer.sink_, {});
      if (sink.ended) {
        sink.ended(end);
      }
    });
  }

  Loop& lb_;
  Loop& runner_;
  RunnerNode& node_;
  AttemptSink sink_;  // the LB's
  // The runner's:
  OfferTicket ticket_;
  bool taken_back_ = false;
  unsigned status_ = 0;
  HttpHeaders headers_;
  BodyPipePtr body_;
};

class NodePort final : public RunnerPort {
 public:
  // On one loop, or on two.
  NodePort(Loop& loop, RunnerNode& node) : NodePort(loop, loop, node) {}

  NodePort(Loop& lb, Loop& runner, RunnerNode& node) : lb_(lb), runner_(runner), node_(node) {}

  std::unique_ptr<Attempt> offer(core::RunnerHandle /*runner*/,
                                 const EngageRequest& request,
                                 AttemptSink sink) override {
    const auto offer = std::make_shared<NodeOffer>(lb_, runner_, node_, std::move(sink));
    if (&lb_ == &runner_) {
      const auto pipe = std::make_shared<BodyPipe>();
      pump(request.body, pipe);
      offer->go(*request.call_json, *request.slot, pipe);
    } else {
      gather(offer, request.body, *request.call_json, *request.slot, {});
    }
    return std::make_unique<Held>(offer);
  }

  void check(core::RunnerHandle /*runner*/, std::function<void()> alive) override {
    lb_.post(std::move(alive));
  }

 private:
  class Held final : public Attempt {
   public:
    explicit Held(std::shared_ptr<NodeOffer> offer) : offer_(std::move(offer)) {}

    ~Held() override { offer_->take_back(); }

    Held(const Held&) = delete;
    Held& operator=(const Held&) = delete;

   private:
    std::shared_ptr<NodeOffer> offer_;
  };

  static void pump(const std::shared_ptr<CallBody>& from, const BodyPipePtr& to) {
    from->read([weak = std::weak_ptr(from), to](BodyPipe::Chunk chunk) {
      if (!chunk) {
        to->fail(chunk.error());
      } else if (!*chunk) {
        to->finish();
      } else {
        to->write(std::move(**chunk));
        to->when_room([weak, to] {
          if (const auto body = weak.lock()) {
            pump(body, to);
          }
        });
      }
    });
  }

  static void gather(const std::shared_ptr<NodeOffer>& offer,
                     const std::shared_ptr<CallBody>& from,
                     const std::string& call_json,
                     const std::string& slot,
                     std::string so_far) {
    from->read(
        [=, weak = std::weak_ptr(from), so_far = std::move(so_far)](BodyPipe::Chunk chunk) mutable {
          if (chunk && *chunk) {
            so_far += **chunk;
            if (const auto body = weak.lock()) {
              gather(offer, body, call_json, slot, std::move(so_far));
            }
          } else {
            offer->begin(call_json, slot, so_far);
          }
        });
  }

  Loop& lb_;
  Loop& runner_;
  RunnerNode& node_;
};

}  // namespace fn::services
