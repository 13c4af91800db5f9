// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as a scenario file. They must be refused with one line or become a
// scenario, without a crash, a hang or much memory.

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "core/base/assert.h"
#include "core/io/toml.h"
#include "sim/scenario/scenario.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto settings = fn::core::parse_toml(text, "fuzz.toml");
  if (!settings) {
    FN_ASSERT(settings.error().message.find('\n') == std::string::npos);
    return 0;
  }
  const auto scenario = fn::sim::make_scenario(*settings);
  if (!scenario) {
    FN_ASSERT(scenario.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
