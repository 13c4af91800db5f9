// SPDX-License-Identifier: Apache-2.0
//
// ImageStore: the engine's images as a runner sees them. An image that is there is never pulled
// and, once seen, not asked for again; pulls of one image at the same time are one.

#pragma once

#include <functional>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "core/base/time.h"
#include "services/runner/container.h"
#include "services/runner/containers/docker/engine_client.h"
#include "services/runner/containers/docker/registry_auth.h"

namespace fn::services {

class ImageStore {
 public:
  // Called once: nothing when the image is there, or why it is not.
  using Handler = std::function<void(std::optional<FunctionError> error)>;

  // `ask_time` is for a question, `pull_time` for a pull. The client outlives the store.
  ImageStore(EngineClient& engine,
             RegistryAuth auth,
             core::Duration ask_time,
             core::Duration pull_time);

  // Calls the handler at once if the image was seen. 400: no name of an image; 504: too slow a
  // pull; a registry's 4xx; 502 for other failures of a pull; 503 for those of the engine.
  void need(const std::string& image, Handler handler);

  // It is gone after all.
  void forget(const std::string& image) { seen_.erase(image); }

 private:
  void pull(const std::string& image);
  void end(const std::string& image, const std::optional<FunctionError>& error);

  EngineClient& engine_;
  RegistryAuth auth_;
  core::Duration ask_time_;
  core::Duration pull_time_;
  std::set<std::string> seen_;
  std::map<std::string, std::vector<Handler>> waiting_;
};

// Why a pull that was answered with these lines of JSON failed; nothing: it did not.
std::optional<FunctionError> pull_error(const std::string& image, const EngineAnswer& answer);

// "hello" as "hello:latest": without a tag the engine would pull all of them.
std::string with_tag(const std::string& image);

// Whether it can be the name of an image at all: nothing that leads elsewhere within a target.
bool is_image_name(const std::string& image);

}  // namespace fn::services
