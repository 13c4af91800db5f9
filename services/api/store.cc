// SPDX-License-Identifier: Apache-2.0

#include "services/api/store.h"

#include <filesystem>
#include <string_view>
#include <system_error>

#include "services/api/schema.h"

namespace fn::services {
namespace {

using core::ErrorCode;

constexpr std::string_view kScheme = "sqlite3://";

core::Status make_folder_of(const std::string& path) {
  const std::filesystem::path folder = std::filesystem::path(path).parent_path();
  std::error_code error;
  if (!folder.empty()) {
    std::filesystem::create_directories(folder, error);
  }
  if (error) {
    return core::fail(ErrorCode::kUnavailable,
                      "FN_DB_URL: cannot create the folder " + folder.string() + ": " +
                          error.message() + "; name a file in a folder that can be written");
  }
  return {};
}

core::Error at_start(const std::string& path, const core::Error& error) {
  return {error.code, "FN_DB_URL: cannot open " + path + ": " + error.message};
}

}  // namespace

core::Result<std::unique_ptr<Store>> Store::open(const std::string& url, core::Duration busy_time) {
  if (!url.starts_with(kScheme) || url.size() == kScheme.size()) {
    return core::fail(
        ErrorCode::kInvalidArgument,
        "FN_DB_URL: " + url + ": expected sqlite3://PATH, no other database is known");
  }
  const std::string path = url.substr(kScheme.size());
  if (core::Status made = make_folder_of(path); !made) {
    return tl::unexpected(made.error());
  }
  auto sqlite = Sqlite::open(path, busy_time);
  if (!sqlite) {
    return tl::unexpected(at_start(path, sqlite.error()));
  }
  if (core::Status ready = migrate(**sqlite); !ready) {
    return tl::unexpected(at_start(path, ready.error()));
  }
  return std::unique_ptr<Store>(new Store(std::move(*sqlite)));
}

}  // namespace fn::services
