// SPDX-License-Identifier: Apache-2.0

#include "services/api/json_text.h"
#include "services/api/store.h"
#include "services/api/store_rows.h"

namespace fn::services {
namespace {

constexpr const char* kMissing = "Fn not found";
constexpr const char* kTaken = "Fn with specified name already exists";

}  // namespace

Fn read_fn(SqlRun& run) {
  Fn fn;
  fn.id = run.text();
  fn.app_id = run.text();
  fn.name = run.text();
  fn.image = run.text();
  fn.format = run.text();
  fn.shape = run.text();
  fn.memory_mib = run.number();
  fn.milli_cpus = run.number();
  fn.timeout_s = run.number();
  fn.idle_timeout_s = run.number();
  fn.made_as_route = run.number() != 0;
  fn.config = map_of(run.text());
  fn.annotations = map_of(run.text());
  fn.times.created_ms = run.number();
  fn.times.updated_ms = run.number();
  return fn;
}

core::Status Store::insert(const Fn& fn) {
  const std::string config = text_of(fn.config);
  const std::string annotations = text_of(fn.annotations);
  SqlRun run(*sqlite_,
             "INSERT INTO fns(id, app_id, name, image, format, shape, memory_mib, milli_cpus, "
             "timeout_s, idle_timeout_s, made_as_route, config, annotations, created_ms, "
             "updated_ms) VALUES(?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
  run.bind(fn.id).bind(fn.app_id).bind(fn.name).bind(fn.image).bind(fn.format).bind(fn.shape);
  run.bind(fn.memory_mib).bind(fn.milli_cpus).bind(fn.timeout_s).bind(fn.idle_timeout_s);
  run.bind(fn.made_as_route ? std::int64_t{1} : std::int64_t{0}).bind(config).bind(annotations);
  run.bind(fn.times.created_ms).bind(fn.times.updated_ms);
  return change_row(run, kMissing, kTaken);
}

core::Status Store::update(const Fn& fn) {
  const std::string config = text_of(fn.config);
  const std::string annotations = text_of(fn.annotations);
  SqlRun run(*sqlite_,
             "UPDATE fns SET image = ?, format = ?, shape = ?, memory_mib = ?, milli_cpus = ?, "
             "timeout_s = ?, idle_timeout_s = ?, config = ?, annotations = ?, updated_ms = ? "
             "WHERE id = ?");
  run.bind(fn.image).bind(fn.format).bind(fn.shape).bind(fn.memory_mib).bind(fn.milli_cpus);
  run.bind(fn.timeout_s).bind(fn.idle_timeout_s).bind(config).bind(annotations);
  run.bind(fn.times.updated_ms).bind(fn.id);
  return change_row(run, kMissing, kTaken);
}

core::Status Store::remove_fn(const std::string& id) {
  SqlRun run(*sqlite_, "DELETE FROM fns WHERE id = ?");
  run.bind(id);
  return change_row(run, kMissing, kTaken);
}

core::Result<Fn> Store::fn(const std::string& id) {
  SqlRun run(*sqlite_, "SELECT " FN_FN_COLUMNS "FROM fns WHERE id = ?");
  run.bind(id);
  return one_row(run, read_fn, kMissing);
}

core::Result<Fn> Store::fn_by_name(const std::string& app_id, const std::string& name) {
  SqlRun run(*sqlite_, "SELECT " FN_FN_COLUMNS "FROM fns WHERE app_id = ? AND name = ?");
  run.bind(app_id).bind(name);
  return one_row(run, read_fn, kMissing);
}

core::Result<Listed<Fn>> Store::fns(const std::string& app_id,
                                    const std::string& name,
                                    const Page& page) {
  SqlRun run(
      *sqlite_,
      "SELECT " FN_FN_COLUMNS
      "FROM fns WHERE app_id = ?1 AND name > ?2 AND (?3 = '' OR name = ?3) ORDER BY name LIMIT ?4");
  run.bind(app_id).bind(page.after).bind(name).bind(page.limit + 1);
  return one_page(run, read_fn, page.limit);
}

}  // namespace fn::services
