// SPDX-License-Identifier: Apache-2.0
//
// Store: apps, functions and triggers in the database. It checks what only the database can know
// (a name that is taken, an owner that is missing); everything else is validated before.
//
// Errors carry Fn's texts: kNotFound "App not found", kConflict "App already exists" and their
// kind; kUnavailable and kInternal are the database's own trouble (services/api/sqlite.h).

#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"
#include "services/api/model.h"
#include "services/api/sqlite.h"

namespace fn::services {

// The next `limit` things after the given one, in the order of their names.
struct Page {
  std::string after;
  std::string after_id;  // of triggers, whose names are unique only within a function
  std::int64_t limit = 30;
};

template <typename T>
struct Listed {
  std::vector<T> items;
  bool more = false;  // another page follows
};

// Empty fields filter nothing.
struct TriggerFilter {
  std::string app_id;
  std::string fn_id;
  std::string name;
};

class Store {
 public:
  // `url`: sqlite3://PATH; missing folders are created.
  static core::Result<std::unique_ptr<Store>> open(const std::string& url,
                                                   core::Duration busy_time);

  core::Result<SqlTransaction> begin() { return SqlTransaction::begin(*sqlite_); }

  core::Status insert(const App& app);
  core::Status update(const App& app);
  core::Status remove_app(const std::string& id);  // with its functions and triggers
  core::Result<App> app(const std::string& id);
  core::Result<App> app_by_name(const std::string& name);
  core::Result<Listed<App>> apps(const std::string& name, const Page& page);

  core::Status insert(const Fn& fn);
  core::Status update(const Fn& fn);
  core::Status remove_fn(const std::string& id);  // with its triggers
  core::Result<Fn> fn(const std::string& id);
  core::Result<Fn> fn_by_name(const std::string& app_id, const std::string& name);
  core::Result<Listed<Fn>> fns(const std::string& app_id,
                               const std::string& name,
                               const Page& page);

  core::Status insert(const Trigger& trigger);
  core::Status update(const Trigger& trigger);
  core::Status remove_trigger(const std::string& id);
  core::Result<Trigger> trigger(const std::string& id);
  core::Result<Trigger> trigger_by_source(const std::string& app_id,
                                          const std::string& type,
                                          const std::string& source);
  core::Result<Listed<Trigger>> triggers(const TriggerFilter& filter, const Page& page);

  // Http triggers with their functions, in the order of their paths; page.after is a path.
  core::Result<Listed<Route>> routes(const std::string& app_id,
                                     const std::string& image,
                                     const Page& page);

 private:
  explicit Store(std::unique_ptr<Sqlite> sqlite) : sqlite_(std::move(sqlite)) {}

  std::unique_ptr<Sqlite> sqlite_;
};

}  // namespace fn::services
