// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/docker_driver.h"

#include <map>
#include <utility>

#include "services/runner/containers/docker/docker_host.h"
#include "services/runner/containers/docker/docker_workplace.h"
#include "services/runner/containers/process_container.h"

namespace fn::services {
namespace {

class DockerDriver final : public ContainerDriver {
 public:
  explicit DockerDriver(DockerHostPtr host) : host_(std::move(host)) {}

  std::uint64_t start(const FunctionSetup& setup, StartSink sink) override {
    const std::uint64_t token = ++last_;
    const std::string format = format_of(setup.format, "");
    if (core::Status known = check_format(format); !known) {
      sink.failed(start_error(known.error()));
      return token;
    }
    starting_[token] = {setup, format, std::move(sink), nullptr};
    host_->images().need(
        setup.image,
        [this, life = std::weak_ptr<const bool>(life_), token](std::optional<FunctionError> error) {
          if (!life.expired()) {
            image_is_there(token, std::move(error));
          }
        });
    return token;
  }

  void cancel(std::uint64_t token) override { starting_.erase(token); }

  [[nodiscard]] std::string description() const override { return host_->description(); }

 private:
  struct Starting {
    FunctionSetup setup;
    std::string format;
    StartSink sink;
    std::unique_ptr<ProcessContainer> container;
  };

  void image_is_there(std::uint64_t token, std::optional<FunctionError> error) {
    const auto found = starting_.find(token);
    if (found == starting_.end()) {
      return;
    }
    if (error) {
      fail(token, std::move(*error));
      return;
    }
    Starting& starting = found->second;
    core::Result<std::unique_ptr<DockerWorkplace>> place =
        DockerWorkplace::make(host_, std::move(starting.setup), starting.format);
    if (!place) {
      fail(token, start_error(place.error()));
      return;
    }
    starting.container = make_process_container(starting.format, std::move(*place));
    ProcessContainer& container = *starting.container;
    container.begin([this, token](std::optional<FunctionError> why) { ready(token, why); },
                    std::move(starting.sink.lost));
  }

  void ready(std::uint64_t token, std::optional<FunctionError>& error) {
    if (error) {
      fail(token, std::move(*error));
    } else if (auto node = starting_.extract(token)) {
      node.mapped().sink.started(std::move(node.mapped().container));
    }
  }

  void fail(std::uint64_t token, FunctionError error) {
    if (auto node = starting_.extract(token)) {
      Starting& starting = node.mapped();
      if (starting.container) {
        error.log = starting.container->log_of("");
        starting.container.reset();
      }
      starting.sink.failed(std::move(error));
    }
  }

  DockerHostPtr host_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Starting> starting_;
  std::shared_ptr<const bool> life_ = std::make_shared<const bool>(true);
};

}  // namespace

core::Result<std::unique_ptr<ContainerDriver>> make_docker_driver(Loop& loop,
                                                                  DockerDriverSettings settings) {
  core::Result<DockerHostPtr> host = DockerHost::open(loop, std::move(settings));
  if (!host) {
    return tl::unexpected(host.error());
  }
  return std::unique_ptr<ContainerDriver>(new DockerDriver(std::move(*host)));
}

}  // namespace fn::services
