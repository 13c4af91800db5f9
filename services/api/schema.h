// SPDX-License-Identifier: Apache-2.0
//
// The tables of the API server's database and the way to them from every earlier version.

#pragma once

#include "core/base/result.h"
#include "services/api/sqlite.h"

namespace fn::services {

// The version that migrate() leads to; it stands in the file's user_version.
inline constexpr int kSchemaVersion = 2;

// Brings the file to kSchemaVersion in one transaction. Refuses, in one line, a file of a newer
// version and one that holds another program's tables.
core::Status migrate(Sqlite& sqlite);

}  // namespace fn::services
