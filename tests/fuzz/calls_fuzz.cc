// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as a per-call CSV file. The reader must refuse them with one line or
// give what it promises (tests/support/read_whole.h).
//
// The first byte chooses options and a header before the bytes, the second which columns are named.

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

#include "core/base/assert.h"
#include "sim/trace/calls.h"
#include "tests/support/read_whole.h"

namespace {

constexpr std::array<std::string_view, 8> kColumns = {"",
                                                      "start=a",
                                                      "start=a:ns,duration=b:us",
                                                      "end=a:s,duration=b:s,fn=c",
                                                      "start=a:ms,end=b:ms,fn=c,tenant=d",
                                                      "start=a,memory=b:gib,app=c",
                                                      "start=a:,duration=b:parsec",
                                                      "end=a"};
constexpr std::array<std::string_view, 4> kHeaders = {
    "", "start,duration_ms,fn,memory_mb\n", "app,func,end_timestamp,duration\n", "a,b,c,d\n"};

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) {
    return 0;
  }
  const std::uint8_t flags = data[0];
  std::string file(kHeaders[flags & 3]);
  file.append(reinterpret_cast<const char*>(data) + 2, size - 2);
  fn::sim::TraceOptions options;
  options.lenient = (flags & 4) != 0;
  options.columns = kColumns[data[1] % kColumns.size()];
  options.limits.line_bytes = 4'096;
  options.limits.functions = 64;
  options.limits.calls_per_minute = 64;
  fn::core::Result<fn::sim::TraceReaderPtr> reader = fn::sim::read_calls(
      fn::core::memory_bytes("calls", std::move(file), (flags & 8) != 0), options);
  if (reader) {
    [[maybe_unused]] const auto minutes = fn::tests::read_whole(**reader);
  } else {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
