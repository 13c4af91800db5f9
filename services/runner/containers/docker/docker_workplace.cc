// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/docker/docker_workplace.h"

#include <utility>

#include "services/runner/containers/docker/container_form.h"
#include "services/runner/containers/iofs_socket.h"

namespace fn::services {

core::Result<std::unique_ptr<DockerWorkplace>> DockerWorkplace::make(DockerHostPtr host,
                                                                     FunctionSetup setup,
                                                                     std::string format) {
  std::unique_ptr<DockerWorkplace> place(
      new DockerWorkplace(std::move(host), std::move(setup), std::move(format)));
  if (place->format_ == "http-stream") {
    core::Result<DockerHost::IofsFolder> folder = place->host_->make_iofs();
    if (!folder) {
      return tl::unexpected(folder.error());
    }
    place->folder_ = std::move(*folder);
  }
  return place;
}

DockerWorkplace::DockerWorkplace(DockerHostPtr host, FunctionSetup setup, std::string format)
    : Workplace(host->loop(), host->settings().container),
      host_(std::move(host)),
      setup_(std::move(setup)),
      format_(std::move(format)) {}

DockerWorkplace::~DockerWorkplace() {
  kill();
  if (!folder_.here.empty()) {
    host_->remove_folder(folder_.here);
  }
}

core::Status DockerWorkplace::start(const Environment& further,
                                    Ends ends,
                                    std::function<void(const ProcessExit&)> exited) {
  const bool has_socket = !folder_.here.empty();
  const std::string listener =
      has_socket ? "unix:" + std::string(kIofsInside) + "/" + kSocketName : "";
  ContainerForm form;
  form.label = host_->label();
  form.socket_folder = folder_.at_engine;
  form.network = host_->networks().take();
  form.standard_streams = ends.input.valid() || ends.output.valid();
  EngineProcess::Plan plan;
  plan.image = setup_.image;
  plan.network = form.network;
  plan.form = container_form(setup_,
                             function_environment(setup_, format_, listener, {}, further),
                             form,
                             host_->settings());
  process_ = std::make_shared<EngineProcess>(
      host_,
      std::move(plan),
      EngineProcess::Handlers{[this](std::string_view bytes) { append_log(bytes); },
                              [this, exited = std::move(exited)](const ProcessExit& exit) {
                                process_.reset();
                                exited(exit);
                              }});
  process_->begin(std::move(ends));
  return {};
}

void DockerWorkplace::kill() {
  if (const auto process = std::exchange(process_, nullptr)) {
    process->kill();
  }
}

void DockerWorkplace::freeze() {
  if (process_) {
    process_->freeze();
  }
}

void DockerWorkplace::thaw() {
  if (process_) {
    process_->thaw();
  }
}

std::string DockerWorkplace::waits_for() const {
  return process_ ? process_->waits_for() : "";
}

}  // namespace fn::services
