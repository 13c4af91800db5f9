// SPDX-License-Identifier: Apache-2.0
//
// One question to a runner for the log of a call, over gRPC (proto/runner_control.proto). It owns
// itself until gRPC has given back every operation. For runner_links.cc only.

#pragma once

#include <functional>
#include <memory>
#include <set>
#include <string>

#include <grpcpp/grpcpp.h>

#include "proto/runner_control.grpc.pb.h"

#include "services/base/loop.h"
#include "services/lb/log_port.h"
#include "services/wire/queue_thread.h"

namespace fn::services {

using RunnerControlStub = control::v1::RunnerControl::Stub;

class LogQuestion final {
 public:
  using UnderWay = std::set<LogQuestion*>;
  using Handler = std::function<void(LogAnswer answer)>;

  // Where it is asked. REQUIRES: outlives the question.
  struct Place {
    Loop& loop;
    grpc::CompletionQueue& queue;
    RunnerControlStub& stub;
  };

  static void ask(const Place& place,
                  const std::string& call_id,
                  Handler handler,
                  std::shared_ptr<UnderWay> under_way);

  // The handler is not called any more.
  void cancel();

 private:
  LogQuestion(const Place& place, Handler handler, std::shared_ptr<UnderWay> under_way);

  void started(bool ok);
  void read(bool ok);
  void finished(bool ok);

  [[nodiscard]] LogAnswer answer();

  Handler handler_;
  std::shared_ptr<UnderWay> under_way_;
  LoopTimer patience_;
  grpc::ClientContext context_;
  std::unique_ptr<grpc::ClientAsyncReader<control::v1::CallLogPart>> reader_;
  control::v1::CallLogPart part_;
  std::string log_;
  bool cut_ = false;
  grpc::Status status_;
  CompletionOf<LogQuestion, &LogQuestion::started> on_started_{*this};
  CompletionOf<LogQuestion, &LogQuestion::read> on_read_{*this};
  CompletionOf<LogQuestion, &LogQuestion::finished> on_finished_{*this};
};

}  // namespace fn::services
