// SPDX-License-Identifier: Apache-2.0
//
// libFuzzer target: .fntrace files that are damaged or lie. The reader must refuse them with one
// line or give what it promises (tests/support/read_whole.h).
//
// The first byte chooses what the rest is: 0 the file itself; 1 where and how one byte of a sound
// file is damaged; 2 the content of blocks, which are packed and listed as a writer would do it,
// since no mutation gets past the checksums of a packed one.

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <utility>
#include <vector>
#include <zstd.h>

#include "core/base/assert.h"
#include "core/io/byte_sink.h"
#include "core/io/fntrace_format.h"
#include "core/io/fntrace_writer.h"
#include "sim/trace/fntrace.h"
#include "tests/support/read_whole.h"

namespace {

using fn::core::fntrace::BlockHeader;
using fn::core::fntrace::BlockKind;
using fn::core::fntrace::DirectoryEntry;
using fn::core::fntrace::FileHeader;

// Takes from the front; zeros behind the end.
class Input {
 public:
  explicit Input(std::string_view bytes) : rest_(bytes) {}

  template <typename T>
  T take() {
    T value{};
    std::memcpy(&value, rest_.data(), std::min(sizeof(T), rest_.size()));
    rest_.remove_prefix(std::min(sizeof(T), rest_.size()));
    return value;
  }

  std::string_view text(std::size_t size) {
    const std::string_view text = rest_.substr(0, size);
    rest_.remove_prefix(text.size());
    return text;
  }

  [[nodiscard]] bool empty() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

template <typename T>
void put(std::string& file, const T& value) {
  file.append(reinterpret_cast<const char*>(&value), sizeof(T));
}

// Counted calls and single ones, in several minutes.
std::string sound_file() {
  fn::core::MemorySink sink;
  fn::core::FntraceWriter writer(sink, 1);
  fn::core::TraceHead head;
  head.functions.resize(2);
  for (fn::core::TraceFunction& function : head.functions) {
    function.tenant = "ann";
    function.name = "f" + std::to_string(&function - head.functions.data());
    function.memory_mib = 128;
    function.durations.quantiles.fill(std::chrono::milliseconds(5));
  }
  head.end_ns = 10 * fn::core::kTraceMinuteNs;
  head.notes = {"a note"};
  for (std::int64_t number = 0; number < 4; ++number) {
    const std::int64_t begin = number * fn::core::kTraceMinuteNs;
    FN_ASSERT(writer.add({number, {{1, 7}}, {{begin + 5, 9, 0}, {begin + 500, 90, 1}}}));
  }
  FN_ASSERT(writer.add({9, {{0, 1}, {1, 300}}, {}}));
  FN_ASSERT(writer.finish(head));
  return sink.bytes();
}

std::string damaged(Input input) {
  std::string file = sound_file();
  const std::size_t at = input.take<std::uint16_t>() % file.size();
  file[at] = static_cast<char>(file[at] ^ input.take<char>());
  return file;
}

DirectoryEntry put_block(std::string& file, BlockHeader header, std::string_view content) {
  std::vector<char> packed(ZSTD_compressBound(content.size()));
  const std::size_t size =
      ZSTD_compress(packed.data(), packed.size(), content.data(), content.size(), 1);
  header.plain_bytes = static_cast<std::uint32_t>(content.size());
  header.packed_bytes = static_cast<std::uint32_t>(size);
  const DirectoryEntry entry{file.size(), header};
  put(file, header);
  file.append(packed.data(), size);
  return entry;
}

std::string packed(Input input) {
  FileHeader head;
  head.calls = input.take<std::uint16_t>();
  std::string file;
  put(file, head);
  std::string directory;
  std::uint32_t blocks = 0;
  while (!input.empty()) {
    BlockHeader header;
    header.kind = static_cast<BlockKind>(input.take<std::uint8_t>() % 6);
    header.items = input.take<std::uint8_t>();
    header.first_ns = input.take<std::uint8_t>() * 15'000'000'000;
    header.last_ns = header.first_ns + input.take<std::uint8_t>() * 15'000'000'000;
    put(directory, put_block(file, header, input.text(input.take<std::uint16_t>())));
    ++blocks;
  }
  head.directory_offset = file.size();
  BlockHeader header;
  header.kind = BlockKind::kDirectory;
  header.items = blocks;
  put_block(file, header, directory);
  std::memcpy(file.data(), &head, sizeof(head));
  return file;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) {
    return 0;
  }
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  constexpr std::uint8_t kDamaged = 1;
  constexpr std::uint8_t kPacked = 2;
  std::string file(bytes);
  if (data[0] == kDamaged) {
    file = damaged(Input(bytes));
  } else if (data[0] == kPacked) {
    file = packed(Input(bytes));
  }
  fn::core::Result<fn::sim::TraceReaderPtr> reader =
      fn::sim::read_fntrace(fn::core::memory_bytes("fntrace", std::move(file)));
  if (reader) {
    [[maybe_unused]] const auto minutes = fn::tests::read_whole(**reader);
  } else {
    FN_ASSERT(reader.error().message.find('\n') == std::string::npos);
  }
  return 0;
}
