// SPDX-License-Identifier: Apache-2.0
//
// BlockingEngine: an engine asked from a thread that may wait, before a runner's loop runs and
// after it has ended.

#pragma once

#include <string>
#include <vector>

#include "core/base/result.h"
#include "services/base/loop.h"
#include "services/runner/containers/docker/engine_client.h"

namespace fn::services {

class BlockingEngine {
 public:
  explicit BlockingEngine(const std::string& socket) : client_(loop_, socket) {}

  [[nodiscard]] core::Result<EngineAnswer> ask(EngineRequest request);

  // Sends them all and waits for all; the answers are in the order of the requests.
  [[nodiscard]] std::vector<core::Result<EngineAnswer>> ask_all(
      std::vector<EngineRequest> requests);

  // Removes all containers with this label and waits for it; how many there were.
  core::Result<std::size_t> remove_labelled(const std::string& label);

  // Removes containers that the engine may not have come to create yet; gives them a moment to
  // come.
  void remove_coming(const std::vector<std::string>& names);

  // Hands a tarball of images to the engine.
  core::Status load_images(const std::string& path, core::Duration time);

 private:
  core::Result<std::size_t> remove_once(const std::string& label);

  Loop loop_;
  EngineClient client_;
};

}  // namespace fn::services
