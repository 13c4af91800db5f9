// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <string>
#include <utility>

#include "services/runner/container.h"
#include "services/runner/containers/body_pump.h"

namespace fn::services {
namespace {

// One run at a time. What outlives the container holds the run, not the container.
class NullContainer final : public Container {
 public:
  void run(RunRequest request, RunSink sink) override {
    HttpHeaders headers;
    for (auto& header : request.headers) {
      if (same_word(header.first, "content-type")) {
        headers.push_back(std::move(header));
        break;
      }
    }
    // A body that is all here is the answer as it is: no copy, no second pipe.
    if (request.body->ended()) {
      sink.answered(200, std::move(headers), std::move(request.body));
      sink.ended({});
      return;
    }
    const auto answer = std::make_shared<BodyPipe>();
    sink.answered(200, std::move(headers), answer);
    run_ = std::make_shared<Run>(Run{answer, std::move(sink.ended)});
    pump_body(request.body, answer, [run = run_](const core::Status& how) {
      RunOutcome outcome;
      if (!how) {
        outcome.outcome = core::CallOutcome::kFailed;
        outcome.error = {502, how.error().message, false};
      }
      end(*run, outcome);
    });
  }

  void stop_run() override {
    if (run_) {
      const std::shared_ptr<Run> run = std::exchange(run_, nullptr);
      run->answer->fail({core::ErrorCode::kUnavailable, "the run was stopped"});
      end(*run, {core::CallOutcome::kFailed, false, {502, "the run was stopped", false}});
    }
  }

  void freeze() override {}

  [[nodiscard]] std::string log_of(const std::string& /*call_id*/) const override { return {}; }

 private:
  struct Run {
    BodyPipePtr answer;
    std::function<void(RunOutcome)> ended;
  };

  static void end(Run& run, const RunOutcome& outcome) {
    if (run.ended) {
      std::exchange(run.ended, nullptr)(outcome);
    }
  }

  std::shared_ptr<Run> run_;
};

class NullDriver final : public ContainerDriver {
 public:
  std::uint64_t start(const FunctionSetup& /*setup*/, StartSink sink) override {
    sink.started(std::make_unique<NullContainer>());
    return 0;
  }

  void cancel(std::uint64_t /*token*/) override {}

  [[nodiscard]] std::string description() const override {
    return "null: functions run inside the runner and echo; for measuring only";
  }
};

}  // namespace

std::unique_ptr<ContainerDriver> make_null_driver() {
  return std::make_unique<NullDriver>();
}

}  // namespace fn::services
