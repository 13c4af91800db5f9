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

core::Result<Fn> sent_fn(const ApiCall& call) {
  const auto body = parse_json(call.body);
  if (!body) {
    return tl::unexpected(body.error());
  }
  return fn_from(*body);
}

core::Status check_owner(ApiCall& call, const Fn& fn) {
  if (fn.app_id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "Missing AppID on Fn");
  }
  const auto app = call.store.app(fn.app_id);
  return app ? core::Status{} : tl::unexpected(app.error());
}

ApiAnswer list(ApiCall& call) {
  const Page page = page_of(call.query);
  const std::string app_id = query_value(call.query, "app_id");
  if (app_id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "Missing AppID on Fn");
  }
  const auto fns = call.store.fns(app_id, query_value(call.query, "name"), page);
  if (!fns) {
    return tl::unexpected(fns.error());
  }
  const std::string next = next_cursor(*fns, [](const Fn& last) { return cursor_of(last.name); });
  Json items = Json::array();
  for (const Fn& fn : fns->items) {
    items.push_back(v2_fn(fn, call.base_url));
  }
  return json_response(200, {{"next_cursor", next}, {"items", std::move(items)}});
}

ApiAnswer create(ApiCall& call) {
  auto fn = sent_fn(call);
  if (!fn) {
    return tl::unexpected(fn.error());
  }
  if (!fn->id.empty()) {
    return core::fail(ErrorCode::kInvalidArgument, "ID cannot be provided for Fn creation");
  }
  fn->id = call.ids.next(call.now_ms);
  fn->times = {call.now_ms, call.now_ms};
  set_defaults(*fn);
  const core::Status done = in_order([&] { return check_owner(call, *fn); },
                                     [&] { return check(*fn); },
                                     [&] { return call.store.insert(*fn); });
  return answer_if(done, [&] { return json_response(200, v2_fn(*fn, call.base_url)); });
}

ApiAnswer show(ApiCall& call) {
  const auto fn = call.store.fn(call.arguments[0]);
  if (!fn) {
    return tl::unexpected(fn.error());
  }
  return json_response(200, v2_fn(*fn, call.base_url));
}

core::Status check_identity(const Fn& kept, const Fn& sent) {
  if (!sent.id.empty() && sent.id != kept.id) {
    return core::fail(ErrorCode::kInvalidArgument, "Fn ID in path does not match that in body");
  }
  if ((!sent.name.empty() && sent.name != kept.name) ||
      (!sent.app_id.empty() && sent.app_id != kept.app_id)) {
    return core::fail(ErrorCode::kInvalidArgument, "Fn names and IDs cannot be modified");
  }
  return {};
}

ApiAnswer change(ApiCall& call) {
  const auto sent = sent_fn(call);
  if (!sent) {
    return tl::unexpected(sent.error());
  }
  auto kept = call.store.fn(call.arguments[0]);
  if (!kept) {
    return tl::unexpected(kept.error());
  }
  const Fn before = *kept;
  merge(*kept, *sent);
  if (*kept != before) {
    kept->times.updated_ms = call.now_ms;
  }
  const core::Status done = in_order([&] { return check_identity(before, *sent); },
                                     [&] { return check(*kept); },
                                     [&] { return call.store.update(*kept); });
  return answer_if(done, [&] { return json_response(200, v2_fn(*kept, call.base_url)); });
}

ApiAnswer remove(ApiCall& call) {
  return answer_if(call.store.remove_fn(call.arguments[0]), [] {
    return HttpResponse{204, {}, ""};
  });
}

ApiAnswer calls_are_gone(ApiCall& /*call*/) {
  return error_response(410, "Calls of functions are no longer listed", false);
}

constexpr std::array kRoutes = {
    ApiRoute{"GET", "/v2/fns", false, list},
    ApiRoute{"POST", "/v2/fns", true, create},
    ApiRoute{"GET", "/v2/fns/:fn_id", false, show},
    ApiRoute{"PUT", "/v2/fns/:fn_id", true, change},
    ApiRoute{"DELETE", "/v2/fns/:fn_id", true, remove},
    ApiRoute{"GET", "/v2/fns/:fn_id/calls", false, calls_are_gone},
    ApiRoute{"GET", "/v2/fns/:fn_id/calls/*call", false, calls_are_gone},
};

}  // namespace

std::span<const ApiRoute> v2_fn_routes() {
  return kRoutes;
}

}  // namespace fn::services
