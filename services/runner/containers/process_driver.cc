// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/process_driver.h"

#include <map>
#include <utility>

#include "services/runner/containers/container_host.h"
#include "services/runner/containers/image_folder.h"
#include "services/runner/containers/process_container.h"
#include "services/runner/containers/process_workplace.h"

namespace fn::services {
namespace {

class ProcessDriver final : public ContainerDriver {
 public:
  explicit ProcessDriver(ContainerHostPtr host) : host_(std::move(host)) {}

  std::uint64_t start(const FunctionSetup& setup, StartSink sink) override {
    const std::uint64_t token = ++last_;
    core::Result<std::unique_ptr<ProcessContainer>> made = make(setup);
    if (!made) {
      sink.failed(start_error(made.error()));
      return token;
    }
    ProcessContainer& container = **made;
    starting_[token] = {std::move(*made), std::move(sink.started), std::move(sink.failed)};
    container.begin([this, token](std::optional<FunctionError> error) { ready(token, error); },
                    std::move(sink.lost));
    return token;
  }

  void cancel(std::uint64_t token) override { starting_.erase(token); }

  [[nodiscard]] std::string description() const override {
    const std::string memory =
        host_->groups().has(Controller::kMemory) ? "" : "; memory is looked at each 100 ms";
    return "process: " + host_->sandbox().description() + "; " + host_->groups().description() +
           memory;
  }

 private:
  struct Starting {
    std::unique_ptr<ProcessContainer> container;
    std::function<void(std::unique_ptr<Container>)> started;
    std::function<void(FunctionError)> failed;
  };

  core::Result<std::unique_ptr<ProcessContainer>> make(const FunctionSetup& setup) {
    core::Result<ImageFolder> image = find_image(host_->settings().images_path, setup.image);
    if (!image) {
      return tl::unexpected(image.error());
    }
    const std::string format = format_of(setup.format, image->format);
    if (core::Status known = check_format(format); !known) {
      return tl::unexpected(known.error());
    }
    core::Result<std::unique_ptr<ProcessWorkplace>> place =
        ProcessWorkplace::make(host_, setup, std::move(*image), format);
    if (!place) {
      return tl::unexpected(place.error());
    }
    return make_process_container(format, std::move(*place));
  }

  void ready(std::uint64_t token, std::optional<FunctionError>& error) {
    auto node = starting_.extract(token);
    if (node.empty()) {
      return;
    }
    Starting& starting = node.mapped();
    if (error) {
      error->log = starting.container->log_of("");
      starting.container.reset();
      starting.failed(std::move(*error));
    } else {
      starting.started(std::move(starting.container));
    }
  }

  ContainerHostPtr host_;
  std::uint64_t last_ = 0;
  std::map<std::uint64_t, Starting> starting_;
};

}  // namespace

core::Result<std::unique_ptr<ContainerDriver>> make_process_driver(Loop& loop,
                                                                   Launcher& launcher,
                                                                   ContainerSettings settings) {
  core::Result<ContainerHostPtr> host = ContainerHost::open(loop, launcher, std::move(settings));
  if (!host) {
    return tl::unexpected(host.error());
  }
  return std::unique_ptr<ContainerDriver>(new ProcessDriver(std::move(*host)));
}

}  // namespace fn::services
