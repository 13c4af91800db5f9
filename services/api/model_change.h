// SPDX-License-Identifier: Apache-2.0
//
// How a change is merged into what is kept: fields that were not given stay, an empty config value
// or an empty annotation deletes its key, an empty list its header. Ids, owners, times and the
// names of apps and functions never change this way.

#pragma once

#include "services/api/model.h"

namespace fn::services {

void merge(App& kept, const App& change);
void merge(Fn& kept, const Fn& change);
void merge(Trigger& kept, const Trigger& change);

// What a new function has where nothing was given.
void set_defaults(Fn& fn);

}  // namespace fn::services
