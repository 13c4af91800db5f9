// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <utility>

#include "services/api/api_call.h"
#include "services/api/listing.h"
#include "services/api/model_json.h"
#include "services/api/route_store.h"
#include "services/api/validation.h"

namespace fn::services {
namespace {

HttpResponse told(const char* message, const Route& route, const std::string& app_name) {
  return json_response(200, {{"message", message}, {"route", v1_route(route, app_name)}});
}

core::Result<Route> sent_route(const ApiCall& call, const char* missing) {
  const auto body = parse_json(call.body);
  if (!body) {
    return tl::unexpected(body.error());
  }
  const auto route = body->is_object() ? body->find("route") : body->end();
  if (route == body->end() || route->is_null()) {
    return core::fail(core::ErrorCode::kInvalidArgument, missing);
  }
  return route_from(*route);
}

// The app of the request, which creating a route creates where it is missing.
core::Result<App> app_for_route(ApiCall& call) {
  const std::string& name = call.arguments[0];
  auto app = call.store.app_by_name(name);
  if (app || app.error().code != core::ErrorCode::kNotFound) {
    return app;
  }
  App made;
  made.id = call.ids.next(call.now_ms);
  made.name = name;
  made.times = {call.now_ms, call.now_ms};
  const core::Status done =
      in_order([&] { return check_app_name(name, true); }, [&] { return call.store.insert(made); });
  if (!done) {
    return tl::unexpected(done.error());
  }
  return made;
}

ApiAnswer list(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  const Page page = page_of(call.query);
  const auto routes = call.store.routes(app->id, query_value(call.query, "image"), page);
  if (!routes) {
    return tl::unexpected(routes.error());
  }
  const std::string next =
      next_cursor(*routes, [](const Route& last) { return cursor_of(last.trigger.source); });
  Json items = Json::array();
  for (const Route& route : routes->items) {
    items.push_back(v1_route(route, app->name));
  }
  return json_response(200,
                       {{"message", "Successfully listed routes"},
                        {"next_cursor", next},
                        {"routes", std::move(items)}});
}

ApiAnswer create_as(ApiCall& call, Route route) {
  const auto app = app_for_route(call);
  if (!app) {
    return tl::unexpected(app.error());
  }
  return answer_if(create_route(call, *app, route),
                   [&] { return told("Route successfully created", route, app->name); });
}

ApiAnswer create(ApiCall& call) {
  auto route = sent_route(call, "Missing new route");
  if (!route) {
    return tl::unexpected(route.error());
  }
  return create_as(call, std::move(*route));
}

ApiAnswer show(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  const auto route = find_route(call, *app, call.arguments[1]);
  if (!route) {
    return tl::unexpected(route.error());
  }
  return told("Successfully loaded route", *route, app->name);
}

ApiAnswer change_as(ApiCall& call, const App& app, Route kept, const Route& sent) {
  return answer_if(change_route(call, kept, sent),
                   [&] { return told("Route successfully updated", kept, app.name); });
}

ApiAnswer change(ApiCall& call) {
  const auto sent = sent_route(call, "Missing route");
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  auto kept = find_route(call, *app, call.arguments[1]);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  return change_as(call, *app, std::move(*kept), *sent);
}

ApiAnswer put(ApiCall& call) {
  auto sent = sent_route(call, "Missing new route");
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  const auto app = app_for_route(call);
  if (!app) {
    return tl::unexpected(app.error());
  }
  auto kept = find_route(call, *app, call.arguments[1]);
  if (kept) {
    return change_as(call, *app, std::move(*kept), *sent);
  }
  if (kept.error().code != core::ErrorCode::kNotFound) {
    return tl::unexpected(kept.error());
  }
  const std::string path = clean_path(call.arguments[1]);
  if (!sent->trigger.source.empty() && clean_path(sent->trigger.source) != path) {
    return core::fail(core::ErrorCode::kConflict, "Could not update - path is immutable");
  }
  sent->trigger.source = path;
  return create_as(call, std::move(*sent));
}

ApiAnswer remove(ApiCall& call) {
  const auto app = call.store.app_by_name(call.arguments[0]);
  if (!app) {
    return tl::unexpected(app.error());
  }
  const auto route = find_route(call, *app, call.arguments[1]);
  if (!route) {
    return tl::unexpected(route.error());
  }
  return answer_if(remove_route(call, *route), [] {
    return json_response(200, {{"message", "Route deleted"}});
  });
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v1/apps/:app/routes", false, list},
    ApiRoute{"POST", "/v1/apps/:app/routes", true, create},
    ApiRoute{"GET", "/v1/apps/:app/routes/*route", false, show},
    ApiRoute{"PUT", "/v1/apps/:app/routes/*route", true, put},
    ApiRoute{"PATCH", "/v1/apps/:app/routes/*route", true, change},
    ApiRoute{"DELETE", "/v1/apps/:app/routes/*route", true, remove},
};

}  // namespace

std::span<const ApiRoute> v1_route_routes() {
  return kRoutes;
}

}  // namespace fn::services
