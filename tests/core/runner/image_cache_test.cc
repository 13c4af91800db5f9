// SPDX-License-Identifier: Apache-2.0
//
// Goal: the cache holds the images that were started last, as many as it may, like a plain list.

#include "core/runner/image_cache.h"

#include <algorithm>
#include <list>
#include <rapidcheck.h>

#include <gtest/gtest.h>

namespace fn::core {
namespace {

TEST(ImageCache, AgreesWithAPlainListOfTheLastStarts) {
  EXPECT_TRUE(rc::check("image cache", [] {
    const auto most = *rc::gen::inRange<std::uint32_t>(1, 5);
    ImageCache real(most);
    std::list<std::uint32_t> latest;  // newest first
    const int steps = *rc::gen::inRange(0, 100);
    for (int step = 0; step < steps; ++step) {
      const auto image = *rc::gen::inRange<std::uint32_t>(0, 8);
      const auto known = std::find(latest.begin(), latest.end(), image);
      if (*rc::gen::inRange(0, 4) == 0) {
        real.forget(image);
        latest.remove(image);
        continue;
      }
      RC_ASSERT(real.start(image) == (known != latest.end()));
      if (known != latest.end()) {
        latest.erase(known);
      }
      latest.push_front(image);
      if (latest.size() > most) {
        latest.pop_back();
      }
      Writer saved;
      real.save(saved);
      Reader reader(saved.bytes());
      ImageCache restored(most);
      RC_ASSERT(restored.load(reader).has_value());
      real = restored;
    }
  }));
}

TEST(ImageCache, RefusesAStateWhoseCountIsWrong) {
  ImageCache cache(3);
  for (const std::uint32_t image : {3U, 1U}) {
    cache.start(image);
  }
  Writer saved;
  cache.save(saved);
  std::vector<std::byte> bytes(saved.bytes().begin(), saved.bytes().end());
  bytes[bytes.size() - 8] = std::byte{3};
  Reader reader(bytes);
  EXPECT_FALSE(ImageCache(3).load(reader).has_value());
}

}  // namespace
}  // namespace fn::core
