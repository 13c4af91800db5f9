// SPDX-License-Identifier: Apache-2.0
//
// Goal: an LB with a runner that breaks the protocol, and a runner with such an LB, over real
// channels: every call ends, nothing is left behind, nobody falls.

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

#include "proto/runner.grpc.pb.h"

#include "services/lb/runner_links.h"
#include "services/runner/engage_service.h"
#include "services/wire/wire_names.h"
#include "tests/support/quiet_observers.h"

namespace fn::services {
namespace {

using std::chrono_literals::operator""s;
using Wire = grpc::ServerReaderWriter<RunnerMsg, ClientMsg>;

RunnerMsg start_with(int status) {
  RunnerMsg message;
  message.mutable_result_start()->mutable_http()->set_status_code(status);
  return message;
}

RunnerMsg frame_of(std::string bytes, bool eof) {
  RunnerMsg message;
  message.mutable_data()->set_data(std::move(bytes));
  message.mutable_data()->set_eof(eof);
  return message;
}

RunnerMsg finished_with(bool success, int code = 0) {
  RunnerMsg message;
  message.mutable_finished()->set_success(success);
  message.mutable_finished()->set_errorcode(code);
  return message;
}

// A runner that does what the test says, once it has the call.
class OddRunner final : public RunnerProtocol::Service {
 public:
  using Script = std::function<grpc::Status(Wire& wire, grpc::ServerContext& context)>;

  explicit OddRunner(Script script) : script_(std::move(script)) {
    grpc::ServerBuilder builder;
    builder.RegisterService(this);
    server_ = builder.BuildAndStart();
  }

  ~OddRunner() override { server_->Shutdown(std::chrono::system_clock::now()); }

  OddRunner(const OddRunner&) = delete;
  OddRunner& operator=(const OddRunner&) = delete;

  grpc::Status Engage(grpc::ServerContext* context, Wire* wire) override {
    ClientMsg message;
    wire->Read(&message);
    return script_(*wire, *context);
  }

  // Without gRPC's own limit on messages, as the channels to runners.
  std::shared_ptr<grpc::Channel> channel() {
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_MINIMAL_STACK, 1);
    return server_->InProcessChannel(arguments);
  }

 private:
  Script script_;
  std::unique_ptr<grpc::Server> server_;
};

// One attempt at such a runner, on the test's own loop.
class Trial {
 public:
  explicit Trial(OddRunner::Script script) : runner_(std::move(script)) {
    source->write("body");
    body_ = std::make_shared<CallBody>(loop, budget_, CallBodyLimits{}, source);
    handle_ = links_.add("odd", runner_.channel());
  }

  ~Trial() {
    attempt.reset();
    links_.close();
  }

  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;

  void begin() {
    AttemptSink sink;
    sink.accepted = [this] {
      ++accepted;
      if (when_accepted) {
        when_accepted();
      }
    };
    sink.answered = [this](unsigned its_status, const HttpHeaders&, BodyPipePtr its_body) {
      status = its_status;
      answer = std::move(its_body);
      if (when_answered) {
        when_answered();
      }
    };
    sink.ended = [this](AttemptEnd its_end) {
      ++ends;
      end = std::move(its_end);
      loop.stop();
    };
    attempt = links_.offer(handle_, {&json_, &slot_, &id_, body_}, std::move(sink));
  }

  // Until it ends, or for ten seconds.
  void run() {
    LoopTimer patience(loop);
    patience.set_after(10s, [this] { loop.stop(); });
    loop.run();
  }

  void begin_and_run() {
    begin();
    run();
  }

  Loop loop;
  BodyPipePtr source = std::make_shared<BodyPipe>();
  std::unique_ptr<Attempt> attempt;
  BodyPipePtr answer;
  AttemptEnd end;
  std::function<void()> when_accepted;
  std::function<void()> when_answered;
  unsigned status = 0;
  int accepted = 0;
  int ends = 0;

 private:
  BodyBudget budget_{std::size_t{1} << 20};
  std::string json_ = "{}";
  std::string slot_ = "slot";
  std::string id_ = "an id\nwith bytes that metadata refuses\xff";
  std::shared_ptr<CallBody> body_;
  OddRunner runner_;
  RunnerLinks links_{loop, grpc::InsecureChannelCredentials()};
  core::RunnerHandle handle_;
};

TEST(OddRunners, ARefusalWithoutAReasonIsThatOfAFullRunner) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    wire.Write(finished_with(false, kRefusedCode));
    return grpc::Status::OK;
  });
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kRefused);
  EXPECT_EQ(trial.end.reason, core::RefusalReason::kRunnerFull);
  EXPECT_EQ(trial.accepted, 0);
}

TEST(OddRunners, AnAnswerAcceptsWhereTheMetadataDidNot) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    wire.Write(start_with(200));
    wire.Write(start_with(404));
    wire.Write(frame_of("answer", true));
    wire.Write(frame_of("after the end", false));
    wire.Write(finished_with(true));
    return grpc::Status::OK;
  });
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_TRUE(trial.end.success);
  EXPECT_EQ(trial.accepted, 1);
  EXPECT_EQ(trial.status, 200U);
  std::string answer;
  read_whole(trial.answer, 100, [&](core::Result<std::string> whole) { answer = whole.value(); });
  EXPECT_EQ(answer, "answer");
}

TEST(OddRunners, AStatusThatHttpDoesNotHaveIsTheRunnersError) {
  for (const int status : {-1, 0, 100, 600, 2'000'000'000}) {
    Trial trial([status](Wire& wire, grpc::ServerContext& context) {
      wire.Write(start_with(status));
      while (!context.IsCancelled()) {
        std::this_thread::yield();
      }
      return grpc::Status::OK;
    });
    trial.begin_and_run();
    ASSERT_EQ(trial.ends, 1);
    EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kFinished);
    EXPECT_EQ(trial.end.code, 502);
    EXPECT_EQ(trial.status, 0U);
  }
}

TEST(OddRunners, ABodyBeforeItsAnswerEndsTheCallInsteadOfWaitingForAReader) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    for (int frame = 0; frame < 100 && wire.Write(frame_of(std::string(60'000, 'x'), false));
         ++frame) {
    }
    return grpc::Status::OK;
  });
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_EQ(trial.end.code, 502);
}

TEST(OddRunners, AStreamThatEndsWithoutAWordIsBroken) {
  Trial trial([](Wire&, grpc::ServerContext&) { return grpc::Status::OK; });
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kBroken);
}

TEST(OddRunners, AMessageBeyondTheLimitEndsTheCall) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    wire.Write(start_with(200));
    wire.Write(frame_of(std::string(kMessageBytes, 'x'), false));
    return grpc::Status::OK;
  });
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kFinished);
  EXPECT_EQ(trial.end.code, 502);
  EXPECT_NE(trial.end.message.find("more than 4194304"), std::string::npos) << trial.end.message;
}

TEST(OddRunners, AnHttpStatusInPlaceOfGrpcsIsAnAnswer) {
  for (const int status : {503, 400, 502, 599}) {
    Trial trial([status](Wire&, grpc::ServerContext&) {
      return grpc::Status(static_cast<grpc::StatusCode>(status), "in Fn's words");
    });
    trial.begin_and_run();
    ASSERT_EQ(trial.ends, 1);
    if (status == 503) {
      EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kRefused);
      EXPECT_EQ(trial.end.reason, core::RefusalReason::kRunnerFull);
    } else {
      EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kFinished);
      EXPECT_FALSE(trial.end.success);
      EXPECT_EQ(trial.end.code, status);
      EXPECT_EQ(trial.end.message, "in Fn's words");
    }
  }
}

TEST(OddRunners, AnAttemptTakenBackWhileItsAnswerWaitsForAReaderLeavesNothingBehind) {
  std::atomic<bool> cut = false;
  {
    Trial trial([&cut](Wire& wire, grpc::ServerContext&) {
      wire.Write(start_with(200));
      while (wire.Write(frame_of(std::string(60'000, 'x'), false))) {
      }
      cut = true;
      return grpc::Status::OK;
    });
    trial.begin();
    LoopTimer full(trial.loop);
    const std::function<void()> look = [&] {
      trial.answer&& trial.answer->full() ? trial.loop.stop()
                                          : full.set_after(std::chrono::milliseconds(1), look);
    };
    look();
    trial.run();
    ASSERT_TRUE(trial.answer && trial.answer->full());
  }  // leaks are found by the address sanitizer
  EXPECT_TRUE(cut);
}

TEST(OddRunners, ACallIsOfferedBeforeItsBodyIsHere) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    wire.Write(finished_with(true));
    return grpc::Status::OK;
  });
  std::string first;
  trial.source->read([&first](const BodyPipe::Chunk& chunk) { first = **chunk; });
  trial.begin_and_run();  // the body is empty now, and does not end
  EXPECT_EQ(trial.ends, 1);
}

TEST(OddRunners, ABodyThatBreaksOffIsNotTheRunnersFault) {
  Trial trial([](Wire& wire, grpc::ServerContext&) {
    ClientMsg message;
    while (wire.Read(&message)) {
    }
    return grpc::Status::OK;
  });
  trial.source->fail({core::ErrorCode::kUnavailable, "the client left"});
  trial.begin_and_run();
  ASSERT_EQ(trial.ends, 1);
  EXPECT_EQ(trial.end.kind, AttemptEnd::Kind::kFinished);
  EXPECT_EQ(trial.end.code, 400);
}

// A real runner of echoing functions, and an LB that sends whatever the test says.
class OddLb {
 public:
  OddLb() {
    core::RunnerConfig config;
    config.group = core::GroupHandle{0};
    node_ = std::make_unique<RunnerNode>(loop_, config, *driver_, observer_);
    service_ = std::make_unique<EngageService>(loop_, *node_);
    const int port = service_->start("127.0.0.1:0", grpc::InsecureServerCredentials()).value();
    thread_ = std::thread([this] { loop_.run(); });
    stub = RunnerProtocol::NewStub(grpc::CreateChannel("127.0.0.1:" + std::to_string(port),
                                                       grpc::InsecureChannelCredentials()));
  }

  ~OddLb() {
    loop_.stop();
    thread_.join();
    service_->close();
    node_->stop();
  }

  OddLb(const OddLb&) = delete;
  OddLb& operator=(const OddLb&) = delete;

  // Sends these and reads all that comes.
  std::vector<RunnerMsg> send(const std::vector<ClientMsg>& messages) {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 10s);
    const auto stream = stub->Engage(&context);
    for (const ClientMsg& message : messages) {
      stream->Write(message);
    }
    stream->WritesDone();
    std::vector<RunnerMsg> answers;
    RunnerMsg answer;
    while (stream->Read(&answer)) {
      answers.push_back(answer);
    }
    accepted = std::string();
    if (const auto found = context.GetServerInitialMetadata().find(kAcceptedKey);
        found != context.GetServerInitialMetadata().end()) {
      accepted.assign(found->second.data(), found->second.size());
    }
    stream->Finish();
    return answers;
  }

  [[nodiscard]] RunnerStatus status() const {
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + 10s);
    RunnerStatus status;
    EXPECT_TRUE(stub->Status(&context, {}, &status).ok());
    return status;
  }

  std::unique_ptr<RunnerProtocol::Stub> stub;
  std::string accepted;

 private:
  Loop loop_;
  QuietRunner observer_;
  std::unique_ptr<ContainerDriver> driver_ = make_null_driver();
  std::unique_ptr<RunnerNode> node_;
  std::unique_ptr<EngageService> service_;
  std::thread thread_;
};

ClientMsg try_of(const std::string& json) {
  ClientMsg message;
  message.mutable_try_()->set_models_call_json(json);
  return message;
}

ClientMsg data_of(const std::string& bytes, bool eof) {
  ClientMsg message;
  message.mutable_data()->set_data(bytes);
  message.mutable_data()->set_eof(eof);
  return message;
}

TEST(OddLbs, AFirstMessageThatIsNoCallIsRefusedInWords) {
  OddLb lb;
  for (const ClientMsg& message : {data_of("x", true), ClientMsg{}}) {
    const auto answers = lb.send({message});
    ASSERT_EQ(answers.size(), 1U);
    EXPECT_EQ(answers[0].finished().errorcode(), 400);
    EXPECT_EQ(answers[0].finished().errorstr(), "Protocol failure: expected ClientMsg_Try");
  }
}

TEST(OddLbs, ACallThatIsNoJsonIsRefusedInWords) {
  OddLb lb;
  const auto answers = lb.send({try_of("garbage")});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].finished().errorcode(), 400);
}

TEST(OddLbs, ACallBeyondTheLimitIsRefusedInWords) {
  OddLb lb;
  const auto answers =
      lb.send({try_of(R"({"id":"a","image":"i","x":")" + std::string(kMessageBytes, 'x') + "\"}")});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].finished().errorcode(), 400);
  EXPECT_NE(answers[0].finished().errorstr().find("at most 4194304"), std::string::npos);
}

TEST(OddLbs, AFrameBeyondTheLimitFailsTheCall) {
  OddLb lb;
  const auto answers = lb.send(
      {try_of(R"({"id":"a","image":"i"})"), data_of(std::string(kMessageBytes + 1, 'x'), false)});
  ASSERT_FALSE(answers.empty());
  EXPECT_FALSE(answers.back().finished().success());
}

TEST(OddLbs, AStreamWithoutAMessageEnds) {
  OddLb lb;
  const auto answers = lb.send({});
  ASSERT_EQ(answers.size(), 1U);
  EXPECT_EQ(answers[0].finished().errorcode(), 400);
}

TEST(OddLbs, ACallIdThatMetadataRefusesDoesNotEndTheRunner) {
  OddLb lb;
  const auto answers = lb.send({try_of(R"({"id":"a\nb\u00fc","image":"i"})"), data_of("x", true)});
  EXPECT_EQ(lb.accepted, "a?b??");
  ASSERT_FALSE(answers.empty());
  EXPECT_TRUE(answers.back().finished().success());
}

TEST(OddLbs, ASecondCallOnOneStreamFailsTheFirst) {
  OddLb lb;
  const auto answers =
      lb.send({try_of(R"({"id":"a","image":"i"})"), try_of(R"({"id":"b","image":"i"})")});
  ASSERT_FALSE(answers.empty());
  EXPECT_FALSE(answers.back().finished().success());
  EXPECT_EQ(lb.status().requestsreceived(), 1U);
}

TEST(OddLbs, ABodyThatIsCutOffFailsTheCallAndFramesAfterItsEndArePassedOver) {
  OddLb lb;
  const auto cut = lb.send({try_of(R"({"id":"a","image":"i"})"), data_of("x", false)});
  ASSERT_FALSE(cut.empty());
  EXPECT_FALSE(cut.back().finished().success());
  const auto more =
      lb.send({try_of(R"({"id":"a","image":"i"})"), data_of("x", true), data_of("y", false)});
  ASSERT_FALSE(more.empty());
  EXPECT_TRUE(more.back().finished().success());
  EXPECT_EQ(lb.status().active(), 0);
}

TEST(OddLbs, ARunnerThatClosesCutsTheCallUnderWay) {
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + 10s);
  auto lb = std::make_unique<OddLb>();
  const auto stream = lb->stub->Engage(&context);
  stream->Write(try_of(R"({"id":"a","image":"i"})"));
  RunnerMsg answer;
  EXPECT_TRUE(stream->Read(&answer));
  EXPECT_TRUE(answer.has_result_start());
  lb = nullptr;
  while (stream->Read(&answer)) {
  }
  EXPECT_NE(stream->Finish().error_code(), grpc::StatusCode::DEADLINE_EXCEEDED);
}

}  // namespace
}  // namespace fn::services
