// SPDX-License-Identifier: Apache-2.0

#include <cstdlib>
#include <string>
#include <vector>

#include "tools/fnctl/fnctl.h"

int main(int count, char** words) {
  const std::vector<std::string> arguments(words + 1, words + count);
  // Read before any thread starts.
  const char* const url = std::getenv("FN_API_URL");  // NOLINT(concurrency-mt-unsafe)
  return fn::tools::fnctl(arguments, fn::sim::process_console("fnctl"), url == nullptr ? "" : url);
}
