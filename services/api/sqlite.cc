// SPDX-License-Identifier: Apache-2.0

#include "services/api/sqlite.h"

#include <chrono>
#include <map>
#include <utility>

#include <sqlite3.h>

#include "core/base/assert.h"

namespace fn::services {
namespace {

using core::ErrorCode;

struct Finalizer {
  void operator()(sqlite3_stmt* statement) const { sqlite3_finalize(statement); }
};

ErrorCode kind_of(int code) {
  if (code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY) {
    return ErrorCode::kConflict;
  }
  const int basic = code & 0xff;
  return basic == SQLITE_BUSY || basic == SQLITE_LOCKED ? ErrorCode::kUnavailable
                                                        : ErrorCode::kInternal;
}

}  // namespace

struct Sqlite::State {
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;

  ~State() {
    statements.clear();
    sqlite3_close(connection);
  }

  std::string path;
  sqlite3* connection = nullptr;
  std::map<std::string, std::unique_ptr<sqlite3_stmt, Finalizer>, std::less<>> statements;
};

Sqlite::Sqlite(std::unique_ptr<State> state) : state_(std::move(state)) {}

Sqlite::~Sqlite() = default;

core::Result<std::unique_ptr<Sqlite>> Sqlite::open(const std::string& path,
                                                   core::Duration busy_time) {
  auto state = std::make_unique<State>();
  state->path = path;
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int code = sqlite3_open_v2(path.c_str(), &state->connection, flags, nullptr);
  std::unique_ptr<Sqlite> sqlite(new Sqlite(std::move(state)));
  if (code != SQLITE_OK) {
    return tl::unexpected(sqlite->error(code));
  }
  sqlite3* const connection = sqlite->state_->connection;
  if (sqlite3_db_readonly(connection, "main") != 0) {
    return core::fail(ErrorCode::kUnavailable, "the file may not be written by this user");
  }
  sqlite3_extended_result_codes(connection, 1);
  const auto wait = std::chrono::duration_cast<std::chrono::milliseconds>(busy_time);
  sqlite3_busy_timeout(connection, static_cast<int>(wait.count()));
  // The log is cut back after a large config went through it.
  const core::Status set = sqlite->run(
      "PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=ON;"
      "PRAGMA journal_size_limit=16777216");
  if (!set) {
    return tl::unexpected(set.error());
  }
  return sqlite;
}

core::Error Sqlite::error(int code) const {
  const char* const text =
      state_->connection == nullptr ? sqlite3_errstr(code) : sqlite3_errmsg(state_->connection);
  return {kind_of(code), "database " + state_->path + ": " + text};
}

core::Status Sqlite::run(const std::string& sql) {
  const int code = sqlite3_exec(state_->connection, sql.c_str(), nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) {
    return tl::unexpected(error(code));
  }
  return {};
}

sqlite3_stmt* Sqlite::prepared(std::string_view sql) {
  const auto known = state_->statements.find(sql);
  if (known != state_->statements.end()) {
    return known->second.get();
  }
  sqlite3_stmt* statement = nullptr;
  const int code = sqlite3_prepare_v3(state_->connection,
                                      sql.data(),
                                      static_cast<int>(sql.size()),
                                      SQLITE_PREPARE_PERSISTENT,
                                      &statement,
                                      nullptr);
  if (code != SQLITE_OK) {
    return nullptr;
  }
  state_->statements.emplace(sql, statement);
  return statement;
}

SqlRun::SqlRun(Sqlite& sqlite, std::string_view sql)
    : sqlite_(sqlite), statement_(sqlite.prepared(sql)) {}

SqlRun::~SqlRun() {
  // Both accept a statement that could not be prepared.
  sqlite3_reset(statement_);
  if (statement_ != nullptr) {
    sqlite3_clear_bindings(statement_);
  }
}

SqlRun& SqlRun::bind(std::string_view text) {
  if (statement_ != nullptr) {
    // An empty view may have no address, which SQLite would take for NULL.
    const char* const bytes = text.empty() ? "" : text.data();
    const int code =
        sqlite3_bind_text(statement_, ++bound_, bytes, static_cast<int>(text.size()), nullptr);
    FN_ASSERT(code == SQLITE_OK || code == SQLITE_TOOBIG || code == SQLITE_NOMEM);
  }
  return *this;
}

SqlRun& SqlRun::bind(std::int64_t number) {
  if (statement_ != nullptr) {
    const int code = sqlite3_bind_int64(statement_, ++bound_, number);
    FN_ASSERT(code == SQLITE_OK || code == SQLITE_NOMEM);
  }
  return *this;
}

core::Result<bool> SqlRun::step() {
  const int code = statement_ == nullptr ? sqlite3_extended_errcode(sqlite_.state_->connection)
                                         : sqlite3_step(statement_);
  column_ = 0;
  if (code == SQLITE_ROW || code == SQLITE_DONE) {
    return code == SQLITE_ROW;
  }
  return tl::unexpected(sqlite_.error(code));
}

core::Result<int> SqlRun::finish() {
  for (;;) {
    const core::Result<bool> row = step();
    if (!row) {
      return tl::unexpected(row.error());
    }
    if (!*row) {
      return sqlite3_changes(sqlite_.state_->connection);
    }
  }
}

std::string SqlRun::text() {
  const int column = column_++;
  const unsigned char* const bytes = sqlite3_column_text(statement_, column);
  const int size = sqlite3_column_bytes(statement_, column);
  std::string copy;
  if (bytes != nullptr) {
    copy.assign(bytes, bytes + size);
    bytes_read_ += copy.size();
  }
  return copy;
}

std::int64_t SqlRun::number() {
  return sqlite3_column_int64(statement_, column_++);
}

core::Result<SqlTransaction> SqlTransaction::begin(Sqlite& sqlite) {
  // Immediate: what is read within it stays true until it is written.
  const core::Result<int> begun = SqlRun(sqlite, "BEGIN IMMEDIATE").finish();
  if (!begun) {
    return tl::unexpected(begun.error());
  }
  return SqlTransaction(sqlite);
}

SqlTransaction::SqlTransaction(SqlTransaction&& other) noexcept
    : sqlite_(std::exchange(other.sqlite_, nullptr)) {}

SqlTransaction::~SqlTransaction() {
  if (sqlite_ != nullptr) {
    // SQLite itself has undone the transaction after some errors; then this one is harmless.
    static_cast<void>(SqlRun(*sqlite_, "ROLLBACK").finish());
  }
}

core::Status SqlTransaction::commit() {
  const core::Result<int> committed = SqlRun(*sqlite_, "COMMIT").finish();
  if (!committed) {
    return tl::unexpected(committed.error());
  }
  sqlite_ = nullptr;
  return {};
}

}  // namespace fn::services
