// SPDX-License-Identifier: Apache-2.0
//
// Goal: a load balancer gets a call's log from the runner that had the call, over a real channel,
// or learns which of the three reasons there is for its absence.

#include <chrono>
#include <future>
#include <memory>
#include <string>
#include <thread>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "proto/runner.grpc.pb.h"

#include "services/lb/runner_links.h"
#include "services/runner/engage_service.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;

// Functions that write and end.
class TalkingDriver final : public ContainerDriver {
 public:
  explicit TalkingDriver(std::string log) : log_(std::move(log)) {}

  class Talking final : public Container {
   public:
    explicit Talking(std::string log) : log_(std::move(log)) {}

    void run(RunRequest /*request*/, RunSink sink) override {
      sink.ended({core::CallOutcome::kFailed, false, {}});
    }

    void stop_run() override {}

    void freeze() override {}

    [[nodiscard]] std::string log_of(const std::string& /*call_id*/) const override { return log_; }

   private:
    std::string log_;
  };

  std::uint64_t start(const FunctionSetup& /*setup*/, StartSink sink) override {
    sink.started(std::make_unique<Talking>(log_));
    return 1;
  }

  void cancel(std::uint64_t /*token*/) override {}

  [[nodiscard]] std::string description() const override { return "talking"; }

 private:
  std::string log_;
};

class Ended final : public OfferedCall {
 public:
  void accept() override {}

  void refuse(core::RefusalReason /*reason*/) override {}

  void answered(unsigned, HttpHeaders, BodyPipePtr) override {}

  void finished(const RunOutcome&, core::Duration, core::Duration) override {}
};

// A runner that has had one call, "01CALL"; its container is gone.
class TalkingRunner {
 public:
  explicit TalkingRunner(std::string log) : driver_(std::move(log)) {
    core::RunnerConfig config;
    config.group = core::GroupHandle{0};
    node_ = std::make_unique<RunnerNode>(loop_, config, driver_, observer_);
    service_ = std::make_unique<EngageService>(loop_, *node_);
    port_ = service_->start("127.0.0.1:0", grpc::InsecureServerCredentials()).value();
    ParsedCall call;
    call.fields.id = "01CALL";
    call.setup.timeout = 30s;
    node_->offer(std::make_shared<Ended>(), std::move(call), "slot", whole_body(""));
    thread_ = std::thread([this] { loop_.run(); });
  }

  ~TalkingRunner() {
    loop_.stop();
    thread_.join();
    service_->close();
    node_->stop();
  }

  TalkingRunner(const TalkingRunner&) = delete;
  TalkingRunner& operator=(const TalkingRunner&) = delete;

  [[nodiscard]] std::string address() const { return "127.0.0.1:" + std::to_string(port_); }

 private:
  Loop loop_;
  QuietRunner observer_;
  TalkingDriver driver_;
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<EngageService> service_;
  int port_ = 0;
  std::thread thread_;
};

LogAnswer ask(const std::string& address, const std::string& call_id) {
  Loop loop;
  RunnerLinks links(loop, grpc::InsecureChannelCredentials());
  const core::RunnerHandle runner = links.add(address);
  LogAnswer answer{LogAnswer::Kind::kUnreachable, "the test's patience is over"};
  links.ask_log(runner, call_id, [&](LogAnswer its_answer) {
    answer = std::move(its_answer);
    loop.stop();
  });
  LoopTimer patience(loop);
  patience.set_after(20s, [&loop] { loop.stop(); });
  loop.run();
  links.close();
  return answer;
}

TEST(AskLog, ALongLogArrivesWholeAlsoOfAContainerThatIsGone) {
  std::string log(1'000'000, 'x');
  log += "\xff the end";
  const TalkingRunner runner(log);
  const LogAnswer answer = ask(runner.address(), "01CALL");
  EXPECT_EQ(answer.kind, LogAnswer::Kind::kLog);
  EXPECT_TRUE(answer.text == log) << answer.text.size();
}

TEST(AskLog, ACallThatWroteNothingHasAnEmptyLog) {
  const TalkingRunner runner("");
  const LogAnswer answer = ask(runner.address(), "01CALL");
  EXPECT_EQ(answer.kind, LogAnswer::Kind::kLog);
  EXPECT_EQ(answer.text, "");
}

TEST(AskLog, ACallThatARunnerNeverHadIsUnknown) {
  const TalkingRunner runner("x");
  EXPECT_EQ(ask(runner.address(), "02CALL").kind, LogAnswer::Kind::kUnknown);
}

TEST(AskLog, ARunnerThatIsNotThereIsUnreachable) {
  const LogAnswer answer = ask("127.0.0.1:1", "01CALL");
  EXPECT_EQ(answer.kind, LogAnswer::Kind::kUnreachable);
  EXPECT_FALSE(answer.text.empty());
}

TEST(AskLog, ARunnerOfFnOffersNone) {
  RunnerProtocol::Service fns;
  grpc::ServerBuilder builder;
  int port = 0;
  builder.AddListeningPort("127.0.0.1:0", grpc::InsecureServerCredentials(), &port);
  builder.RegisterService(&fns);
  const std::unique_ptr<grpc::Server> server = builder.BuildAndStart();
  EXPECT_EQ(ask("127.0.0.1:" + std::to_string(port), "01CALL").kind, LogAnswer::Kind::kNotOffered);
  server->Shutdown(std::chrono::system_clock::now());
}

TEST(AskLog, LinksThatCloseForgetTheQuestion) {
  Loop loop;
  RunnerLinks links(loop, grpc::InsecureChannelCredentials());
  bool answered = false;
  links.ask_log(links.add("127.0.0.1:1"), "01CALL", [&](const LogAnswer&) { answered = true; });
  links.close();
  EXPECT_FALSE(answered);
}

}  // namespace
}  // namespace fn::services
