// SPDX-License-Identifier: Apache-2.0
//
// Goal: what the terminal can show is read from the environment as other programs read it.

#include "sim/cli/console.h"

#include <gtest/gtest.h>

namespace fn::tests {
namespace {

TEST(Utf8Locale, IsNamedByTheFirstVariableThatIsSet) {
  EXPECT_TRUE(sim::utf8_locale("", "", "en_GB.UTF-8"));
  EXPECT_TRUE(sim::utf8_locale("", "C.utf8", "C"));
  EXPECT_TRUE(sim::utf8_locale("de_DE.UTF-8@euro", "C", "C"));
  EXPECT_FALSE(sim::utf8_locale("C", "", "en_GB.UTF-8"));
  EXPECT_FALSE(sim::utf8_locale("", "POSIX", "en_GB.UTF-8"));
  EXPECT_FALSE(sim::utf8_locale("", "", ""));
  EXPECT_FALSE(sim::utf8_locale("", "", "en_GB.ISO-8859-1"));
  EXPECT_FALSE(sim::utf8_locale("", "", "utf-8"));
}

}  // namespace
}  // namespace fn::tests
