// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: any bytes as Huawei's minute tables. The reader must refuse them with one line
// or give what it promises (tests/support/read_whole.h).
//
// The first byte chooses options, which tables there are and which get a proper header before their
// bytes; the rest is cut at bytes of value 1 into the calls of two days, delays and memory limits.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/assert.h"
#include "sim/trace/huawei2023.h"
#include "tests/support/read_whole.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::uint8_t flags = data[0];
  std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  std::vector<std::string> files(4);
  for (std::string& file : files) {
    const std::size_t end = bytes.find('\x01');
    file = bytes.substr(0, end);
    bytes.remove_prefix(end == std::string_view::npos ? bytes.size() : end + 1);
    file.insert(0, (flags & 1) != 0 ? "day,time,0,1,2\n" : "");
  }
  std::vector<fn::sim::HuaweiDay> days = {
      {"0", (flags & 2) != 0 ? "2" : "", (flags & 4) != 0 ? "3" : ""}};
  if ((flags & 8) != 0) {
    days.push_back({"1", "", ""});
  }
  fn::sim::TraceOptions options;
  options.lenient = (flags & 16) != 0;
  options.limits.calls_per_minute = 1'000;
  options.limits.line_bytes = 4'096;
  options.limits.functions = 64;
  const auto open = [&files](const std::string& path) {
    const auto number = static_cast<std::size_t>(path.front() - '0');
    return fn::core::Result<fn::core::ByteSourcePtr>(
        fn::core::memory_bytes(path, files[number], false));
  };
  fn::core::Result<fn::sim::TraceReaderPtr> reader =
      fn::sim::read_huawei2023(std::move(days), open, options);
  if (reader) {
    [[maybe_unused]] const auto minutes = fn::tests::read_whole(**reader);
  } else {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
