// SPDX-License-Identifier: Apache-2.0
//
// The bytes of a .fntrace file, version 1; traces/README.md describes them for other readers.
// All numbers are little-endian.
//
//   FileHeader | block...; the last block is the directory
//
// A block is a BlockHeader and one zstd frame with checksum (RFC 8878). Blocks of calls and counts
// ascend in time; the function, head and directory blocks follow them.

#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace fn::core::fntrace {

inline constexpr std::array<char, 8> kMagic = {'F', 'N', 'T', 'R', 'A', 'C', 'E', '\n'};
inline constexpr std::uint32_t kVersion = 1;

// Calls in one block at most, and bytes of a block's content at most.
inline constexpr std::uint32_t kBlockCalls = 65'536;
inline constexpr std::uint32_t kBlockBytes = 32 * 1024 * 1024;
inline constexpr std::uint64_t kFunctionsMax = 4'000'000;
inline constexpr std::uint64_t kBlocksMax = 16'000'000;

struct FileHeader {
  std::array<char, 8> magic = kMagic;
  std::uint32_t version = kVersion;
  std::uint32_t reserved = 0;
  std::uint64_t directory_offset = 0;  // of the directory's BlockHeader; 0: was not finished
  std::array<std::uint8_t, 32> source_sha256{};
  std::uint64_t calls = 0;  // one by one and counted
};

static_assert(sizeof(FileHeader) == 64);

enum class BlockKind : std::uint32_t {
  kCalls = 1,
  kCounts = 2,
  kFunctions = 3,
  kHead = 4,
  kDirectory = 5,
};

struct BlockHeader {
  BlockKind kind = BlockKind::kCalls;
  std::uint32_t items = 0;         // calls, minutes, functions, 1, entries
  std::uint32_t packed_bytes = 0;  // of the zstd frame
  std::uint32_t plain_bytes = 0;   // of its content
  std::int64_t first_ns = 0;       // calls: the first start; counts: the first minute's start
  std::int64_t last_ns = 0;        // the last one
};

static_assert(sizeof(BlockHeader) == 32);

// In the directory, for each block before it, in order.
struct DirectoryEntry {
  std::uint64_t offset = 0;
  BlockHeader header;
};

static_assert(sizeof(DirectoryEntry) == 40);

// Content of a block of calls: this, then three columns of `items` unsigned integers of the stated
// widths: starts, each less the one before (the first: less first_ns), in start units; functions;
// durations, in run units.
struct CallsHeader {
  std::uint64_t start_unit_ns = 1;
  std::uint64_t run_unit_ns = 1;
  std::uint8_t start_bytes = 1;  // 1, 2, 4 or 8
  std::uint8_t function_bytes = 1;
  std::uint8_t run_bytes = 1;
  std::array<std::uint8_t, 5> reserved{};
};

static_assert(sizeof(CallsHeader) == 24);

}  // namespace fn::core::fntrace
