// SPDX-License-Identifier: Apache-2.0
//
// The text of functions.csv: one row per function and group. Columns, units and edge cases are in
// sim/README.md.

#pragma once

#include <string>
#include <string_view>

#include "sim/report/function_book.h"

namespace fn::sim {

std::string_view functions_heading();

void append_function_row(std::string& out,
                         std::string_view group,
                         std::string_view function,
                         const FunctionBook& book);

}  // namespace fn::sim
