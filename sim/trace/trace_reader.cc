// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/trace_reader.h"

#include <algorithm>
#include <numeric>

namespace fn::sim {

std::vector<std::string> function_ids(const std::vector<core::TraceFunction>& functions) {
  std::vector<std::size_t> order(functions.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::sort(order.begin(), order.end(), [&functions](std::size_t left, std::size_t right) {
    return functions[left].name < functions[right].name;
  });
  std::vector<std::string> ids(functions.size());
  for (std::size_t place = 0; place < order.size(); ++place) {
    const core::TraceFunction& function = functions[order[place]];
    const auto is_same = [&](std::size_t other) {
      return functions[order[other]].name == function.name;
    };
    const bool shared =
        (place > 0 && is_same(place - 1)) || (place + 1 < order.size() && is_same(place + 1));
    ids[order[place]] =
        shared ? function.tenant + "/" + function.app + "/" + function.name : function.name;
  }
  return ids;
}

}  // namespace fn::sim
