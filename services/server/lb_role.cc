// SPDX-License-Identifier: Apache-2.0

#include "services/server/lb_role.h"

#include <algorithm>
#include <chrono>
#include <random>
#include <utility>
#include <vector>

#include "services/base/clock.h"
#include "services/base/id_maker.h"
#include "services/lb/http_api_port.h"

namespace fn::services {
namespace {

constexpr std::size_t kForwardedBytes = std::size_t{16} << 20;
constexpr core::Duration kAskAgain = std::chrono::seconds(1);
constexpr core::Duration kLookAgain = std::chrono::milliseconds(50);

// Each LB draws differently: placers that draw would send all their calls to the same runners.
std::uint64_t random_seed() {
  std::random_device device;
  return std::uint64_t{device()} << 32U | device();
}

bool is_management(std::string_view path) {
  return path == "/v1" || path == "/v2" || path.starts_with("/v1/") || path.starts_with("/v2/");
}

}  // namespace

LbRole::LbRole(const NodeConfig& config, Log& log, Metrics& metrics, Within within)
    : config_(config),
      log_(log),
      metrics_(metrics),
      within_(std::move(within)),
      http_metrics_(metrics, "lb"),
      calls_(config.lb.remembered_calls) {
  shards_->push_back(this);
  pages_.waits_for = [this]() -> std::string {
    if (draining_) {
      return "its end";
    }
    return api_answers_ ? "" : "the API server at " + config_.lb.api_url;
  };
  pages_.metrics = [this] {
    return metrics_.text();
  };
}

LbRole::~LbRole() {
  stop();
}

void LbRole::join(LbRole& first) {
  shards_ = first.shards_;
  shards_->push_back(this);
  port_ = first.port_;
}

core::Status LbRole::start() {
  core::Status status = connect_runners();
  status = status ? connect_api() : status;
  if (!status) {
    return status;
  }
  CatalogLimits limits;
  limits.age = config_.lb.catalogue_age;
  limits.timeout = config_.lb.api_timeout;
  catalog_ = std::make_unique<FnCatalog>(loop(), *api_, limits);
  InvokeOptions options;
  options.detached_body_bytes = config_.lb.replay_bytes;
  front_ = std::make_unique<InvokeFront>(loop(), *catalog_, *pools_, options);
  logs_ = std::make_unique<CallLogFront>(
      calls_, *links_, [this](core::RunnerHandle runner) { return links_->address(runner); });
  timer_ = std::make_unique<LoopTimer>(loop());
  http_ = std::make_unique<HttpServer>(
      loop(),
      config_.http,
      [this](const HttpExchangePtr& exchange) { serve(exchange); },
      [this](std::string_view method, unsigned code, core::Duration took) {
        http_metrics_.answered(method, code, took);
      });
  const bool is_first = shards_->front() == this;
  const auto port = http_->listen(
      config_.bind_address, is_first ? config_.http_port : port_, config_.lb.shards > 1);
  if (!port) {
    return core::fail(port.error().code, port.error().message);
  }
  port_ = *port;
  if (is_first) {
    log_.info("Fn serving on `:" + std::to_string(port_) + "`",
              {{"type", name_of(config_.type)}, {"port", port_}, {"shards", config_.lb.shards}});
  }
  ask_for_api();
  return {};
}

core::Status LbRole::connect_runners() {
  const CertificateFiles files{config_.tls.certificate, config_.tls.key, config_.tls.authority};
  const auto credentials = channel_credentials(files);
  if (!credentials) {
    return core::fail(credentials.error().code, credentials.error().message);
  }
  links_ = std::make_unique<RunnerLinks>(loop(), *credentials);
  budget_ = std::make_unique<BodyBudget>(config_.lb.buffer_bytes / config_.lb.shards);
  pools_ = std::make_unique<LbPools>(
      LbPools::Parts{.loop = loop(),
                     .port = *links_,
                     .runners = *links_,
                     .budget = *budget_,
                     .body = {config_.lb.replay_bytes, config_.lb.replay_wait},
                     .config = config_.placing,
                     .seed = random_seed(),
                     .observe = [this](const std::string& group) -> std::unique_ptr<LbObserver> {
                       return std::make_unique<LbReport>(metrics_, log_, calls_, group);
                     }});
  if (config_.lb.npm_address.empty() || within_.runner) {
    use_static_runners();
  } else {
    use_npm(*credentials);
  }
  if (!files.given() && !within_.runner && shards_->front() == this) {
    log_.warn("Created insecure grpc connection",
              {{"remedy", "give FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY"}});
  }
  return {};
}

void LbRole::use_static_runners() {
  std::vector<core::Member> members;
  if (within_.runner) {
    members.push_back({links_->add("this process", within_.runner)});
  }
  for (const std::string& address : listed_addresses(config_.lb.runner_addresses)) {
    members.push_back({links_->add(address)});
  }
  if (!within_.runner && shards_->front() == this) {
    log_.info("Starting static runner pool", {{"runners", config_.lb.runner_addresses}});
    log_.warn("the static runner pool is one for all: FN_LB_GROUP_ID is ignored");
  }
  pools_->use_static(members);
}

// Calls wait for it, and it is waited for again and again; runners that are known stay in use.
void LbRole::use_npm(const std::shared_ptr<grpc::ChannelCredentials>& credentials) {
  const std::string& address = config_.lb.npm_address;
  if (shards_->front() == this) {
    log_.info("Creating new NPM client", {{"npm", address}});
  }
  npm_ = std::make_unique<PoolClient>(
      loop(),
      credentials,
      address,
      IdMaker::random().next(wall_now_ns() / 1'000'000),
      PoolClient::Sink{
          [this](const std::string& group, const GroupPool& pool) {
            log_membership(group, pool);
            pools_->changed(group, pool);
          },
          [this](bool connected, const std::string& why) {
            if (connected) {
              log_.info("the node pool manager answers", {{"npm", config_.lb.npm_address}});
            } else {
              log_.warn(
                  "the node pool manager cannot be reached: groups keep the "
                  "runners that they have",
                  {{"error", why}});
            }
          }});
  pools_->use(*npm_);
}

void LbRole::log_membership(const std::string& group, const GroupPool& pool) {
  std::string runners;
  for (const PoolMember& member : pool.members) {
    (runners += runners.empty() ? "" : ",") += member.address;
  }
  log_.info("Refreshed runners",
            {{"lb_group", group}, {"runners", runners}, {"generation", pool.generation}});
  if (!pool.refusal.empty() || !pool.shortage.empty()) {
    log_.warn(pool.refusal.empty() ? pool.shortage : pool.refusal, {{"lb_group", group}});
  }
}

core::Status LbRole::connect_api() {
  if (within_.api) {
    api_ = within_.api(loop());
    return {};
  }
  auto port = make_http_api_port(loop(), config_.lb.api_url);
  if (!port) {
    return core::fail(port.error().code, port.error().message);
  }
  api_ = *std::move(port);
  return {};
}

// Until it answers, so that the log and /readyz say what is waited for.
void LbRole::ask_for_api() {
  api_->ask({"GET", "/version", {}}, {}, [this](const core::Result<HttpResponse>& response) {
    if (response) {
      api_answers_ = true;
      if (!within_.api && shards_->front() == this) {
        log_.info("the API server answers", {{"url", config_.lb.api_url}});
      }
      return;
    }
    if (draining_) {
      return;  // the timer now looks for the end of calls
    }
    log_.warn("waiting for the API server",
              {{"url", config_.lb.api_url}, {"error", response.error().message}});
    timer_->set_after(kAskAgain, [this] { ask_for_api(); });
  });
}

void LbRole::serve(const HttpExchangePtr& exchange) {
  if (front_->take(exchange)) {
    return;
  }
  const HttpRequestHead& head = exchange->head();
  if (std::optional<LogRequest> question = log_request_of(head)) {
    const std::uint64_t number = ++log_numbers_;
    asked_logs_.emplace(number, AskedLog{exchange, *std::move(question)});
    find_log(number);
    return;
  }
  if (is_management(path_of(head.target))) {
    forward(exchange);
  } else if (auto page = pages_.page(head)) {
    exchange->respond(*std::move(page));
  } else {
    exchange->respond(no_such_path(head));
  }
}

// Here, or at the next shard that was not asked, or nowhere: then the API server says what is
// wrong.
void LbRole::find_log(std::uint64_t number) {
  AskedLog& log = asked_logs_.at(number);
  const auto found = [this, number](HttpResponse response) {
    log_found(number, std::move(response));
  };
  if (log.asked == 0 && logs_->answer(log.question, found)) {
    return;
  }
  if (log.asked < shards_->size() && (*shards_)[log.asked] == this) {
    ++log.asked;
  }
  if (log.asked < shards_->size()) {
    ask_shard_for_log(number);
    return;
  }
  forward(log.exchange);
  asked_logs_.erase(number);
}

// Only the question and the answer go from thread to thread.
void LbRole::ask_shard_for_log(std::uint64_t number) {
  AskedLog& log = asked_logs_.at(number);
  LbRole* const other = (*shards_)[log.asked++];
  other->loop().post([this, other, number, question = log.question] {
    const bool known = other->logs_->answer(question, [this, number](HttpResponse response) {
      loop().post([this, number, response = std::move(response)]() mutable {
        log_found(number, std::move(response));
      });
    });
    if (!known) {
      loop().post([this, number] { find_log(number); });
    }
  });
}

void LbRole::log_found(std::uint64_t number, HttpResponse response) {
  const auto log = asked_logs_.find(number);
  log->second.exchange->respond(std::move(response));
  asked_logs_.erase(log);
}

void LbRole::forward(const HttpExchangePtr& exchange) {
  read_whole(exchange->body(), kForwardedBytes, [this, exchange](core::Result<std::string> body) {
    if (!body) {
      exchange->respond(json_response(413, R"({"message":"Request entity too large"})"));
      return;
    }
    HttpRequestHead head;
    head.method = exchange->head().method;
    head.target = exchange->head().target;
    for (const auto& [name, value] : exchange->head().headers) {
      if (!is_hop_by_hop(name) && !same_word(name, "Content-Length") &&
          !same_word(name, "Expect")) {
        head.headers.emplace_back(name, value);
      }
    }
    const std::string_view host = find_header(head.headers, "Host");
    if (find_header(head.headers, "X-Forwarded-Host").empty() && !host.empty()) {
      head.headers.emplace_back("X-Forwarded-Host", host);
    }
    if (find_header(head.headers, "X-Forwarded-Proto").empty()) {
      head.headers.emplace_back("X-Forwarded-Proto", "http");
    }
    api_->ask(std::move(head), *std::move(body), [exchange](core::Result<HttpResponse> response) {
      if (!response) {
        exchange->respond(json_response(503, R"({"message":"the API server cannot be reached"})"));
        return;
      }
      std::erase_if(response->headers, [](const HttpHeader& header) {
        return is_hop_by_hop(header.first) || same_word(header.first, "Content-Length") ||
               same_word(header.first, "Date");
      });
      exchange->respond(*std::move(response));
    });
  });
}

void LbRole::drain(std::function<void()> done) {
  loop().post([this, done = std::move(done)] {
    draining_ = true;
    front_->drain();
    http_->drain();
    wait_for_calls(done);
  });
}

void LbRole::wait_for_calls(const std::function<void()>& done) {
  if (pools_->calls() == 0 && http_->connections() == 0) {
    done();
    return;
  }
  timer_->set_after(kLookAgain, [this, done] { wait_for_calls(done); });
}

void LbRole::stopped() {
  asked_logs_.clear();
  http_.reset();
  front_.reset();
  logs_.reset();
  catalog_.reset();
  api_.reset();
  if (npm_) {
    npm_->close();
  }
  pools_.reset();
  links_->close();
}

}  // namespace fn::services
