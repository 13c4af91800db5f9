// SPDX-License-Identifier: Apache-2.0
//
// Whole numbers of 128 bits, for sums that must be exact however long a run is: nanoseconds over
// all calls, or a level multiplied by the nanoseconds that it was held.

#pragma once

namespace fn::core {

__extension__ using WideInt = __int128;

}  // namespace fn::core
