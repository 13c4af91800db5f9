// SPDX-License-Identifier: Apache-2.0
//
// TOML in, a flat list of settings out, in the order of the file's lines. Tables become dotted
// keys, elements of lists become `key[0]`, `key[1]`. A part of a key that is not made of letters,
// digits, "_" and "-" keeps its quotes: groups."a.b".npm.min_runners.
//
// Errors are one line, "NAME:LINE:COLUMN: what is wrong", with code kInvalidArgument. Dates and
// times have no use here and are refused. Texts above 4 MiB are refused, so no input exhausts
// memory.

#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/value.h"

namespace fn::core {

// Each setting's place is "NAME:LINE".
Result<std::vector<Setting>> parse_toml(std::string_view text, std::string_view name);

// The file's settings; `path` is their name. kNotFound when it cannot be read.
Result<std::vector<Setting>> read_toml(const std::string& path);

}  // namespace fn::core
