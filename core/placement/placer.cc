// SPDX-License-Identifier: Apache-2.0

#include "core/placement/placer.h"

#include <array>
#include <cstddef>

#include "core/placement/ch_compat_placer.h"
#include "core/placement/ch_placer.h"
#include "core/placement/chbl_placer.h"
#include "core/placement/circular_walk.h"
#include "core/placement/least_outstanding_placer.h"
#include "core/placement/naive_placer.h"
#include "core/placement/p2c_placer.h"
#include "core/placement/random_placer.h"
#include "core/placement/round_robin_placer.h"

namespace fn::core {

namespace {

using Make = std::unique_ptr<Placer> (*)(const PlacerConfig& config, Rng rng);

struct NamedPlacer {
  std::string_view name;
  Make make;
};

template <typename T>
std::unique_ptr<Placer> plain(const PlacerConfig& /*config*/, Rng /*rng*/) {
  return std::make_unique<T>();
}

template <typename T>
std::unique_ptr<Placer> drawing(const PlacerConfig& /*config*/, Rng rng) {
  return std::make_unique<T>(rng);
}

std::unique_ptr<Placer> make_ch(const PlacerConfig& config, Rng /*rng*/) {
  return std::make_unique<ChPlacer>(config.walk_above_percent);
}

std::unique_ptr<Placer> make_chbl(const PlacerConfig& config, Rng /*rng*/) {
  return std::make_unique<ChblPlacer>(config.load_bound_percent);
}

constexpr std::array kPlacers{
    NamedPlacer{"naive", drawing<NaivePlacer>},
    NamedPlacer{"ch-compat", plain<ChCompatPlacer>},
    NamedPlacer{"ch", make_ch},
    NamedPlacer{"chbl", make_chbl},
    NamedPlacer{"random", drawing<RandomPlacer>},
    NamedPlacer{"round-robin", plain<RoundRobinPlacer>},
    NamedPlacer{"least-outstanding", plain<LeastOutstandingPlacer>},
    NamedPlacer{"p2c", drawing<P2cPlacer>},
};

constexpr auto kNames = [] {
  std::array<std::string_view, kPlacers.size()> names;
  for (std::size_t index = 0; index < names.size(); ++index) {
    names[index] = kPlacers[index].name;
  }
  return names;
}();

}  // namespace

void Placer::members_changed(const PoolView& /*pool*/) {}

std::uint32_t Placer::next(const PoolView& pool,
                           const FunctionSpec& spec,
                           PlacementSession& session) {
  return walk_on(pool.candidates, session, [&](const Candidate& candidate) {
    return candidate.can_take(spec);
  });
}

void Placer::save(Writer& /*out*/) const {}

void Placer::load(Reader& /*in*/) {}

std::unique_ptr<Placer> make_placer(std::string_view name, const PlacerConfig& config, Rng rng) {
  for (const NamedPlacer& placer : kPlacers) {
    if (placer.name == name) {
      return placer.make(config, rng);
    }
  }
  return nullptr;
}

std::span<const std::string_view> placer_names() {
  return kNames;
}

}  // namespace fn::core
