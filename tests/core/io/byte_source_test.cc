// SPDX-License-Identifier: Apache-2.0
//
// Goal: a pipe, a packed file and a plain one read alike, the first block may be looked at before,
// and what is cut or damaged is told.

#include "core/io/byte_source.h"

#include <cstdio>
#include <string>
#include <unistd.h>
#include <vector>
#include <zstd.h>

#include <gtest/gtest.h>

#include "core/base/rng.h"
#include "core/io/byte_sink.h"

namespace fn::tests {
namespace {

std::string noise(std::size_t size) {
  core::Rng rng(1);
  std::string text(size, '\0');
  for (char& byte : text) {
    byte = static_cast<char>('a' + rng.below(26));
  }
  return text;
}

std::string packed(const std::string& text) {
  std::string out(ZSTD_compressBound(text.size()), '\0');
  out.resize(ZSTD_compress(out.data(), out.size(), text.data(), text.size(), 3));
  return out;
}

// Everything, in pieces of `piece` bytes, after a look at the beginning.
core::Result<std::string> read_all(const core::ByteSource& source, std::size_t piece) {
  std::vector<char> peek(1'000);
  if (const auto looked = source.read_at(0, peek); !looked) {
    return tl::unexpected(looked.error());
  }
  std::string text;
  std::vector<char> block(piece);
  while (true) {
    const core::Result<std::size_t> got = source.read_at(text.size(), block);
    if (!got) {
      return tl::unexpected(got.error());
    }
    if (*got == 0) {
      return text;
    }
    text.append(block.data(), *got);
  }
}

TEST(ByteSource, ReadsAlikeWhateverItIs) {
  for (const std::size_t size : {0U, 1U, 65'535U, 65'536U, 65'537U, 1'000'000U}) {
    const std::string text = noise(size);
    for (const std::size_t piece : {1'000U, 65'536U, 100'000U}) {
      EXPECT_EQ(read_all(*core::memory_bytes("m", text), piece).value(), text);
      EXPECT_EQ(read_all(*core::memory_bytes("m", text, false), piece).value(), text);
      const auto zstd = core::unpack_zstd(core::memory_bytes("m", packed(text), false));
      EXPECT_EQ(read_all(*zstd, piece).value(), text);
    }
  }
}

TEST(ByteSource, BecomesSeekable) {
  const std::string text = noise(300'000);
  const auto source = core::make_seekable(core::memory_bytes("pipe", text, false));
  ASSERT_TRUE(source);
  EXPECT_TRUE((*source)->seekable());
  EXPECT_EQ((*source)->name(), "pipe");
  std::vector<char> block(10);
  ASSERT_EQ((*source)->read_at(200'000, block).value(), 10U);
  EXPECT_EQ(std::string(block.begin(), block.end()), text.substr(200'000, 10));
}

TEST(ByteSource, FramesMayFollowEachOther) {
  const auto source =
      core::unpack_zstd(core::memory_bytes("m", packed("one") + packed("two"), false));
  EXPECT_EQ(read_all(*source, 100).value(), "onetwo");
}

TEST(ByteSource, TellsThatAFrameWasCut) {
  const std::string whole = packed(noise(100'000));
  for (const std::size_t size : {std::size_t{5}, whole.size() / 2, whole.size() - 1}) {
    const auto source = core::unpack_zstd(core::memory_bytes("a.zst", whole.substr(0, size)));
    const auto read = read_all(*source, 1'000);
    ASSERT_FALSE(read) << size;
    EXPECT_EQ(read.error().message,
              "a.zst: near byte " + std::to_string(size) +
                  ": expected the frame's end, found the end of the file, which was cut");
  }
}

TEST(ByteSource, TellsThatAFrameIsDamaged) {
  std::string whole = packed(noise(100'000));
  whole[whole.size() / 2] = static_cast<char>(whole[whole.size() / 2] ^ 1);
  whole.resize(whole.size() + 10);
  const auto source = core::unpack_zstd(core::memory_bytes("a.zst", whole));
  const auto read = read_all(*source, 1'000);
  ASSERT_FALSE(read);
  EXPECT_TRUE(read.error().message.starts_with("a.zst: near byte ")) << read.error().message;
}

TEST(ByteSink, AFileHasItsNameOnceItIsWhole) {
  const std::string path = testing::TempDir() + "sink_" + std::to_string(getpid());
  {
    const auto given_up = core::FileSink::create(path);
    ASSERT_TRUE(given_up);
    ASSERT_TRUE((*given_up)->append(std::string("half")));
    EXPECT_NE(access(path.c_str(), F_OK), 0);
  }
  EXPECT_FALSE(core::open_bytes(path));
  const auto sink = core::FileSink::create(path);
  ASSERT_TRUE(sink);
  ASSERT_TRUE((*sink)->append(std::string("0000 body")));
  ASSERT_TRUE((*sink)->overwrite(0, std::string("head")));
  ASSERT_TRUE((*sink)->commit());
  const auto whole = core::open_bytes(path);
  ASSERT_TRUE(whole) << whole.error().message;
  EXPECT_EQ(read_all(**whole, 100).value(), "head body");
  std::remove(path.c_str());
}

TEST(ByteSink, SaysWhichFileCannotBeWritten) {
  const auto sink = core::FileSink::create("/no/such/folder/x");
  ASSERT_FALSE(sink);
  EXPECT_EQ(sink.error().message,
            "/no/such/folder/x: cannot be written (No such file or directory)");
}

}  // namespace
}  // namespace fn::tests
