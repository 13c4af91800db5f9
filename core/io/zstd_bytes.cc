// SPDX-License-Identifier: Apache-2.0

#include <memory>
#include <utility>
#include <vector>
#include <zstd.h>

#include "core/io/byte_source.h"
#include "core/io/sequential_bytes.h"

namespace fn::core {

namespace {

struct FreeContext {
  void operator()(ZSTD_DCtx* context) const { ZSTD_freeDCtx(context); }
};

class ZstdBytes final : public SequentialBytes {
 public:
  explicit ZstdBytes(ByteSourcePtr packed)
      : SequentialBytes(packed->name()),
        packed_(std::move(packed)),
        context_(ZSTD_createDCtx()),
        block_(ZSTD_DStreamInSize()) {
    // A window above 128 MiB is refused, so that a frame's header cannot exhaust memory.
    constexpr int kWindowLog = 27;
    ZSTD_DCtx_setParameter(context_.get(), ZSTD_d_windowLogMax, kWindowLog);
  }

 private:
  Result<std::size_t> next(std::span<char> into) override {
    ZSTD_outBuffer out{into.data(), into.size(), 0};
    while (out.pos == 0) {
      if (input_.pos == input_.size && !ended_) {
        Result<std::size_t> got = packed_->read_at(offset_, block_);
        if (!got) {
          return got;
        }
        offset_ += *got;
        ended_ = *got == 0;
        input_ = {block_.data(), *got, 0};
      }
      if (ended_ && !in_frame_) {
        return std::size_t{0};
      }
      const std::size_t left = ZSTD_decompressStream(context_.get(), &out, &input_);
      if (ZSTD_isError(left) != 0) {
        return wrong(std::string("a sound zstd frame, found: ") + ZSTD_getErrorName(left));
      }
      in_frame_ = left != 0;
      if (ended_ && in_frame_ && out.pos == 0) {
        return wrong("the frame's end, found the end of the file, which was cut");
      }
    }
    return out.pos;
  }

  [[nodiscard]] Result<std::size_t> wrong(const std::string& expected) const {
    return fail(ErrorCode::kInvalidArgument,
                name() + ": near byte " + std::to_string(offset_ - input_.size + input_.pos) +
                    ": expected " + expected);
  }

  ByteSourcePtr packed_;
  std::unique_ptr<ZSTD_DCtx, FreeContext> context_;
  std::vector<char> block_;
  ZSTD_inBuffer input_{nullptr, 0, 0};
  std::uint64_t offset_ = 0;
  bool ended_ = false;
  bool in_frame_ = false;
};

}  // namespace

ByteSourcePtr unpack_zstd(ByteSourcePtr packed) {
  return std::make_shared<ZstdBytes>(std::move(packed));
}

}  // namespace fn::core
