// SPDX-License-Identifier: Apache-2.0

#include "services/api/schema.h"

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace fn::services {
namespace {

using core::ErrorCode;

// Step N leads from version N to N + 1. A step that was released is never changed.
constexpr std::array<const char*, kSchemaVersion> kSteps = {
    // The v2 model.
    R"(CREATE TABLE apps(
         id TEXT PRIMARY KEY,
         name TEXT NOT NULL UNIQUE,
         config TEXT NOT NULL,
         annotations TEXT NOT NULL,
         syslog_url TEXT NOT NULL,
         shape TEXT NOT NULL,
         created_ms INTEGER NOT NULL,
         updated_ms INTEGER NOT NULL
       );
       CREATE TABLE fns(
         id TEXT PRIMARY KEY,
         app_id TEXT NOT NULL REFERENCES apps(id) ON DELETE CASCADE,
         name TEXT NOT NULL,
         image TEXT NOT NULL,
         format TEXT NOT NULL,
         shape TEXT NOT NULL,
         memory_mib INTEGER NOT NULL,
         milli_cpus INTEGER NOT NULL,
         timeout_s INTEGER NOT NULL,
         idle_timeout_s INTEGER NOT NULL,
         config TEXT NOT NULL,
         annotations TEXT NOT NULL,
         created_ms INTEGER NOT NULL,
         updated_ms INTEGER NOT NULL,
         UNIQUE(app_id, name)
       );
       CREATE TABLE triggers(
         id TEXT PRIMARY KEY,
         app_id TEXT NOT NULL REFERENCES apps(id) ON DELETE CASCADE,
         fn_id TEXT NOT NULL REFERENCES fns(id) ON DELETE CASCADE,
         name TEXT NOT NULL,
         type TEXT NOT NULL,
         source TEXT NOT NULL,
         annotations TEXT NOT NULL,
         created_ms INTEGER NOT NULL,
         updated_ms INTEGER NOT NULL,
         UNIQUE(app_id, type, source),
         UNIQUE(fn_id, name)
       );)",
    // What routes know beyond it.
    R"(ALTER TABLE fns ADD COLUMN made_as_route INTEGER NOT NULL DEFAULT 0;
       ALTER TABLE triggers ADD COLUMN route_type TEXT NOT NULL DEFAULT 'sync';
       ALTER TABLE triggers ADD COLUMN headers TEXT NOT NULL DEFAULT '{}';
       CREATE INDEX triggers_by_name ON triggers(app_id, name, id);)",
};

core::Result<std::int64_t> number_of(Sqlite& sqlite, std::string_view sql) {
  SqlRun run(sqlite, sql);
  const core::Result<bool> row = run.step();
  if (!row) {
    return tl::unexpected(row.error());
  }
  return run.number();
}

core::Status check_origin(Sqlite& sqlite, std::int64_t version) {
  if (version > kSchemaVersion || version < 0) {
    return core::fail(ErrorCode::kInvalidArgument,
                      "the database is of version " + std::to_string(version) +
                          ", this program knows versions up to " + std::to_string(kSchemaVersion) +
                          ": start the newer program, or name another file in FN_DB_URL");
  }
  if (version > 0) {
    return {};
  }
  const auto tables = number_of(sqlite, "SELECT count(*) FROM sqlite_master");
  if (!tables) {
    return tl::unexpected(tables.error());
  }
  if (*tables > 0) {
    return core::fail(ErrorCode::kInvalidArgument,
                      "the database holds another program's tables (Fn's own, maybe): name "
                      "another file in FN_DB_URL");
  }
  return {};
}

}  // namespace

core::Status migrate(Sqlite& sqlite) {
  constexpr std::string_view kVersion = "PRAGMA user_version";
  // A look first, so that a file that is up to date can be opened while another process writes.
  core::Result<std::int64_t> version = number_of(sqlite, kVersion);
  if (version && *version == kSchemaVersion) {
    return {};
  }
  auto transaction = SqlTransaction::begin(sqlite);
  if (!transaction) {
    return tl::unexpected(transaction.error());
  }
  version = number_of(sqlite, kVersion);
  if (!version) {
    return tl::unexpected(version.error());
  }
  if (core::Status origin = check_origin(sqlite, *version); !origin) {
    return origin;
  }
  for (auto step = static_cast<std::size_t>(*version); step < kSteps.size(); ++step) {
    if (core::Status done = sqlite.run(kSteps[step]); !done) {
      return done;
    }
  }
  const std::string set = "PRAGMA user_version=" + std::to_string(kSchemaVersion);
  if (core::Status done = sqlite.run(set); !done) {
    return done;
  }
  return transaction->commit();
}

}  // namespace fn::services
