// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "services/api/api_call.h"
#include "services/api/listing.h"
#include "services/api/model_change.h"
#include "services/api/model_json.h"
#include "services/api/validation.h"

namespace fn::services {
namespace {

using core::ErrorCode;

core::Result<Trigger> sent_trigger(const ApiCall& call) {
  const auto body = parse_json(call.body);
  if (!body) {
    return tl::unexpected(body.error());
  }
  return trigger_from(*body);
}

// The trigger as clients see it; its endpoint names the app.
ApiAnswer told(ApiCall& call, const Trigger& trigger) {
  const auto app = call.store.app(trigger.app_id);
  if (!app) {
    return tl::unexpected(app.error());
  }
  return json_response(200, v2_trigger(trigger, app->name, call.base_url));
}

core::Status check_owners(ApiCall& call, const Trigger& trigger) {
  if (trigger.app_id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "Missing App ID on Trigger");
  }
  if (trigger.fn_id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "Missing Fn ID on Trigger");
  }
  if (const auto app = call.store.app(trigger.app_id); !app) {
    return tl::unexpected(app.error());
  }
  const auto fn = call.store.fn(trigger.fn_id);
  if (!fn) {
    return tl::unexpected(fn.error());
  }
  if (fn->app_id != trigger.app_id) {
    return core::fail(ErrorCode::kInvalidArgument, "Invalid Fn ID - not owned by specified app");
  }
  return {};
}

ApiAnswer list(ApiCall& call) {
  const Page page = page_of(call.query);
  const TriggerFilter filter = {query_value(call.query, "app_id"),
                                query_value(call.query, "fn_id"),
                                query_value(call.query, "name")};
  if (filter.app_id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "Missing App ID on Trigger");
  }
  const auto triggers = call.store.triggers(filter, page);
  if (!triggers) {
    return tl::unexpected(triggers.error());
  }
  const std::string next =
      next_cursor(*triggers, [](const Trigger& last) { return cursor_of(last.name, last.id); });
  Json items = Json::array();
  if (!triggers->items.empty()) {
    const auto app = call.store.app(filter.app_id);
    if (!app) {
      return tl::unexpected(app.error());
    }
    for (const Trigger& trigger : triggers->items) {
      items.push_back(v2_trigger(trigger, app->name, call.base_url));
    }
  }
  return json_response(200, {{"next_cursor", next}, {"items", std::move(items)}});
}

ApiAnswer create(ApiCall& call) {
  auto trigger = sent_trigger(call);
  if (!trigger) {
    return tl::unexpected(trigger.error());
  }
  if (!trigger->id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "ID cannot be provided for Trigger creation");
  }
  trigger->id = call.ids.next(call.now_ms);
  trigger->route_type = "sync";
  trigger->times = {call.now_ms, call.now_ms};
  const core::Status done = in_order([&] { return check(*trigger); },
                                     [&] { return check_owners(call, *trigger); },
                                     [&] { return call.store.insert(*trigger); });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return told(call, *trigger);
}

ApiAnswer show(ApiCall& call) {
  const auto trigger = call.store.trigger(call.arguments[0]);
  if (!trigger) {
    return tl::unexpected(trigger.error());
  }
  return told(call, *trigger);
}

ApiAnswer change(ApiCall& call) {
  const auto sent = sent_trigger(call);
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  if (!sent->id.empty() && sent->id != call.arguments[0]) {
    return core::fail(ErrorCode::kInvalidArgument, "ID in path does not match ID in body");
  }
  auto kept = call.store.trigger(call.arguments[0]);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  if (!sent->app_id.empty() && sent->app_id != kept->app_id) {
    return core::fail(ErrorCode::kInvalidArgument, "Invalid Fn ID - not owned by specified app");
  }
  const Trigger before = *kept;
  merge(*kept, *sent);
  if (*kept != before) {
    kept->times.updated_ms = call.now_ms;
  }
  const core::Status done = in_order([&] { return check(*kept); },
                                     [&] { return check_owners(call, *kept); },
                                     [&] { return call.store.update(*kept); });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return told(call, *kept);
}

ApiAnswer remove(ApiCall& call) {
  return answer_if(call.store.remove_trigger(call.arguments[0]), [] {
    return HttpResponse{204, {}, ""};
  });
}

ApiAnswer find_by_source(ApiCall& call) {
  if (const auto app = call.store.app(call.arguments[0]); !app) {
    return tl::unexpected(app.error());
  }
  const std::string& rest = call.arguments[2];
  auto trigger = call.store.trigger_by_source(call.arguments[0], call.arguments[1], "/" + rest);
  if (!trigger && rest.starts_with('/')) {
    // The source was sent as one encoded piece.
    trigger = call.store.trigger_by_source(call.arguments[0], call.arguments[1], rest);
  }
  if (!trigger) {
    return tl::unexpected(trigger.error());
  }
  return told(call, *trigger);
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v2/triggers", false, list},
    ApiRoute{"POST", "/v2/triggers", true, create},
    ApiRoute{"GET", "/v2/triggers/:trigger_id", false, show},
    ApiRoute{"PUT", "/v2/triggers/:trigger_id", true, change},
    ApiRoute{"DELETE", "/v2/triggers/:trigger_id", true, remove},
    ApiRoute{"GET", "/v2/runner/apps/:app_id/triggerBySource/:type/*source", false, find_by_source},
};

}  // namespace

std::span<const ApiRoute> v2_trigger_routes() {
  return kRoutes;
}

}  // namespace fn::services
