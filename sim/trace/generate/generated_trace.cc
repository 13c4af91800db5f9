// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/generate/generated_trace.h"

#include <span>
#include <utility>
#include <vector>

#include "sim/trace/generate/generator_check.h"
#include "sim/trace/generate/minute_counts.h"
#include "sim/trace/generate/platform.h"
#include "sim/trace/generate/tenants.h"
#include "sim/trace/sha256.h"

namespace fn::sim {

namespace {

// Changes when the same configuration and seed give another trace than before.
constexpr std::uint64_t kGeneratorVersion = 1;

template <typename T>
void put(Sha256& digest, const T& value) {
  digest.update({reinterpret_cast<const char*>(&value), sizeof(value)});
}

void put_text(Sha256& digest, const std::string& text) {
  put(digest, static_cast<std::uint64_t>(text.size()));
  digest.update(text);
}

void put_function(Sha256& digest, const core::TraceFunction& function) {
  put_text(digest, function.tenant);
  put_text(digest, function.app);
  put_text(digest, function.name);
  put_text(digest, function.trigger);
  put(digest, function.memory_mib);
  for (const core::Duration duration : function.durations.quantiles) {
    put(digest, static_cast<std::int64_t>(duration.count()));
  }
}

class GeneratedTrace final : public TraceReader {
 public:
  GeneratedTrace(Population population, std::int64_t minutes)
      : population_(std::move(population)), counts_(population_), minutes_(minutes) {
    known_head.functions = std::exchange(population_.functions, {});
    known_head.notes = std::exchange(population_.notes, {});
    known_head.end_ns = minutes * core::kTraceMinuteNs;
  }

  void draw_totals() {
    Sha256 digest;
    put(digest, kGeneratorVersion);
    put(digest, minutes_);
    for (const core::TraceFunction& function : known_head.functions) {
      put_function(digest, function);
    }
    core::TraceMinute minute;
    while (draw(minute)) {
      put(digest, minute.number);
      for (const core::TraceCount& count : minute.counts) {
        known_head.functions[count.function].calls += count.calls;
      }
      static_assert(sizeof(core::TraceCount) == 8);
      digest.update({reinterpret_cast<const char*>(minute.counts.data()),
                     minute.counts.size() * sizeof(core::TraceCount)});
    }
    known_head.sha256 = digest.hex();
    next_ = 0;
  }

  core::Result<bool> next(core::TraceMinute& minute) override { return draw(minute); }

  void skip_to(std::int64_t minute) override { next_ = minute; }

 private:
  bool draw(core::TraceMinute& minute) {
    minute.calls.clear();
    minute.counts.clear();
    const auto functions = static_cast<std::uint32_t>(population_.rates.size());
    while (minute.counts.empty() && next_ < minutes_) {
      minute.number = next_++;
      for (std::uint32_t function = 0; function < functions; ++function) {
        const std::uint32_t calls = counts_.count(function, minute.number);
        if (calls > 0) {
          minute.counts.push_back({function, calls});
        }
      }
    }
    return !minute.counts.empty();
  }

  Population population_;
  MinuteCounts counts_;
  std::int64_t minutes_;
  std::int64_t next_ = 0;
};

}  // namespace

Population make_population(const GeneratorConfig& config, std::uint64_t seed) {
  const std::int64_t minutes = config.days * kMinutesPerDay;
  Population population;
  add_platform(config, seed, minutes, population);
  add_tenants(config, seed, minutes, population);
  return population;
}

core::Result<TraceReaderPtr> open_generated(const GeneratorConfig& config, std::uint64_t seed) {
  if (core::Status status = check_generator(config); !status) {
    return tl::unexpected(status.error());
  }
  auto trace =
      std::make_unique<GeneratedTrace>(make_population(config, seed), config.days * kMinutesPerDay);
  trace->draw_totals();
  return TraceReaderPtr(std::move(trace));
}

}  // namespace fn::sim
