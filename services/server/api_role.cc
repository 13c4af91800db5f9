// SPDX-License-Identifier: Apache-2.0

#include "services/server/api_role.h"

#include <chrono>
#include <utility>

namespace fn::services {
namespace {

constexpr std::size_t kBodyBytes = std::size_t{16} << 20;
constexpr core::Duration kLookAgain = std::chrono::milliseconds(10);

// From one role's loop to the API server's and back. A handler has one owner at a time: what it
// holds belongs to the asking thread and must not die on the other.
class PortWithin final : public ApiPort {
 public:
  PortWithin(Loop& asking, Loop& asked, ApiServer& server)
      : asking_(asking), asked_(asked), server_(server) {}

  void ask(HttpRequestHead head, std::string body, Handler handler) override {
    auto held = std::make_shared<Handler>(std::move(handler));
    asked_.post([&asking = asking_,
                 &server = server_,
                 head = std::move(head),
                 body = std::move(body),
                 held = std::move(held)]() mutable {
      server.submit(
          std::move(head),
          std::move(body),
          [&asking, held = std::move(held)](HttpResponse response) mutable {
            asking.post([held = std::move(held), response = std::move(response)]() mutable {
              std::exchange(*held, nullptr)(std::move(response));
            });
          });
    });
  }

 private:
  Loop& asking_;
  Loop& asked_;
  ApiServer& server_;
};

}  // namespace

ApiRole::ApiRole(const NodeConfig& config, Log& log, Metrics& metrics)
    : config_(config), log_(log), metrics_(metrics), http_metrics_(metrics, "api") {
  pages_.waits_for = [] {
    return std::string();
  };
  pages_.metrics = [this] {
    return metrics_.text();
  };
}

ApiRole::~ApiRole() {
  stop();
}

core::Status ApiRole::start() {
  ApiConfig api;
  api.db_url = config_.api.database_url;
  api.public_lb_url = config_.api.public_lb_url;
  api.version = FN_VERSION;
  api.on_error = [this](const std::string& line) {
    log_.error(line);
  };
  core::Result<std::unique_ptr<ApiHandler>> handler = ApiHandler::open(std::move(api));
  if (!handler) {
    return core::fail(handler.error().code, handler.error().message);
  }
  server_ = std::make_unique<ApiServer>(loop(), *std::move(handler));
  if (has_lb(config_.type)) {
    return {};  // the LB serves both
  }
  timer_ = std::make_unique<LoopTimer>(loop());
  http_ = std::make_unique<HttpServer>(
      loop(),
      config_.http,
      [this](const HttpExchangePtr& exchange) { serve(exchange); },
      [this](std::string_view method, unsigned status, core::Duration took) {
        http_metrics_.answered(method, status, took);
      });
  const auto port = http_->listen(config_.bind_address, config_.http_port);
  if (!port) {
    return core::fail(port.error().code, port.error().message);
  }
  log_.info("API server listens", {{"port", *port}, {"database", config_.api.database_url}});
  return {};
}

void ApiRole::serve(const HttpExchangePtr& exchange) {
  if (auto page = pages_.page(exchange->head())) {
    exchange->respond(*std::move(page));
    return;
  }
  if (path_of(exchange->head().target).starts_with("/r/")) {
    exchange->respond(
        not_served_here("Invoking routes /r/ is not supported on nodes configured as type API"));
    return;
  }
  read_whole(exchange->body(), kBodyBytes, [this, exchange](core::Result<std::string> body) {
    if (!body) {
      exchange->respond(json_response(413, R"({"message":"Request entity too large"})"));
      return;
    }
    server_->submit(exchange->head(), *std::move(body), [exchange](HttpResponse response) {
      exchange->respond(std::move(response));
    });
  });
}

std::unique_ptr<ApiPort> ApiRole::port_for(Loop& other) {
  return std::make_unique<PortWithin>(other, loop(), *server_);
}

void ApiRole::drain(std::function<void()> done) {
  loop().post([this, done = std::move(done)] {
    if (http_) {
      http_->drain();
    }
    wait_for_answers(done);
  });
}

// A write that is under way is acknowledged.
void ApiRole::wait_for_answers(const std::function<void()>& done) {
  if (!http_ || http_->connections() == 0) {
    done();
    return;
  }
  timer_->set_after(kLookAgain, [this, done] { wait_for_answers(done); });
}

void ApiRole::stopped() {
  http_.reset();
  server_.reset();
}

}  // namespace fn::services
