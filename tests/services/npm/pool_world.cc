// SPDX-License-Identifier: Apache-2.0
//
// Goal: see pool_world.h.

#include "tests/services/npm/pool_world.h"

#include <algorithm>
#include <utility>

#include "core/facts/fact_names.h"

namespace fn::services {
namespace {

core::RunnerConfig runner_config() {
  core::RunnerConfig config;
  config.group = core::GroupHandle{0};
  config.memory = core::MemoryMib{1024};
  config.cpu = core::MilliCpu{4000};
  return config;
}

// Keeps its answer, which nobody reads.
class HeldCall final : public OfferedCall {
 public:
  void accept() override {}

  void refuse(core::RefusalReason /*reason*/) override {}

  void answered(unsigned /*status*/, HttpHeaders /*headers*/, BodyPipePtr body) override {
    answer_ = std::move(body);
  }

  void finished(const RunOutcome& /*outcome*/, core::Duration, core::Duration) override {}

 private:
  BodyPipePtr answer_;
};

}  // namespace

bool wait_until(const std::function<bool()>& is_so) {
  const auto end = std::chrono::steady_clock::now() + kPatience;
  while (!is_so()) {
    if (std::chrono::steady_clock::now() > end) {
      return false;
    }
    std::this_thread::sleep_for(std::chrono::milliseconds(5));
  }
  return true;
}

TestRunner::TestRunner(int port) : driver_(make_null_driver()), port_(start(port)) {}

int TestRunner::start(int port) {
  return thread_.on([this, port] {
    node_ = std::make_unique<RunnerNode>(thread_.loop(), runner_config(), *driver_, observer_);
    service_ = std::make_unique<EngageService>(thread_.loop(), *node_);
    return service_->start("127.0.0.1:" + std::to_string(port), grpc::InsecureServerCredentials())
        .value();
  });
}

TestRunner::~TestRunner() {
  end_calls();
  thread_.stop();
  service_->close();
  node_->stop();
}

void TestRunner::hold_call() {
  thread_.on([this] {
    ParsedCall call;
    call.setup.fn_id = "echo";
    call.setup.image = "echo";
    call.setup.timeout = std::chrono::minutes(5);
    call.fields.id = "held";
    held_.push_back(std::make_shared<BodyPipe>());
    node_->offer(std::make_shared<HeldCall>(), std::move(call), "slot", held_.back());
  });
}

void TestRunner::end_calls() {
  thread_.on([this] {
    for (const BodyPipePtr& body : std::exchange(held_, {})) {
      body->finish();
    }
  });
}

bool TestRunner::draining() {
  return thread_.on([this] { return node_->draining(); });
}

std::string TestRunner::group() {
  return thread_.on([this] { return node_->lease().group; });
}

void NotedNpm::group_made(const std::string& group) {
  add("made " + group);
}

void NotedNpm::decided(const std::string& group,
                       const core::NpmFact& fact,
                       const std::string& address) {
  std::string line = group + " " + std::string(core::name_of(fact.kind()));
  if (fact.kind() == core::NpmFactKind::kRunnerChanged) {
    const auto change = fact.as<core::RunnerChanged>().change;
    line += " " + std::string(core::name_of(change)) + " " + std::string(core::reason_of(change)) +
            " " + address;
  } else if (fact.kind() == core::NpmFactKind::kEventIgnored) {
    line += " " + std::string(core::name_of(fact.as<core::NpmEventIgnored>().what));
  }
  add(std::move(line));
}

void NotedNpm::runner_removed(const std::string& group,
                              const std::string& address,
                              std::uint32_t calls_cut) {
  add(group + " gave back " + address + " cutting " + std::to_string(calls_cut));
}

void NotedNpm::warn(const std::string& message, const std::string& subject) {
  add("warning: " + message + " (" + subject + ")");
}

bool NotedNpm::has(const std::string& text) {
  return count(text) > 0;
}

std::size_t NotedNpm::count(const std::string& text) {
  const std::scoped_lock lock(mutex_);
  return static_cast<std::size_t>(std::ranges::count_if(
      lines_, [&](const std::string& line) { return line.find(text) != std::string::npos; }));
}

void NotedNpm::add(std::string line) {
  const std::scoped_lock lock(mutex_);
  lines_.push_back(std::move(line));
}

PoolWorld::PoolWorld(AllGroupSettings settings, std::vector<std::string> addresses) {
  const int port = thread_.on([&] {
    Loop& loop = thread_.loop();
    control_ = std::make_unique<RunnerControl>(loop, grpc::InsecureChannelCredentials());
    StaticProviderOptions options;
    options.addresses = std::move(addresses);
    options.look_every = std::chrono::milliseconds(100);
    provider_ = std::make_unique<StaticProvider>(loop, *control_, notes_, std::move(options));
    static std::uint32_t incarnation = 0;
    node_ = std::make_unique<NpmNode>(
        loop, *provider_, *control_, notes_, std::move(settings), ++incarnation);
    service_ = std::make_unique<PoolService>(loop, *node_);
    provider_->begin([this] { node_->begin(); });
    return service_->start("127.0.0.1:0", grpc::InsecureServerCredentials()).value();
  });
  channel_ =
      grpc::CreateChannel("127.0.0.1:" + std::to_string(port), grpc::InsecureChannelCredentials());
}

PoolWorld::~PoolWorld() {
  thread_.stop();
  service_->close();
  control_->close();
  node_.reset();
  provider_.reset();
}

core::NodePoolManager::Counts PoolWorld::counts(const std::string& group) {
  return thread_.on([&] { return node_->group(group).value()->machine().counts(); });
}

core::MergedRequirement PoolWorld::demand(const std::string& group) {
  return thread_.on([&] { return node_->group(group).value()->machine().demand(); });
}

core::Status PoolWorld::reconfigure(AllGroupSettings settings) {
  return thread_.on([&] { return node_->reconfigure(std::move(settings)); });
}

TestLb::TestLb(const std::shared_ptr<grpc::Channel>& channel, std::string id)
    : id_(std::move(id)), stub_(pool::v1::NodePool::NewStub(channel)) {
  follow_context_.set_wait_for_ready(true);
  advertise_context_.set_wait_for_ready(true);
  follow_ = stub_->Follow(&follow_context_);
  advertise_ = stub_->Advertise(&advertise_context_, &end_);
  thread_ = std::thread([this] { read(); });
}

TestLb::~TestLb() {
  follow_context_.TryCancel();
  advertise_context_.TryCancel();
  thread_.join();
  static_cast<void>(follow_->Finish());
  if (advertise_) {
    static_cast<void>(advertise_->Finish());
  }
}

void TestLb::follow(const std::string& group) {
  pool::v1::FollowRequest request;
  if (followed_.empty()) {
    request.set_lb_id(id_);
  }
  request.add_groups(group);
  {
    const std::scoped_lock lock(mutex_);
    followed_.push_back(group);
    groups_.emplace_back();
  }
  follow_->Write(request);
}

void TestLb::advertise(const std::string& group, std::uint32_t memory_mib) {
  pool::v1::Advertisement message;
  const auto known = std::ranges::find(advertised_, group);
  message.add_group(static_cast<std::uint32_t>(known - advertised_.begin()));
  if (known == advertised_.end()) {
    message.add_groups(group);
    advertised_.push_back(group);
  }
  message.add_memory_mib(memory_mib);
  send(std::move(message));
}

bool TestLb::send(pool::v1::Advertisement message) {
  if (!std::exchange(begun_, true)) {
    message.set_lb_id(id_);
  }
  if (message.sequence() == 0) {
    message.set_sequence(++sequence_);
  }
  return advertise_->Write(message);
}

void TestLb::report(const std::string& group, const std::string& address, bool rested) {
  pool::v1::Advertisement message;
  pool::v1::RunnerHealth& health = *message.add_health();
  health.set_group(
      static_cast<std::uint32_t>(std::ranges::find(advertised_, group) - advertised_.begin()));
  health.set_address(address);
  health.set_rested(rested);
  send(std::move(message));
}

grpc::Status TestLb::end_advertising() {
  advertise_->WritesDone();
  grpc::Status status = advertise_->Finish();
  advertise_.reset();
  return status;
}

TestLb::Group TestLb::group(const std::string& name) {
  const std::scoped_lock lock(mutex_);
  const auto at = std::ranges::find(followed_, name) - followed_.begin();
  return groups_[static_cast<std::size_t>(at)];
}

std::vector<std::string> TestLb::addresses(const std::string& name) {
  std::vector<std::string> addresses;
  for (const pool::v1::PoolRunner& runner : group(name).members) {
    addresses.push_back(runner.address());
  }
  return addresses;
}

void TestLb::read() {
  pool::v1::Membership message;
  while (follow_->Read(&message)) {
    const std::scoped_lock lock(mutex_);
    for (const pool::v1::GroupMembership& entry : message.groups()) {
      apply(entry);
    }
  }
}

void TestLb::apply(const pool::v1::GroupMembership& entry) {
  Group& group = groups_[entry.group()];
  ++group.messages;
  group.generation = entry.generation();
  group.refusal = entry.refusal();
  group.shortage = entry.shortage();
  group.apps.assign(entry.apps().begin(), entry.apps().end());
  if (entry.whole()) {
    group.members.clear();
  }
  const auto leave = [&group](const auto& numbers) {
    for (const std::uint32_t number : numbers) {
      std::erase_if(group.members,
                    [number](const auto& member) { return member.number() == number; });
    }
  };
  leave(entry.drained());
  leave(entry.lost());
  group.drained += static_cast<std::size_t>(entry.drained_size());
  group.lost += static_cast<std::size_t>(entry.lost_size());
  for (const pool::v1::PoolRunner& runner : entry.added()) {
    const auto known = std::ranges::find(
        group.members, runner.number(), [](const auto& member) { return member.number(); });
    if (known != group.members.end()) {
      *known = runner;
    } else {
      group.members.push_back(runner);
    }
  }
}

}  // namespace fn::services
