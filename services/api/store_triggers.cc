// SPDX-License-Identifier: Apache-2.0

#include "services/api/json_text.h"
#include "services/api/store.h"
#include "services/api/store_rows.h"

// What read_trigger reads, in its order.
#define FN_TRIGGER_COLUMNS                                                         \
  "triggers.id, triggers.app_id, triggers.fn_id, triggers.name, triggers.type, "   \
  "triggers.source, triggers.annotations, triggers.route_type, triggers.headers, " \
  "triggers.created_ms, triggers.updated_ms "

namespace fn::services {
namespace {

constexpr const char* kMissing = "Trigger not found";

std::string text_of_lists(const HeaderLists& headers) {
  return json_text(Json(headers));
}

HeaderLists lists_of(const std::string& text) {
  const Json held = {{"headers", Json::parse(text, nullptr, false)}};
  HeaderLists headers;
  JsonReader(held).read("headers", headers);
  return headers;
}

Trigger read_trigger(SqlRun& run) {
  Trigger trigger;
  trigger.id = run.text();
  trigger.app_id = run.text();
  trigger.fn_id = run.text();
  trigger.name = run.text();
  trigger.type = run.text();
  trigger.source = run.text();
  trigger.annotations = map_of(run.text());
  trigger.route_type = run.text();
  trigger.headers = lists_of(run.text());
  trigger.times.created_ms = run.number();
  trigger.times.updated_ms = run.number();
  return trigger;
}

Route read_route(SqlRun& run) {
  Route route;
  route.trigger = read_trigger(run);
  route.fn = read_fn(run);
  return route;
}

// Two things of a trigger are unique: its name within the function, its source within the app.
core::Status change_trigger(SqlRun& run) {
  const core::Result<int> changed = run.finish();
  if (changed) {
    return *changed > 0 ? core::Status{} : core::fail(core::ErrorCode::kNotFound, kMissing);
  }
  if (changed.error().code != core::ErrorCode::kConflict) {
    return tl::unexpected(changed.error());
  }
  const bool source = changed.error().message.find("triggers.source") != std::string::npos;
  return core::fail(core::ErrorCode::kConflict,
                    source ? "Trigger with the same type and source exists on this app"
                           : "Trigger already exists");
}

}  // namespace

core::Status Store::insert(const Trigger& trigger) {
  const std::string annotations = text_of(trigger.annotations);
  const std::string headers = text_of_lists(trigger.headers);
  SqlRun run(
      *sqlite_,
      "INSERT INTO triggers(id, app_id, fn_id, name, type, source, annotations, "
      "route_type, headers, created_ms, updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  run.bind(trigger.id).bind(trigger.app_id).bind(trigger.fn_id).bind(trigger.name);
  run.bind(trigger.type).bind(trigger.source).bind(annotations).bind(trigger.route_type);
  run.bind(headers).bind(trigger.times.created_ms).bind(trigger.times.updated_ms);
  return change_trigger(run);
}

core::Status Store::update(const Trigger& trigger) {
  const std::string annotations = text_of(trigger.annotations);
  const std::string headers = text_of_lists(trigger.headers);
  SqlRun run(*sqlite_,
             "UPDATE triggers SET fn_id = ?, name = ?, source = ?, annotations = ?, "
             "route_type = ?, headers = ?, updated_ms = ? WHERE id = ?");
  run.bind(trigger.fn_id).bind(trigger.name).bind(trigger.source).bind(annotations);
  run.bind(trigger.route_type).bind(headers).bind(trigger.times.updated_ms).bind(trigger.id);
  return change_trigger(run);
}

core::Status Store::remove_trigger(const std::string& id) {
  SqlRun run(*sqlite_, "DELETE FROM triggers WHERE id = ?");
  run.bind(id);
  return change_trigger(run);
}

core::Result<Trigger> Store::trigger(const std::string& id) {
  SqlRun run(*sqlite_, "SELECT " FN_TRIGGER_COLUMNS "FROM triggers WHERE id = ?");
  run.bind(id);
  return one_row(run, read_trigger, kMissing);
}

core::Result<Trigger> Store::trigger_by_source(const std::string& app_id,
                                               const std::string& type,
                                               const std::string& source) {
  SqlRun run(*sqlite_,
             "SELECT " FN_TRIGGER_COLUMNS
             "FROM triggers WHERE app_id = ? AND type = ? AND source = ?");
  run.bind(app_id).bind(type).bind(source);
  return one_row(run, read_trigger, kMissing);
}

core::Result<Listed<Trigger>> Store::triggers(const TriggerFilter& filter, const Page& page) {
  SqlRun run(*sqlite_,
             "SELECT " FN_TRIGGER_COLUMNS
             "FROM triggers WHERE app_id = ?1 AND (name, id) > (?2, ?3) "
             "AND (?4 = '' OR fn_id = ?4) AND (?5 = '' OR name = ?5) ORDER BY name, id LIMIT ?6");
  run.bind(filter.app_id).bind(page.after).bind(page.after_id).bind(filter.fn_id);
  run.bind(filter.name).bind(page.limit + 1);
  return one_page(run, read_trigger, page.limit);
}

core::Result<Listed<Route>> Store::routes(const std::string& app_id,
                                          const std::string& image,
                                          const Page& page) {
  SqlRun run(*sqlite_,
             "SELECT " FN_TRIGGER_COLUMNS ", " FN_FN_COLUMNS
             "FROM triggers JOIN fns ON fns.id = triggers.fn_id WHERE triggers.app_id = ?1 "
             "AND triggers.type = 'http' AND triggers.source > ?2 "
             "AND (?3 = '' OR fns.image = ?3) ORDER BY triggers.source LIMIT ?4");
  run.bind(app_id).bind(page.after).bind(image).bind(page.limit + 1);
  return one_page(run, read_route, page.limit);
}

}  // namespace fn::services
