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

core::Result<App> sent_app(const ApiCall& call) {
  const auto body = parse_json(call.body);
  if (!body) {
    return tl::unexpected(body.error());
  }
  return app_from(*body);
}

ApiAnswer list(ApiCall& call) {
  const Page page = page_of(call.query);
  const auto apps = call.store.apps(query_value(call.query, "name"), page);
  if (!apps) {
    return tl::unexpected(apps.error());
  }
  const std::string next = next_cursor(*apps, [](const App& last) { return cursor_of(last.name); });
  Json items = Json::array();
  for (const App& app : apps->items) {
    items.push_back(v2_app(app));
  }
  return json_response(200, {{"next_cursor", next}, {"items", std::move(items)}});
}

ApiAnswer create(ApiCall& call) {
  auto app = sent_app(call);
  if (!app) {
    return tl::unexpected(app.error());
  }
  if (!app->id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "ID cannot be provided for App creation");
  }
  app->id = call.ids.next(call.now_ms);
  app->times = {call.now_ms, call.now_ms};
  const core::Status done = in_order([&] { return check_app_name(app->name, false); },
                                     [&] { return check(*app); },
                                     [&] { return call.store.insert(*app); });
  return answer_if(done, [&] { return json_response(200, v2_app(*app)); });
}

ApiAnswer show(ApiCall& call) {
  const auto app = call.store.app(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  return json_response(200, v2_app(*app));
}

ApiAnswer change(ApiCall& call) {
  const auto sent = sent_app(call);
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  if (!sent->id.empty() && sent->id != call.arguments[0]) {
    return core::fail(ErrorCode::kInvalidArgument, "App ID in path does not match ID in body");
  }
  auto kept = call.store.app(call.arguments[0]);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  if (!sent->name.empty() && sent->name != kept->name) {
    return core::fail(ErrorCode::kConflict, "Could not update - name is immutable");
  }
  const App before = *kept;
  merge(*kept, *sent);
  if (*kept != before) {
    kept->times.updated_ms = call.now_ms;
  }
  const core::Status done =
      in_order([&] { return check(*kept); }, [&] { return call.store.update(*kept); });
  return answer_if(done, [&] { return json_response(200, v2_app(*kept)); });
}

ApiAnswer remove(ApiCall& call) {
  return answer_if(call.store.remove_app(call.arguments[0]), [] {
    return HttpResponse{204, {}, ""};
  });
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v2/apps", false, list},
    ApiRoute{"POST", "/v2/apps", true, create},
    ApiRoute{"GET", "/v2/apps/:app_id", false, show},
    ApiRoute{"PUT", "/v2/apps/:app_id", true, change},
    ApiRoute{"DELETE", "/v2/apps/:app_id", true, remove},
};

}  // namespace

std::span<const ApiRoute> v2_app_routes() {
  return kRoutes;
}

}  // namespace fn::services
