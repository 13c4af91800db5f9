// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "services/api/api_call.h"
#include "services/api/listing.h"
#include "services/api/model_change.h"
#include "services/api/model_json.h"
#include "services/api/validation.h"

namespace fn::services {
namespace {

HttpResponse told(const char* message, const App& app) {
  return json_response(200, {{"message", message}, {"app", v1_app(app)}});
}

core::Result<App> sent_app(const ApiCall& call, const char* missing) {
  const auto body = parse_json(call.body);
  if (!body) {
    return tl::unexpected(body.error());
  }
  const auto app = body->is_object() ? body->find("app") : body->end();
  if (app == body->end() || app->is_null()) {
    return core::fail(core::ErrorCode::kInvalidArgument, missing);
  }
  return app_from(*app);
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
    items.push_back(v1_app(app));
  }
  return json_response(200,
                       {{"message", "Successfully listed applications"},
                        {"next_cursor", next},
                        {"apps", std::move(items)}});
}

ApiAnswer create(ApiCall& call) {
  auto app = sent_app(call, "Missing new application");
  if (!app) {
    return tl::unexpected(app.error());
  }
  app->id = call.ids.next(call.now_ms);
  app->times = {call.now_ms, call.now_ms};
  const core::Status done = in_order([&] { return check_app_name(app->name, true); },
                                     [&] { return check(*app); },
                                     [&] { return call.store.insert(*app); });
  return answer_if(done, [&] { return told("App successfully created", *app); });
}

ApiAnswer show(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  return told("Successfully loaded app", *app);
}

ApiAnswer change(ApiCall& call) {
  const auto sent = sent_app(call, "Missing app");
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  auto kept = call.store.app_by_name(call.arguments[0]);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  if (!sent->name.empty() && sent->name != kept->name) {
    return core::fail(core::ErrorCode::kConflict, "Could not update - name is immutable");
  }
  const App before = *kept;
  merge(*kept, *sent);
  if (*kept != before) {
    kept->times.updated_ms = call.now_ms;
  }
  const core::Status done =
      in_order([&] { return check(*kept); }, [&] { return call.store.update(*kept); });
  return answer_if(done, [&] { return told("App successfully updated", *kept); });
}

ApiAnswer remove(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  return answer_if(call.store.remove_app(app->id), [] {
    return json_response(200, {{"message", "App deleted"}});
  });
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v1/apps", false, list},
    ApiRoute{"POST", "/v1/apps", true, create},
    ApiRoute{"GET", "/v1/apps/:app", false, show},
    ApiRoute{"PATCH", "/v1/apps/:app", true, change},
    ApiRoute{"DELETE", "/v1/apps/:app", true, remove},
};

}  // namespace

std::span<const ApiRoute> v1_app_routes() {
  return kRoutes;
}

}  // namespace fn::services
