// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as a week of IBM Code Engine and its app_configs. The reader must
// refuse them with one line or give what it promises (tests/support/read_whole.h).
//
// The first byte chooses options and headers; the rest is cut at the first byte of value 1 into the
// week and the configs.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/ibm2026.h"
#include "tests/support/read_whole.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::uint8_t flags = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  const std::size_t end = bytes.find('\x01');
  std::string week(bytes.substr(0, end));
  std::string configs(end == std::string_view::npos ? "" : bytes.substr(end + 1));
  if ((flags & 1) != 0) {
    week.insert(0, "NamespaceHash,AppHash,NumEvents,InvocationTimes[](s),AppExecTimes[](ms)\n");
    configs.insert(0, "NamespaceHash,AppHash,AppContainerRequestMemory(GB)\n");
  }
  fn::sim::TraceOptions options;
  options.lenient = (flags & 2) != 0;
  options.limits.functions = 64;
  options.limits.field_bytes = 64;
  const fn::core::ByteSourcePtr beside = fn::core::memory_bytes("configs", std::move(configs));
  const fn::core::Result<fn::sim::TraceReaderPtr> reader =
      fn::sim::read_ibm2026(*fn::core::memory_bytes("week", std::move(week), (flags & 4) != 0),
                            (flags & 8) != 0 ? beside.get() : nullptr,
                            options);
  if (reader) {
    [[maybe_unused]] const auto minutes = fn::tests::read_whole(**reader);
  } else {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
