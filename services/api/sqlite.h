// SPDX-License-Identifier: Apache-2.0
//
// Sqlite: one connection to a database file, its prepared statements, which are kept, and its
// transactions. An acknowledged commit is on the disk: it survives a killed process and a power
// failure (write-ahead log, synchronous=FULL).
//
// Errors are one line that names the file: kConflict for a broken UNIQUE (the message names the
// columns), kUnavailable while another process holds the file, else kInternal.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/base/time.h"

struct sqlite3_stmt;

namespace fn::services {

class Sqlite {
 public:
  // Opens the file or creates it. `busy_time`: how long to wait for another process.
  static core::Result<std::unique_ptr<Sqlite>> open(const std::string& path,
                                                    core::Duration busy_time);
  ~Sqlite();
  Sqlite(const Sqlite&) = delete;
  Sqlite& operator=(const Sqlite&) = delete;

  // Runs one or more statements that give no rows.
  core::Status run(const std::string& sql);

  // The last error of the connection as one of ours.
  [[nodiscard]] core::Error error(int code) const;

 private:
  friend class SqlRun;
  struct State;
  explicit Sqlite(std::unique_ptr<State> state);
  sqlite3_stmt* prepared(std::string_view sql);

  std::unique_ptr<State> state_;
};

// One run of a statement; the parameters are bound in order, the columns read in order.
class SqlRun {
 public:
  SqlRun(Sqlite& sqlite, std::string_view sql);
  ~SqlRun();
  SqlRun(const SqlRun&) = delete;
  SqlRun& operator=(const SqlRun&) = delete;

  // The text must live until the run ends.
  SqlRun& bind(std::string_view text);
  SqlRun& bind(std::int64_t number);

  // True: a row is there to be read.
  core::Result<bool> step();

  // Steps to the end and drops rows. Answers with the number of rows changed.
  core::Result<int> finish();

  std::string text();
  std::int64_t number();

  // Of all texts of all rows so far.
  [[nodiscard]] std::size_t bytes_read() const { return bytes_read_; }

 private:
  Sqlite& sqlite_;
  sqlite3_stmt* statement_;
  int bound_ = 0;
  int column_ = 0;
  std::size_t bytes_read_ = 0;
};

// A write transaction from its making to commit(); without that it is undone.
class SqlTransaction {
 public:
  static core::Result<SqlTransaction> begin(Sqlite& sqlite);
  ~SqlTransaction();
  SqlTransaction(SqlTransaction&& other) noexcept;
  SqlTransaction(const SqlTransaction&) = delete;
  SqlTransaction& operator=(const SqlTransaction&) = delete;
  SqlTransaction& operator=(SqlTransaction&&) = delete;

  core::Status commit();

 private:
  explicit SqlTransaction(Sqlite& sqlite) : sqlite_(&sqlite) {}

  Sqlite* sqlite_;
};

}  // namespace fn::services
