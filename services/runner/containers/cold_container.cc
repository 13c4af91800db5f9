// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/cold_container.h"

#include <cctype>
#include <map>
#include <utility>

namespace fn::services {
namespace {

constexpr std::size_t kHeldMax = std::size_t{64} << 10;

Environment variables(const RunRequest& request) {
  std::map<std::string, std::string> all;
  for (const auto& [name, value] : request.headers) {
    std::string& text = all[header_variable(name)];
    text += (text.empty() ? "" : ", ") + value;
  }
  all["FN_CALL_ID"] = request.call_id;
  all["FN_DEADLINE"] = request.deadline;
  all["FN_METHOD"] = request.method;
  all["FN_REQUEST_URL"] = request.url;
  return {all.begin(), all.end()};
}

}  // namespace

std::string header_variable(std::string_view name) {
  std::string variable = "FN_HEADER_";
  for (const char letter : name) {
    const auto byte = static_cast<unsigned char>(letter);
    variable += std::isalnum(byte) != 0 ? static_cast<char>(std::toupper(byte)) : '_';
  }
  return variable;
}

void ColdContainer::begin(std::function<void(std::optional<FunctionError>)> ready,
                          std::function<void()> /*lost*/) {
  ready(std::nullopt);
}

void ColdContainer::run(RunRequest request, RunSink sink) {
  open_run(request, std::move(sink));
  taken_ = 0;
  held_.clear();
  body_ = nullptr;
  if (core::Status started = start(request); !started) {
    request.body->abandon();
    active().fail({502, started.error().message, false}, true);
  }
}

core::Status ColdContainer::start(const RunRequest& request) {
  core::Result<DescriptorPair> input = make_pipe();
  core::Result<DescriptorPair> output = make_pipe();
  if (!input || !output) {
    return tl::unexpected(input ? output.error() : input.error());
  }
  core::Status started = place().start(variables(request),
                                       {std::move(input->read), std::move(output->write)},
                                       [this](const ProcessExit& exit) { exited(exit); });
  if (started) {
    input_ = std::make_unique<DescriptorWriter>(loop(), std::move(input->write), request.body);
    output_ = std::make_shared<DescriptorReader>(
        loop(), std::move(output->read), [this](std::string_view bytes) { take(bytes); });
  }
  return started;
}

void ColdContainer::break_off() {
  place().kill();
  input_.reset();
  output_.reset();
}

void ColdContainer::take(std::string_view bytes) {
  taken_ += bytes.size();
  const std::uint64_t limit = settings().response_bytes;
  if (limit > 0 && taken_ > limit) {
    break_off();
    active().fail(body_too_large_error(), true);
  } else if (body_) {
    stream(std::string(bytes));
  } else {
    held_ += bytes;
    if (held_.size() > kHeldMax) {
      body_ = std::make_shared<BodyPipe>();
      answer(body_);
      stream(std::exchange(held_, {}));
    }
  }
}

void ColdContainer::stream(std::string bytes) {
  const BodyPipePtr body = body_;
  const std::shared_ptr<DescriptorReader> output = output_;
  body->write(std::move(bytes));
  if (output && body->full()) {
    output->pause();
    body->when_room([weak = std::weak_ptr<DescriptorReader>(output)] {
      if (const auto reader = weak.lock()) {
        reader->resume();
      }
    });
  }
}

void ColdContainer::answer(const BodyPipePtr& body) {
  active().answer(200, {}, body, [this](const core::Status& how) { answer_ended(how); });
}

void ColdContainer::answer_ended(const core::Status& how) {
  if (how) {
    active().complete();
    return;
  }
  break_off();
  active().fail({502, how.error().message, false}, true);
}

void ColdContainer::exited(const ProcessExit& exit) {
  const auto alive = life();
  if (const auto output = output_) {
    output->drain();
  }
  if (alive.expired()) {
    return;
  }
  input_.reset();
  output_.reset();
  if (!busy()) {
    return;
  }
  if (exit.code != 0) {
    active().fail(exit_error(exit), true);
  } else if (body_) {
    body_->finish();
  } else {
    answer(whole_body(std::exchange(held_, {})));
  }
}

}  // namespace fn::services
