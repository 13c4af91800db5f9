// SPDX-License-Identifier: Apache-2.0

#include "tests/services/runner/containers/driver_world.h"

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <unistd.h>
#include <utility>

#include <boost/asio/io_context.hpp>

#include "services/runner/containers/process_driver.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;

constexpr auto kPatience = std::chrono::seconds(30);

std::string new_folder() {
  std::string pattern = (fs::temp_directory_path() / "fn-XXXXXX").string();
  const std::string folder = ::mkdtemp(pattern.data());
  fs::permissions(folder, fs::perms(0755));
  return folder;
}

void collect(const BodyPipePtr& body, const CalledPtr& called) {
  body->read([body, called](BodyPipe::Chunk chunk) {
    if (!chunk) {
      called->body_error = chunk.error().message;
    } else if (*chunk) {
      called->body += **chunk;
      collect(body, called);
    }
  });
}

}  // namespace

int Called::code() const {
  if (outcome && outcome->outcome != core::CallOutcome::kCompleted) {
    return outcome->error.status;
  }
  return static_cast<int>(status);
}

std::string Called::text() const {
  return outcome && outcome->outcome != core::CallOutcome::kCompleted ? outcome->error.message
                                                                      : body;
}

DriverWorld::DriverWorld(const std::function<void(ContainerSettings&)>& change)
    : folder(new_folder()) {
  settings.images_path = folder + "/images";
  settings.iofs_path = folder + "/iofs";
  settings.runner_name = "test-" + std::to_string(::getpid());
  fs::create_directories(settings.images_path);
  if (change) {
    change(settings);
  }
  auto forked = Launcher::fork_helper();
  if (!forked) {
    problem = forked.error().message;
    return;
  }
  launcher = std::move(*forked);
  auto made = make_process_driver(loop, *launcher, settings);
  if (made) {
    driver = std::move(*made);
  } else {
    problem = made.error().message;
  }
}

DriverWorld::~DriverWorld() {
  driver.reset();
  launcher.reset();
  std::error_code error;
  fs::remove_all(folder, error);
}

void DriverWorld::add_script(const std::string& name,
                             const std::string& format,
                             const std::string& script) {
  const std::string image = settings.images_path + "/" + name;
  fs::create_directories(image);
  std::ofstream(image + "/run.sh") << "#!/bin/sh\n" << script << "\n";
  fs::permissions(image + "/run.sh", fs::perms(0755));
  std::ofstream(image + "/function.toml")
      << "command = [\"./run.sh\"]\nformat = \"" << format << "\"\n";
}

void DriverWorld::add_program(const std::string& name,
                              const std::string& format,
                              const std::string& program) {
  const std::string image = settings.images_path + "/" + name;
  fs::create_directories(image);
  fs::copy_file(program, image + "/program");
  fs::permissions(image + "/program", fs::perms(0755));
  std::ofstream(image + "/function.toml")
      << "command = [\"./program\"]\nformat = \"" << format << "\"\n";
}

StartedPtr DriverWorld::begin_start(const FunctionSetup& setup) {
  const auto result = std::make_shared<Started>();
  StartSink sink;
  sink.started = [result](std::unique_ptr<Container> container) {
    result->container = std::move(container);
  };
  sink.failed = [result](FunctionError error) {
    result->error = std::move(error);
  };
  sink.lost = [weak = std::weak_ptr<Started>(result)] {
    if (const auto lost = weak.lock()) {
      lost->lost = true;
    }
  };
  driver->start(setup, std::move(sink));
  return result;
}

CalledPtr DriverWorld::begin_call(Container& container, RunRequest request) {
  const auto called = std::make_shared<Called>();
  RunSink sink;
  sink.answered = [called](unsigned status, HttpHeaders headers, const BodyPipePtr& body) {
    called->status = status;
    called->headers = std::move(headers);
    collect(body, called);
  };
  sink.ended = [called](RunOutcome outcome) {
    called->outcome = std::move(outcome);
  };
  container.run(std::move(request), std::move(sink));
  return called;
}

StartedPtr DriverWorld::start(const FunctionSetup& setup) {
  StartedPtr started = begin_start(setup);
  if (!run_until([&] { return started->container || started->error; })) {
    started->error = FunctionError{0, "the start never ended"};
  }
  return started;
}

StartedPtr DriverWorld::start(const std::string& image) {
  return start(setup_of(image));
}

Called DriverWorld::call(Container& container, RunRequest request) {
  const CalledPtr called = begin_call(container, std::move(request));
  run_until([&] { return called->outcome.has_value(); });
  return *called;
}

Called DriverWorld::call(Container& container, const std::string& body) {
  return call(container, request_with(body));
}

bool DriverWorld::run_until(const std::function<bool()>& condition) {
  if (condition()) {
    return true;
  }
  bool met = false;
  LoopTimer timer(loop);
  timer.set_after(kPatience, [this] { loop.stop(); });
  LoopTimer tick(loop);
  const std::function<void()> look = [&] {
    met = condition();
    if (met) {
      loop.stop();
    } else {
      tick.set_after(std::chrono::milliseconds(1), look);
    }
  };
  look();
  loop.run();
  loop.io().restart();
  return met;
}

void DriverWorld::run_one() {
  loop.io().run_one();
}

std::vector<std::string> DriverWorld::leftovers() const {
  std::vector<std::string> names;
  std::error_code error;
  const std::string runner = settings.iofs_path + "/" + settings.runner_name;
  for (const auto& entry : fs::directory_iterator(runner, error)) {
    if (entry.path().filename() != "lock") {
      names.push_back(entry.path().filename());
    }
  }
  return names;
}

std::string echo_native() {
  return fs::read_symlink("/proc/self/exe").parent_path().parent_path() / "services/samples" /
         "echo-native";
}

RunRequest request_with(const std::string& body) {
  RunRequest request;
  request.call_id = "01CALL";
  request.deadline = "2030-01-01T00:00:00.000Z";
  request.timeout = kPatience;
  request.method = "POST";
  request.url = "http://localhost:8081/t/app/hello";
  request.type = "sync";
  request.headers = {{"Content-Type", "text/plain"}, {"X-Two", "a"}, {"X-Two", "b"}};
  request.body = whole_body(body);
  return request;
}

FunctionSetup setup_of(const std::string& image) {
  FunctionSetup setup;
  setup.app_id = "app-id";
  setup.app_name = "app";
  setup.fn_id = "fn-id";
  setup.fn_name = "hello";
  setup.image = image;
  return setup;
}

}  // namespace fn::services
