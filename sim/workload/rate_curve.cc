// SPDX-License-Identifier: Apache-2.0

#include "sim/workload/rate_curve.h"

#include <algorithm>

#include "core/base/assert.h"
#include "sim/workload/sampling.h"

namespace fn::sim {

namespace {

constexpr double kNsPerS = 1e9;
// 200 years: later times count as never.
constexpr std::int64_t kHorizonNs = 200LL * 365 * 24 * 3600 * 1'000'000'000;

double seconds(core::Duration length) {
  return static_cast<double>(length.count()) / kNsPerS;
}

}  // namespace

ArrivalClock::ArrivalClock(const ArrivalShape& shape, core::Rng rng)
    : rng_(rng),
      random_(shape.process == ArrivalProcess::kPoisson ||
              (shape.process != ArrivalProcess::kConstant && !shape.even)),
      piece_begin_ns_(shape.start.count()) {
  build(shape);
  for (std::size_t index = cycle_begin_; index < pieces_.size(); ++index) {
    if (pieces_[index].length == core::kForever) {
      cycle_begin_ = pieces_.size();  // nothing repeats
      return;
    }
    cycle_length_ += pieces_[index].length;
    cycle_calls_ += pieces_[index].calls;
  }
}

void ArrivalClock::add(core::Duration length, double rate_per_s) {
  if (length > core::Duration::zero()) {
    pieces_.push_back({length, rate_per_s, rate_per_s * seconds(length)});
  }
}

void ArrivalClock::build(const ArrivalShape& shape) {
  switch (shape.process) {
    case ArrivalProcess::kPoisson:
    case ArrivalProcess::kConstant:
      add(core::kForever, shape.rate_per_s);
      break;
    case ArrivalProcess::kStep:
      add(shape.step_at, shape.rate_per_s);
      add(core::kForever, shape.step_rate_per_s);
      break;
    case ArrivalProcess::kSine:
      add_sine(shape);
      break;
    case ArrivalProcess::kBurst:
      add(shape.burst_at, shape.rate_per_s);
      cycle_begin_ = pieces_.size();
      add(shape.burst_length, shape.burst_rate_per_s);
      if (shape.burst_every == core::Duration::zero()) {
        add(core::kForever, shape.rate_per_s);
      } else {
        add(shape.burst_every - shape.burst_length, shape.rate_per_s);
      }
      break;
  }
}

void ArrivalClock::add_sine(const ArrivalShape& shape) {
  constexpr std::int64_t kPieces = 1024;
  // peak = mean * (1 + amplitude), trough = mean * (1 - amplitude).
  const double amplitude = (shape.sine_peak_to_trough - 1) / (shape.sine_peak_to_trough + 1);
  const std::int64_t period = shape.sine_period.count();
  std::int64_t begin = 0;
  for (std::int64_t piece = 0; piece < kPieces; ++piece) {
    // Without a product of period and piece, which might not fit.
    const std::int64_t end =
        period / kPieces * (piece + 1) + period % kPieces * (piece + 1) / kPieces;
    const double middle = (static_cast<double>(piece) + 0.5) / static_cast<double>(kPieces);
    const double wave = sine_of_turns(middle + shape.sine_phase);
    add(core::Duration(end - begin), shape.rate_per_s * (1 + amplitude * wave));
    begin = end;
  }
}

// Whole cycles without a call are passed at once. False when the next call is beyond the horizon.
bool ArrivalClock::skip_cycles() {
  if (cycle_calls_ <= 0) {
    return false;
  }
  const double cycles = grown_ / cycle_calls_;
  const std::int64_t most = kHorizonNs / cycle_length_.count();
  if (cycles >= static_cast<double>(most)) {
    return false;
  }
  const auto whole = static_cast<std::int64_t>(cycles);
  piece_begin_ns_ += whole * cycle_length_.count();
  grown_ = std::max(0.0, grown_ - static_cast<double>(whole) * cycle_calls_);
  return true;
}

core::Instant ArrivalClock::next() {
  if (random_) {
    grown_ += exponential_quantile(open_unit(rng_.next()), 1);
  } else if (started_) {
    grown_ += 1;
  }
  started_ = true;
  while (piece_begin_ns_ < kHorizonNs) {
    const Piece& piece = pieces_[piece_];
    const bool last = piece.length == core::kForever;
    if (piece.rate_per_s > 0 && (last || grown_ < piece.calls)) {
      const double ns = grown_ / piece.rate_per_s * kNsPerS;
      if (ns >= static_cast<double>(kHorizonNs)) {
        return core::kNever;
      }
      // Rounding may reach the piece's end, never the next piece's inside.
      const std::int64_t offset = std::min(static_cast<std::int64_t>(ns), piece.length.count());
      return core::Instant(core::Duration(piece_begin_ns_ + offset));
    }
    if (last) {
      return core::kNever;
    }
    grown_ -= piece.calls;
    piece_begin_ns_ += piece.length.count();
    ++piece_;
    if (piece_ == pieces_.size()) {
      piece_ = cycle_begin_;
      if (!skip_cycles()) {
        piece_begin_ns_ = kHorizonNs;
      }
    }
  }
  return core::kNever;
}

double peak_rate(const ArrivalShape& shape) {
  switch (shape.process) {
    case ArrivalProcess::kPoisson:
    case ArrivalProcess::kConstant:
      return shape.rate_per_s;
    case ArrivalProcess::kStep:
      return std::max(shape.rate_per_s, shape.step_rate_per_s);
    case ArrivalProcess::kSine:
      return shape.rate_per_s * 2 * shape.sine_peak_to_trough / (shape.sine_peak_to_trough + 1);
    case ArrivalProcess::kBurst:
      return std::max(shape.rate_per_s, shape.burst_rate_per_s);
  }
  return 0;
}

}  // namespace fn::sim
