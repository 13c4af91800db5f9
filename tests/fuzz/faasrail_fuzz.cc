// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as a specification of FaaSRail. The reader must refuse them with one
// line or give what it promises (tests/support/read_whole.h). The first byte chooses options and a
// header before the bytes.

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/faasrail.h"
#include "tests/support/read_whole.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::uint8_t flags = data[0];
  std::string file((flags & 1) != 0 ? "avg,mapped_wreq,1-2,3-4,5-6\n" : "");
  file.append(reinterpret_cast<const char*>(data) + 1, size - 1);
  fn::sim::TraceOptions options;
  options.lenient = (flags & 2) != 0;
  options.limits.line_bytes = 4'096;
  options.limits.functions = 64;
  options.limits.calls_per_minute = 1'000;
  const fn::core::Result<fn::sim::TraceReaderPtr> reader =
      fn::sim::read_faasrail(fn::core::memory_bytes("spec", std::move(file)), options);
  if (reader) {
    const auto minutes = fn::tests::read_whole(**reader);
    FN_ASSERT(minutes);
  } else {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
