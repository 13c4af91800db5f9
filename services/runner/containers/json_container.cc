// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/json_container.h"

#include <utility>

#include "services/runner/containers/json_format.h"

namespace fn::services {
namespace {

constexpr std::size_t kBodyMax = std::size_t{16} << 20;

// An answer's escapes make it longer than its body.
constexpr std::size_t kMessageMax = 2 * kBodyMax;

}  // namespace

void JsonContainer::begin(std::function<void(std::optional<FunctionError>)> ready,
                          std::function<void()> lost) {
  lost_ = std::move(lost);
  if (core::Status started = start(); !started) {
    ready(FunctionError{502, started.error().message, false});
  } else {
    ready(std::nullopt);
  }
}

core::Status JsonContainer::start() {
  core::Result<DescriptorPair> input = make_pipe();
  core::Result<DescriptorPair> output = make_pipe();
  if (!input || !output) {
    return tl::unexpected(input ? output.error() : input.error());
  }
  core::Status started = place().start({},
                                       {std::move(input->read), std::move(output->write)},
                                       [this](const ProcessExit& exit) { exited(exit); });
  if (started) {
    input_ = std::make_unique<DescriptorWriter>(loop(), std::move(input->write));
    output_ = std::make_unique<DescriptorReader>(
        loop(), std::move(output->read), [this](std::string_view bytes) { take(bytes); });
  }
  return started;
}

void JsonContainer::run(RunRequest request, RunSink sink) {
  open_run(request, std::move(sink));
  if (!place().runs()) {
    active().fail(io_error(), false);
    return;
  }
  body_ = request.body;
  const std::weak_ptr<ActiveRun> run = active().weak_from_this();
  read_whole(
      body_, kBodyMax, [this, run, request = std::move(request)](core::Result<std::string> all) {
        const ActiveRunPtr present = run.lock();
        if (!present || present->over()) {
          return;
        }
        if (!all) {
          present->fail(
              {413, "request of a function of format json: " + all.error().message, false}, true);
          return;
        }
        input_->write(json_request(request, *all));
      });
}

void JsonContainer::break_off() {
  place().kill();
  if (const BodyPipePtr body = std::exchange(body_, nullptr)) {
    body->abandon();
  }
  input_.reset();
  output_.reset();
}

// Words that nobody asked for would be taken for the next call's answer.
void JsonContainer::take(std::string_view bytes) {
  if (!busy()) {
    if (!bytes.empty() && bytes.find_first_not_of(" \r\n\t") != std::string_view::npos) {
      break_off();
      if (lost_) {
        std::exchange(lost_, nullptr)();
      }
    }
    return;
  }
  const std::optional<std::size_t> end = frame_.take(bytes);
  held_ += bytes.substr(0, end.value_or(bytes.size()));
  if (held_.size() > kMessageMax) {
    break_off();
    active().fail(body_too_large_error(), false);
  } else if (end) {
    answer(std::exchange(held_, {}));
  }
}

void JsonContainer::answer(std::string_view text) {
  core::Result<HttpResponse> response = json_response(text);
  const std::uint64_t limit = settings().response_bytes;
  if (!response) {
    break_off();
    active().fail({502, "invalid json response from function err: " + response.error().message},
                  false);
  } else if (limit > 0 && response->body.size() > limit) {
    active().fail(body_too_large_error(), true);
  } else {
    active().answer(response->status,
                    std::move(response->headers),
                    whole_body(std::move(response->body)),
                    [this](const core::Status& how) {
                      if (how) {
                        active().complete();
                      } else {
                        active().fail({502, how.error().message, false}, true);
                      }
                    });
  }
}

void JsonContainer::exited(const ProcessExit& exit) {
  const auto alive = life();
  if (output_) {
    output_->drain();
  }
  if (alive.expired()) {
    return;
  }
  break_off();
  if (busy()) {
    active().fail(exit_error(exit), false);
  } else if (lost_) {
    std::exchange(lost_, nullptr)();
  }
}

}  // namespace fn::services
