// SPDX-License-Identifier: Apache-2.0

#include "services/api/route_store.h"

#include <cstddef>
#include <utility>

#include "services/api/model_change.h"
#include "services/api/validation.h"

namespace fn::services {
namespace {

using core::ErrorCode;

constexpr const char* kHttp = "http";

// "/users/list.json" is made by a function "users-list-json".
std::string name_after(const std::string& path) {
  constexpr std::size_t kLimit = 240;  // room for a number
  std::string name;
  for (const char letter : path.substr(1, kLimit)) {
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= 'a' && letter <= 'z') || letter == '_' || letter == '-';
    name.push_back(plain ? letter : '-');
  }
  return name.empty() ? "root" : name;
}

// The name or, where another function of the app has it, the name and the id, which nobody has.
core::Result<std::string> free_name(ApiCall& call, const Fn& fn, const std::string& path) {
  std::string name = name_after(path);
  const auto taken = call.store.fn_by_name(fn.app_id, name);
  if (taken) {
    name.resize(name.size() < 200 ? name.size() : 200);
    name.append("-").append(fn.id);
  } else if (taken.error().code != ErrorCode::kNotFound) {
    return tl::unexpected(taken.error());
  }
  return name;
}

core::Status insert_trigger(ApiCall& call, const Trigger& trigger) {
  core::Status done = call.store.insert(trigger);
  if (!done && done.error().code == ErrorCode::kConflict) {
    return core::fail(ErrorCode::kConflict, "Route already exists");
  }
  return done;
}

}  // namespace

core::Result<Route> find_route(ApiCall& call, const App& app, const std::string& path) {
  // A trigger made through v2 may have a source that no route would have: "/a/".
  const std::string exact = path.starts_with('/') ? path : "/" + path;
  auto trigger = call.store.trigger_by_source(app.id, kHttp, exact);
  if (!trigger && trigger.error().code == ErrorCode::kNotFound) {
    trigger = call.store.trigger_by_source(app.id, kHttp, clean_path(path));
  }
  if (!trigger) {
    return trigger.error().code == ErrorCode::kNotFound
               ? core::fail(ErrorCode::kNotFound, "Route not found")
               : tl::unexpected(trigger.error());
  }
  auto called = call.store.fn(trigger->fn_id);
  if (!called) {
    return tl::unexpected(called.error());
  }
  return Route{std::move(*trigger), std::move(*called)};
}

core::Status create_route(ApiCall& call, const App& app, Route& route) {
  Fn& fn = route.fn;
  Trigger& trigger = route.trigger;
  fn.format = fn.format.empty() ? "default" : fn.format;
  trigger.route_type = trigger.route_type.empty() ? "sync" : trigger.route_type;
  set_defaults(fn);
  if (core::Status fits = check(route, Route{}); !fits) {
    return fits;
  }
  trigger.source = clean_path(trigger.source);
  fn.id = call.ids.next(call.now_ms);
  fn.app_id = app.id;
  auto name = free_name(call, fn, trigger.source);
  if (!name) {
    return tl::unexpected(name.error());
  }
  fn.name = *name;
  fn.made_as_route = true;
  fn.times = {call.now_ms, call.now_ms};
  trigger.id = call.ids.next(call.now_ms);
  trigger.app_id = app.id;
  trigger.fn_id = fn.id;
  trigger.name = *name;
  trigger.times = fn.times;
  return in_order([&] { return call.store.insert(fn); },
                  [&] { return insert_trigger(call, trigger); });
}

core::Status change_route(ApiCall& call, Route& kept, const Route& sent) {
  const Route before = kept;
  const std::string& path = sent.trigger.source;
  if (!path.empty() && path != before.trigger.source && clean_path(path) != before.trigger.source) {
    return core::fail(ErrorCode::kConflict, "Could not update - path is immutable");
  }
  merge(kept.trigger, sent.trigger);
  kept.trigger.source = before.trigger.source;
  merge(kept.fn, sent.fn);
  if (kept.trigger != before.trigger) {
    kept.trigger.times.updated_ms = call.now_ms;
  }
  if (kept.fn != before.fn) {
    kept.fn.times.updated_ms = call.now_ms;
  }
  return in_order([&] { return check(kept, before); },
                  [&] { return call.store.update(kept.fn); },
                  [&] { return call.store.update(kept.trigger); });
}

core::Status remove_route(ApiCall& call, const Route& route) {
  if (core::Status done = call.store.remove_trigger(route.trigger.id);
      !done || !route.fn.made_as_route) {
    return done;
  }
  const TriggerFilter others = {route.fn.app_id, route.fn.id, ""};
  const auto left = call.store.triggers(others, Page{"", "", 1});
  if (!left) {
    return tl::unexpected(left.error());
  }
  return left->items.empty() ? call.store.remove_fn(route.fn.id) : core::Status{};
}

}  // namespace fn::services
