// SPDX-License-Identifier: Apache-2.0
//
// ContainerPlaces: the containers of a RunnerNode by the handles of its machine, those that start
// and those that are up. Containers end within their own callbacks; they are kept here and
// destroyed by bury(), when the batch is over. For runner_node.cc only.

#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

#include "core/base/handle.h"
#include "services/runner/container.h"

namespace fn::services {

class ContainerPlaces {
 public:
  struct Place {
    std::uint32_t number = 0;  // of its present container; zero: none
    std::unique_ptr<Container> container;
    bool starting = false;
    std::uint64_t start = 0;  // the driver's token while it starts; zero: not told yet
    FunctionError error;      // why it could not be started
  };

  // Valid until the next call for another handle.
  Place& at(core::ContainerHandle container) {
    if (container.value >= places_.size()) {
      places_.resize(container.value + std::size_t{1});
    }
    return places_[container.value];
  }

  [[nodiscard]] std::vector<Place>& all() { return places_; }

  // The container that is up with this number; null: none.
  [[nodiscard]] const Container* find(std::uint32_t number) const {
    for (const Place& each : places_) {
      if (each.number != 0 && each.number == number) {
        return each.container.get();
      }
    }
    return nullptr;
  }

  // Lets the place go; a container that still starts is taken back from the driver.
  void remove(Place& place, ContainerDriver& driver) {
    place.number = 0;
    if (std::exchange(place.starting, false)) {
      driver.cancel(place.start);
    }
    if (place.container != nullptr) {
      end(std::move(place.container));
    }
  }

  void end(std::unique_ptr<Container> container) { gone_.push_back(std::move(container)); }

  // What the end of a container sets off may end further ones.
  void bury() {
    while (!gone_.empty()) {
      going_.swap(gone_);
      going_.clear();
    }
  }

 private:
  std::vector<Place> places_;
  std::vector<std::unique_ptr<Container>> gone_;
  std::vector<std::unique_ptr<Container>> going_;
};

}  // namespace fn::services
