// SPDX-License-Identifier: Apache-2.0
//
// Goal: a node knows the functions that it uses and the last ones that it used, each by one handle;
// what it let go of leaves nothing behind, and whoever comes back is as new.

#include "services/wire/function_registry.h"

#include <cstdint>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

FunctionSetup setup_of(const std::string& name, const std::string& image = "image") {
  FunctionSetup setup;
  setup.fn_id = name;
  setup.image = image;
  return setup;
}

// Used, and used no more.
core::FunctionHandle pass(FunctionRegistry& functions,
                          const std::string& name,
                          const std::string& image = "image") {
  const core::FunctionHandle function = functions.use(name, setup_of(name, image));
  functions.release(function);
  return function;
}

TEST(FunctionRegistry, LetsGoOfWhoeverIsUnusedForLongestOnceTooManyAre) {
  FunctionRegistry functions(2);
  const auto a = pass(functions, "a");
  const auto b = pass(functions, "b");
  EXPECT_EQ(pass(functions, "a"), a);
  EXPECT_FALSE(functions.let_go());
  pass(functions, "c");
  const auto forgotten = functions.let_go();
  ASSERT_TRUE(forgotten);
  EXPECT_EQ(forgotten->function, b);
  EXPECT_FALSE(functions.let_go());
  EXPECT_EQ(pass(functions, "a"), a);
}

TEST(FunctionRegistry, NeverLetsGoOfWhatIsUsedHoweverOften) {
  FunctionRegistry functions(0);
  const auto a = functions.use("a", setup_of("a"));
  functions.use(a);
  functions.release(a);
  EXPECT_FALSE(functions.let_go());
  EXPECT_EQ(functions.setup(a).fn_id, "a");
  functions.release(a);
  ASSERT_TRUE(functions.let_go());
}

TEST(FunctionRegistry, AHandleGivenAnewHasNothingOfTheOneThatHadIt) {
  FunctionRegistry functions(0);
  const auto a = pass(functions, "a");
  functions.let_go();
  FunctionSetup large = setup_of("b");
  large.memory = core::MemoryMib{512};
  const auto b = functions.use("b", large);
  EXPECT_EQ(b, a);
  EXPECT_EQ(functions.setup(b).fn_id, "b");
  EXPECT_EQ(functions.table()[b].memory.value, 512);
  EXPECT_EQ(functions.table()[b].key, placement_key("b"));
  const auto again = functions.use("a", setup_of("a"));
  EXPECT_NE(again, b);
  EXPECT_EQ(functions.setup(again).fn_id, "a");
  EXPECT_EQ(functions.setup(b).fn_id, "b");
}

TEST(FunctionRegistry, AnImagesNumberIsFreeOnceItsLastFunctionIsGone) {
  FunctionRegistry functions(0);
  const auto kept = functions.use("kept", setup_of("kept", "other"));
  pass(functions, "a", "shared");
  pass(functions, "b", "shared");
  const auto later = functions.use("later", setup_of("later", "later"));
  const auto first = functions.let_go();
  ASSERT_TRUE(first);
  EXPECT_FALSE(first->image);
  const auto second = functions.let_go();
  ASSERT_TRUE(second);
  ASSERT_TRUE(second->image);
  const auto c = functions.use("c", setup_of("c", "new"));
  const auto d = functions.use("d", setup_of("d", "newer"));
  EXPECT_EQ(*second->image, 1U);
  std::vector<std::uint32_t> images;
  for (const core::FunctionHandle function : {kept, c, later, d}) {
    images.push_back(functions.table()[function].image);
  }
  EXPECT_EQ(images, (std::vector<std::uint32_t>{0, 1, 2, 3}));
}

TEST(FunctionRegistry, ManyThatComeAndGoLeaveAsMuchAsFew) {
  FunctionRegistry functions(10);
  for (int function = 0; function < 10'000; ++function) {
    pass(functions, std::to_string(function), "image-" + std::to_string(function));
    while (functions.let_go()) {
    }
  }
  EXPECT_EQ(functions.size(), 10U);
  EXPECT_EQ(functions.table().size(), 11U);
}

}  // namespace
}  // namespace fn::services
