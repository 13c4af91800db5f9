// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/blocking_engine.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <memory>
#include <nlohmann/json.hpp>
#include <system_error>
#include <thread>
#include <utility>

#include "services/runner/containers/docker/container_form.h"
#include "services/runner/containers/docker/container_freezer.h"

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr auto kAskTime = std::chrono::seconds(10);
constexpr auto kRemoveTime = std::chrono::seconds(60);
constexpr auto kComingTime = std::chrono::seconds(5);
constexpr int kComingRounds = 100;
constexpr auto kComingPause = std::chrono::milliseconds(20);
constexpr std::size_t kPiece = std::size_t{64} << 10;

EngineRequest removal_of(const std::string& id, core::Duration time) {
  return {.method = "DELETE", .target = "/containers/" + id + "?force=1&v=1", .time = time};
}

std::vector<std::string> ids_in(const std::string& list) {
  std::vector<std::string> ids;
  for (const Json& container : Json::parse(list, nullptr, false)) {
    if (container.is_object() && container.contains("Id") && container["Id"].is_string()) {
      ids.push_back(container["Id"].get<std::string>());
    }
  }
  return ids;
}

// A frozen process cannot be killed; the engine does not know that it is.
void thaw(const std::string& id, const core::Result<EngineAnswer>& inspected) {
  const Json json = Json::parse(inspected ? inspected->body : "", nullptr, false);
  const Json::json_pointer pid("/State/Pid");
  if (json.is_object() && json.contains(pid) && json[pid].is_number_integer()) {
    if (const auto freezer = ContainerFreezer::find(id, json[pid].get<std::int64_t>())) {
      static_cast<void>(freezer->thaw());
    }
  }
}

// Reads the file as the pipe's reader asks for it. REQUIRES: this thread may wait for the disk.
void feed(Loop& loop, const std::shared_ptr<std::ifstream>& file, const BodyPipePtr& pipe) {
  pipe->when_wanted([&loop, file, weak = std::weak_ptr<BodyPipe>(pipe)] {
    const BodyPipePtr wanting = weak.lock();
    if (!wanting) {
      return;
    }
    std::string bytes(kPiece, '\0');
    file->read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    bytes.resize(static_cast<std::size_t>(file->gcount()));
    if (bytes.empty()) {
      wanting->finish();
      return;
    }
    wanting->write(std::move(bytes));
    loop.post([&loop, file, wanting] { feed(loop, file, wanting); });
  });
}

}  // namespace

std::vector<core::Result<EngineAnswer>> BlockingEngine::ask_all(
    std::vector<EngineRequest> requests) {
  std::vector<core::Result<EngineAnswer>> answers(
      requests.size(), core::fail(core::ErrorCode::kUnavailable, "not asked"));
  std::size_t open = requests.size();
  if (open == 0) {
    return answers;
  }
  for (std::size_t at = 0; at < requests.size(); ++at) {
    client_.ask(std::move(requests[at]), [&, at](core::Result<EngineAnswer> answer) {
      answers[at] = std::move(answer);
      if (--open == 0) {
        loop_.stop();
      }
    });
  }
  loop_.run();
  return answers;
}

core::Result<EngineAnswer> BlockingEngine::ask(EngineRequest request) {
  std::vector<EngineRequest> one;
  one.push_back(std::move(request));
  return std::move(ask_all(std::move(one)).front());
}

core::Result<std::size_t> BlockingEngine::remove_once(const std::string& label) {
  const Json filters = {{"label", {std::string(kRunnerLabel) + "=" + label}}};
  const core::Result<EngineAnswer> list =
      ask({.method = "GET",
           .target = "/containers/json?all=1&filters=" + percent_encoded(filters.dump()),
           .time = kAskTime});
  if (!list) {
    return tl::unexpected(list.error());
  }
  const std::vector<std::string> ids = ids_in(list->body);
  std::vector<EngineRequest> questions;
  std::vector<EngineRequest> removals;
  for (const std::string& id : ids) {
    questions.push_back(
        {.method = "GET", .target = "/containers/" + id + "/json", .time = kAskTime});
    removals.push_back(removal_of(id, kRemoveTime));
  }
  const std::vector<core::Result<EngineAnswer>> inspected = ask_all(std::move(questions));
  for (std::size_t at = 0; at < ids.size(); ++at) {
    thaw(ids[at], inspected[at]);
  }
  for (const core::Result<EngineAnswer>& removed : ask_all(std::move(removals))) {
    if (!removed) {
      return tl::unexpected(removed.error());
    }
  }
  return ids.size();
}

// Some may be going already, at somebody else's word, and are still there when the engine says so.
core::Result<std::size_t> BlockingEngine::remove_labelled(const std::string& label) {
  const core::Result<std::size_t> first = remove_once(label);
  core::Result<std::size_t> left = first;
  for (int round = 0; left && *left > 0 && round < kComingRounds; ++round) {
    left = remove_once(label);
    if (left && *left > 0) {
      std::this_thread::sleep_for(kComingPause);
    }
  }
  return left ? first : left;
}

void BlockingEngine::remove_coming(const std::vector<std::string>& names) {
  std::vector<std::string> left = names;
  for (int round = 0; !left.empty() && round < kComingRounds; ++round) {
    std::vector<EngineRequest> removals;
    removals.reserve(left.size());
    for (const std::string& name : left) {
      removals.push_back(removal_of(name, kComingTime));
    }
    std::vector<std::string> missing;
    const std::vector<core::Result<EngineAnswer>> answers = ask_all(std::move(removals));
    for (std::size_t at = 0; at < left.size(); ++at) {
      if (answers[at] && answers[at]->status == 404) {
        missing.push_back(left[at]);
      }
    }
    left = std::move(missing);
    if (!left.empty()) {
      std::this_thread::sleep_for(kComingPause);
    }
  }
}

core::Status BlockingEngine::load_images(const std::string& path, core::Duration time) {
  std::error_code error;
  const std::uint64_t size = std::filesystem::file_size(path, error);
  auto file = std::make_shared<std::ifstream>(path, std::ios::binary);
  if (error || !*file) {
    return core::fail(core::ErrorCode::kNotFound,
                      "FN_DOCKER_LOAD_FILE " + path + " cannot be read: name a tarball of images");
  }
  auto tarball = std::make_shared<BodyPipe>();
  feed(loop_, file, tarball);
  const core::Result<EngineAnswer> loaded = ask({.method = "POST",
                                                 .target = "/images/load?quiet=1",
                                                 .time = time,
                                                 .tarball = tarball,
                                                 .length = size});
  if (!loaded) {
    return tl::unexpected(loaded.error());
  }
  if (!loaded->good() || loaded->body.find("\"error\"") != std::string::npos) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "FN_DOCKER_LOAD_FILE " + path + ": Docker does not take it: " +
                          (loaded->good() ? loaded->body : loaded->message()));
  }
  return {};
}

}  // namespace fn::services
