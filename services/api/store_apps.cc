// SPDX-License-Identifier: Apache-2.0

#include "services/api/json_text.h"
#include "services/api/store.h"
#include "services/api/store_rows.h"

// What read_app reads, in its order.
#define FN_SELECT_APPS \
  "SELECT id, name, config, annotations, syslog_url, shape, created_ms, updated_ms FROM apps "

namespace fn::services {
namespace {

constexpr const char* kMissing = "App not found";
constexpr const char* kTaken = "App already exists";

App read_app(SqlRun& run) {
  App app;
  app.id = run.text();
  app.name = run.text();
  app.config = map_of(run.text());
  app.annotations = map_of(run.text());
  app.syslog_url = run.text();
  app.shape = run.text();
  app.times.created_ms = run.number();
  app.times.updated_ms = run.number();
  return app;
}

}  // namespace

core::Status Store::insert(const App& app) {
  const std::string config = text_of(app.config);
  const std::string annotations = text_of(app.annotations);
  SqlRun run(*sqlite_,
             "INSERT INTO apps(id, name, config, annotations, syslog_url, shape, created_ms, "
             "updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?)");
  run.bind(app.id).bind(app.name).bind(config).bind(annotations).bind(app.syslog_url);
  run.bind(app.shape).bind(app.times.created_ms).bind(app.times.updated_ms);
  return change_row(run, kMissing, kTaken);
}

core::Status Store::update(const App& app) {
  const std::string config = text_of(app.config);
  const std::string annotations = text_of(app.annotations);
  SqlRun run(*sqlite_,
             "UPDATE apps SET config = ?, annotations = ?, syslog_url = ?, shape = ?, "
             "updated_ms = ? WHERE id = ?");
  run.bind(config).bind(annotations).bind(app.syslog_url).bind(app.shape);
  run.bind(app.times.updated_ms).bind(app.id);
  return change_row(run, kMissing, kTaken);
}

core::Status Store::remove_app(const std::string& id) {
  SqlRun run(*sqlite_, "DELETE FROM apps WHERE id = ?");
  run.bind(id);
  return change_row(run, kMissing, kTaken);
}

core::Result<App> Store::app(const std::string& id) {
  SqlRun run(*sqlite_, FN_SELECT_APPS "WHERE id = ?");
  run.bind(id);
  return one_row(run, read_app, kMissing);
}

core::Result<App> Store::app_by_name(const std::string& name) {
  SqlRun run(*sqlite_, FN_SELECT_APPS "WHERE name = ?");
  run.bind(name);
  return one_row(run, read_app, kMissing);
}

core::Result<Listed<App>> Store::apps(const std::string& name, const Page& page) {
  SqlRun run(*sqlite_,
             FN_SELECT_APPS "WHERE name > ?1 AND (?2 = '' OR name = ?2) ORDER BY name LIMIT ?3");
  run.bind(page.after).bind(name).bind(page.limit + 1);
  return one_page(run, read_app, page.limit);
}

}  // namespace fn::services
