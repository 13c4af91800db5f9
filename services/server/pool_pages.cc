// SPDX-License-Identifier: Apache-2.0

#include "services/server/pool_pages.h"

#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "services/server/admin_pages.h"

namespace fn::services {
namespace {

using nlohmann::ordered_json;

constexpr std::string_view kPools = "/pools";

ordered_json members_of(const NpmGroup& group) {
  ordered_json members = ordered_json::array();
  for (const RosterEntry& runner : group.roster()) {
    members.push_back({{"number", runner.member.runner.value},
                       {"address", runner.address},
                       {"memory_mib", runner.member.memory_mib},
                       {"cpu_milli", runner.member.cpu_milli}});
  }
  return members;
}

ordered_json group_json(const NpmGroup& group) {
  const core::MergedRequirement& demand = group.machine().demand();
  const core::NodePoolManager::Counts counts = group.machine().counts();
  return {{"lb_group", group.name()},
          {"demand",
           {{"memory_mib", demand.memory_mib},
            {"cpu_milli", demand.cpu_milli},
            {"waiting_calls", demand.waiting_calls},
            {"oldest_wait_ms", demand.oldest_wait_ms},
            {"largest_waiting_mib", demand.largest_waiting_mib}}},
          {"runners",
           {{"requested", counts.requested},
            {"booting", counts.booting},
            {"active", counts.active},
            {"draining", counts.draining}}},
          {"generation", group.generation()},
          {"members", members_of(group)},
          {"apps", group.apps()},
          {"shortage", group.shortage()}};
}

std::string text_of(const ordered_json& page) {
  return page.dump(-1, ' ', false, ordered_json::error_handler_t::replace);
}

}  // namespace

std::optional<HttpResponse> pool_page(const HttpRequestHead& head,
                                      const NpmNode& node,
                                      const NpmReport& report) {
  const std::string_view path = path_of(head.target);
  const bool one =
      path.starts_with(kPools) && path.size() > kPools.size() + 1 && path[kPools.size()] == '/';
  if (path != kPools && !one) {
    return std::nullopt;
  }
  ordered_json groups = ordered_json::array();
  node.each_group([&](const NpmGroup& group) {
    if (!one || group.name() == path.substr(kPools.size() + 1)) {
      groups.push_back(group_json(group));
    }
  });
  if (!one) {
    return json_response(200, text_of({{"groups", std::move(groups)}}));
  }
  if (groups.empty()) {
    return json_response(404, R"({"message":"no LB group of that name is known"})");
  }
  ordered_json& page = groups.front();
  page["decisions"] = report.decisions(page["lb_group"].get<std::string>());
  return json_response(200, text_of(page));
}

}  // namespace fn::services
