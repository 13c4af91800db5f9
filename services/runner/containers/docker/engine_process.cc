// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/engine_process.h"

#include <chrono>
#include <csignal>
#include <nlohmann/json.hpp>
#include <utility>

namespace fn::services {
namespace {

using Json = nlohmann::json;

// Of an engine that is only slow.
constexpr auto kPatience = std::chrono::seconds(30);

constexpr int kNoProcess = 125;  // as the engine's own client exits
constexpr int kKilled = 128 + SIGKILL;

Json json_of(const core::Result<EngineAnswer>& answer) {
  return Json::parse(answer && answer->good() ? answer->body : "", nullptr, false);
}

template <typename T>
T value_at(const Json& json, const char* pointer, T otherwise) {
  const Json::json_pointer at(pointer);
  if (!json.is_object() || !json.contains(at)) {
    return otherwise;
  }
  const Json& value = json[at];
  if constexpr (std::is_same_v<T, bool>) {
    return value.is_boolean() ? value.get<bool>() : otherwise;
  } else {
    return value.is_number_integer() ? value.get<T>() : otherwise;
  }
}

FunctionError of_engine(std::string message) {
  return {503, std::move(message), false};
}

}  // namespace

EngineProcess::EngineProcess(DockerHostPtr host, Plan plan, Handlers handlers)
    : host_(std::move(host)),
      plan_(std::move(plan)),
      handlers_(std::move(handlers)),
      name_(host_->new_name()),
      late_(host_->loop()) {}

EngineProcess::~EngineProcess() {
  host_->networks().give_back(plan_.network);
}

std::string EngineProcess::path(const std::string& verb) const {
  return "/containers/" + name_ + "/" + verb;
}

// Not heard by one that is forgotten or removed meanwhile.
void EngineProcess::ask(EngineRequest request, void (EngineProcess::*then)(const Answer& answer)) {
  host_->engine().ask(std::move(request), [weak = weak_from_this(), then](const Answer& answer) {
    if (const auto self = weak.lock(); self && !self->removed_) {
      ((*self).*then)(answer);
    }
  });
}

void EngineProcess::begin(Workplace::Ends ends) {
  ends_ = std::move(ends);
  waits_for_ = "Docker at " + host_->engine().socket() +
               " did not start the container in time: see the engine's log";
  late_.set_after(host_->settings().container.start_time,
                  [this] { fail(of_engine(std::string(waits_for_))); });
  // Whoever has killed it before it was there: it must not stay.
  host_->create_container(
      name_,
      std::move(plan_.form),
      [weak = weak_from_this(), host = host_.get(), name = name_](const Answer& answer) {
        if (const auto self = weak.lock(); self && !self->removed_) {
          self->created(answer);
        } else {
          host->remove_container(name);
        }
      });
}

void EngineProcess::created(const Answer& answer) {
  if (!answer) {
    fail(of_engine(answer.error().message));
  } else if (answer->status == 404) {
    host_->images().forget(plan_.image);
    fail(of_engine("image " + plan_.image + " is gone since it was looked for: call again"));
  } else if (!answer->good()) {
    const bool by_function = answer->status == 400;
    fail({by_function ? 502 : 503,
          "Container failed to initialize, Docker says: " + answer->message(),
          by_function});
  } else {
    const Json json = json_of(answer);
    id_ = json.is_object() && json.contains("Id") && json["Id"].is_string()
              ? json["Id"].get<std::string>()
              : "";
    if (id_.empty()) {
      fail(of_engine("Docker at " + host_->engine().socket() +
                     ": POST /containers/create: the answer has no Id: check what listens there"));
    } else {
      attach();
    }
  }
}

void EngineProcess::attach() {
  const bool standard = ends_.input.valid() || ends_.output.valid();
  if (standard) {
    input_ = std::make_shared<BodyPipe>();
    output_ = std::make_shared<BodyPipe>();
  }
  host_->engine().attach(
      path(standard ? "attach?stream=1&stdin=1&stdout=1&stderr=1" : "attach?stream=1&stderr=1"),
      kPatience,
      input_,
      [weak = weak_from_this()](const core::Result<BodyPipePtr>& output) {
        if (const auto self = weak.lock(); self && !self->removed_) {
          self->attached(output);
        } else if (output) {
          (*output)->abandon();
        }
      });
}

void EngineProcess::attached(const core::Result<BodyPipePtr>& output) {
  if (!output) {
    fail(of_engine(output.error().message));
    return;
  }
  attached_ = *output;
  frames_ = std::make_unique<FrameSplitter>(
      [this](std::string_view bytes) {
        if (output_) {
          output_->write(std::string(bytes));
        }
      },
      [this](std::string_view bytes) {
        if (handlers_.errors) {
          handlers_.errors(bytes);
        }
      });
  ask({.method = "POST", .target = path("start"), .time = kPatience}, &EngineProcess::started);
}

void EngineProcess::started(const Answer& answer) {
  if (!answer) {
    fail(of_engine(answer.error().message));
    return;
  }
  if (!answer->good()) {
    // 400: its command cannot be run.
    const bool by_function = answer->status == 400;
    fail({by_function ? 502 : 503,
          "Container failed to initialize, Docker says: " + answer->message(),
          by_function});
    return;
  }
  late_.cancel();
  waits_for_.clear();
  if (input_) {
    begin_input();
  }
  if (output_) {
    output_writer_ = std::make_unique<DescriptorWriter>(
        host_->loop(), std::move(ends_.output), output_, [weak = weak_from_this()] {
          if (const auto self = weak.lock()) {
            self->streams_ended();
          }
        });
  }
  read_output();
}

void EngineProcess::begin_input() {
  input_reader_ = std::make_unique<DescriptorReader>(
      host_->loop(), std::move(ends_.input), [this](std::string_view bytes) { take_input(bytes); });
}

void EngineProcess::take_input(std::string_view bytes) {
  if (bytes.empty()) {
    input_->finish();
    return;
  }
  input_->write(std::string(bytes));
  if (input_->full()) {
    input_reader_->pause();
    input_->when_room([weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && self->input_reader_) {
        self->input_reader_->resume();
      }
    });
  }
}

void EngineProcess::read_output() {
  attached_->read([weak = weak_from_this()](const BodyPipe::Chunk& chunk) {
    if (const auto self = weak.lock(); self && !self->removed_) {
      self->take_output(chunk);
    }
  });
}

void EngineProcess::take_output(const BodyPipe::Chunk& chunk) {
  if (!chunk || !*chunk) {
    output_ended();
  } else if (!frames_->feed(**chunk)) {
    fail(of_engine("Docker at " + host_->engine().socket() + ": " + path("attach") +
                   ": the stream has no frames: check what listens there"));
  } else if (output_) {
    output_->when_room([weak = weak_from_this()] {
      if (const auto self = weak.lock(); self && !self->removed_) {
        self->read_output();
      }
    });
  } else {
    read_output();
  }
}

// The writer tells when all of it has been handed on.
void EngineProcess::output_ended() {
  output_over_ = true;
  if (output_writer_ && !output_->abandoned()) {
    output_->finish();
  } else {
    streams_ended();
  }
}

void EngineProcess::streams_ended() {
  if (!removed_ && output_over_) {
    ask({.method = "POST", .target = path("wait"), .time = kPatience}, &EngineProcess::waited);
  }
}

void EngineProcess::waited(const Answer& answer) {
  const int none = -1;
  exit_code_ = value_at<int>(json_of(answer), "/StatusCode", none);
  if (exit_code_ == none) {
    fail(of_engine(answer ? "Docker does not say how the container ended: " + answer->message()
                          : answer.error().message));
  } else if (exit_code_ == 0 || exit_code_ == kKilled) {
    end({exit_code_, exit_code_ == kKilled, {}});
  } else {
    ask({.method = "GET", .target = path("json"), .time = kPatience},
        &EngineProcess::inspected_end);
  }
}

void EngineProcess::inspected_end(const Answer& answer) {
  end({exit_code_, value_at<bool>(json_of(answer), "/State/OOMKilled", false), {}});
}

void EngineProcess::fail(FunctionError error) {
  end({kNoProcess, false, std::move(error)});
}

void EngineProcess::end(const ProcessExit& exit) {
  const auto self = shared_from_this();  // whom the handler may forget
  const auto exited = std::exchange(handlers_.exited, nullptr);
  remove();
  if (exited) {
    exited(exit);
  }
}

void EngineProcess::kill() {
  handlers_ = {};
  remove();
}

void EngineProcess::remove() {
  if (std::exchange(removed_, true)) {
    return;
  }
  late_.cancel();
  input_reader_.reset();
  output_writer_.reset();
  ends_ = {};
  if (input_) {
    input_->finish();
  }
  if (attached_) {
    attached_->abandon();
  }
  if (frozen_ && freezer_) {
    static_cast<void>(freezer_->thaw());  // else it could not be killed
  }
  if (!id_.empty()) {
    host_->remove_container(name_);
  }
}

void EngineProcess::freeze() {
  wants_frozen_ = true;
  change_freezing();
}

void EngineProcess::thaw() {
  wants_frozen_ = false;
  change_freezing();
}

// One step at a time to what is wanted, which may change meanwhile.
void EngineProcess::change_freezing() {
  if (removed_ || changes_ || wants_frozen_ == frozen_ || !waits_for_.empty()) {
    return;
  }
  if (freezer_) {
    if (wants_frozen_ ? freezer_->freeze() : freezer_->thaw()) {
      frozen_ = wants_frozen_;
    }
    return;
  }
  changes_ = true;
  if (!looked_for_freezer_) {
    ask({.method = "GET", .target = path("json"), .time = kPatience},
        &EngineProcess::inspected_for_freezing);
    return;
  }
  const bool wanted = wants_frozen_;
  host_->engine().ask(
      {.method = "POST", .target = path(wanted ? "pause" : "unpause"), .time = kPatience},
      [weak = weak_from_this(), wanted](const Answer& /*answer*/) {
        if (const auto self = weak.lock()) {
          self->changes_ = false;
          self->frozen_ = wanted;
          self->change_freezing();
        }
      });
}

void EngineProcess::inspected_for_freezing(const Answer& answer) {
  changes_ = false;
  looked_for_freezer_ = true;
  freezer_ = ContainerFreezer::find(id_, value_at<std::int64_t>(json_of(answer), "/State/Pid", 0));
  change_freezing();
}

}  // namespace fn::services
