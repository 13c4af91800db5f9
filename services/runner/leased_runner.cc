// SPDX-License-Identifier: Apache-2.0

#include "services/runner/leased_runner.h"

#include <string_view>
#include <utility>

#include "proto/pool.pb.h"

#include "core/capacity/requirement.h"

namespace fn::services {
namespace {

namespace wire = pool::v1;

constexpr std::string_view kService = "/fn.pool.v1.LeasedRunner/";

std::string report_of(const RunnerNode& node) {
  const RunnerCounts counts = node.counts();
  wire::RunnerReport report;
  report.set_ready(!node.draining());
  report.set_draining(node.draining());
  report.set_calls(counts.held);
  report.set_containers(counts.containers);
  report.set_memory_mib(core::clamp_to_u32(node.memory().value));
  report.set_cpu_milli(core::clamp_to_u32(node.cpu().value));
  report.set_used_memory_mib(core::clamp_to_u32(counts.container_mib));
  report.set_group(node.lease().group);
  report.set_lease(node.lease().number);
  return report.SerializeAsString();
}

using Done = std::function<void(const grpc::Status& status, const std::string& bytes)>;

grpc::Status not_a(const char* message) {
  return {grpc::StatusCode::INVALID_ARGUMENT, std::string("expected a ") + message};
}

void drain(RunnerNode& node, const std::string& bytes, const Done& done) {
  wire::DrainRequest request;
  if (!request.ParseFromString(bytes)) {
    done(not_a("DrainRequest"), "");
    return;
  }
  node.leave(request.drain(), [number = request.drain(), done](bool idle) {
    wire::DrainEnded ended;
    ended.set_drain(number);
    ended.set_idle(idle);
    done(grpc::Status::OK, ended.SerializeAsString());
  });
}

void lease(RunnerNode& node, const std::string& bytes, const Done& done) {
  wire::LeaseRequest request;
  if (!request.ParseFromString(bytes)) {
    done(not_a("LeaseRequest"), "");
    return;
  }
  node.set_lease({request.group(), request.lease()});
  done(grpc::Status::OK, report_of(node));
}

}  // namespace

bool answer_leased(RunnerNode& node,
                   const std::string& method,
                   const std::string& request,
                   const Done& done) {
  if (!method.starts_with(kService)) {
    return false;
  }
  const std::string_view name = std::string_view(method).substr(kService.size());
  if (name == "Report") {
    done(grpc::Status::OK, report_of(node));
  } else if (name == "Lease") {
    lease(node, request, done);
  } else if (name == "Drain") {
    drain(node, request, done);
  } else if (name == "Revive") {
    node.revive();
    done(grpc::Status::OK, report_of(node));
  } else if (name == "RemoveContainers") {
    if (node.remove_containers()) {
      done(grpc::Status::OK, report_of(node));
    } else {
      done({grpc::StatusCode::FAILED_PRECONDITION, "it holds calls"}, "");
    }
  } else {
    return false;
  }
  return true;
}

}  // namespace fn::services
