// SPDX-License-Identifier: Apache-2.0
//
// Goal: a TOML text becomes the flat list that its reader sees, and no text does anything worse
// than being refused in one line with its place.

#include "core/io/toml.h"

#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

namespace fn::tests {

namespace {

using core::parse_toml;
using core::Result;
using core::Setting;

// "key = value @ place", one per line.
std::string flat(std::string_view text) {
  const Result<std::vector<Setting>> settings = parse_toml(text, "f.toml");
  if (!settings) {
    return settings.error().message;
  }
  std::string lines;
  for (const Setting& setting : *settings) {
    lines += setting.key + " = " + core::to_text(setting.value) + " @ " + setting.place + "\n";
  }
  return lines;
}

std::string repeated(std::string_view text, int times) {
  std::string all;
  for (int time = 0; time < times; ++time) {
    all += text;
  }
  return all;
}

TEST(Toml, TablesBecomeDottedKeysInTheOrderOfTheFile) {
  EXPECT_EQ(flat("[b]\nx = 1\ny.z = true\n[a]\nt = \"text\"\nr = 0.5\n"),
            "b.x = 1 @ f.toml:2\n"
            "b.y.z = true @ f.toml:3\n"
            "a.t = text @ f.toml:5\n"
            "a.r = 0.5 @ f.toml:6\n");
}

TEST(Toml, ListsAndListsOfTablesGetIndices) {
  EXPECT_EQ(flat("[[w.g]]\nn = 1\n[[w.g]]\nn = 2\nm = [5,\n 6]\n[[w.g.f]]\nk = 3\n"),
            "w.g[0].n = 1 @ f.toml:2\n"
            "w.g[1].n = 2 @ f.toml:4\n"
            "w.g[1].m[0] = 5 @ f.toml:5\n"
            "w.g[1].m[1] = 6 @ f.toml:6\n"
            "w.g[1].f[0].k = 3 @ f.toml:8\n");
}

TEST(Toml, APartOfAKeyThatIsNoPlainWordKeepsItsQuotes) {
  EXPECT_EQ(flat("[groups.\"a.b\"]\nnpm.x = 1\n"), "groups.\"a.b\".npm.x = 1 @ f.toml:2\n");
}

TEST(Toml, TheKindOfAValueIsKept) {
  const Result<std::vector<Setting>> settings = parse_toml("a = \"1\"\nb = 1\nc = 1.0\n", "f");
  ASSERT_TRUE(settings);
  EXPECT_TRUE(std::holds_alternative<std::string>((*settings)[0].value));
  EXPECT_TRUE(std::holds_alternative<std::int64_t>((*settings)[1].value));
  EXPECT_TRUE(std::holds_alternative<double>((*settings)[2].value));
}

TEST(Toml, AnErrorNamesFileLineAndColumn) {
  EXPECT_EQ(flat("a = 1\nb == 2\n"),
            "f.toml:2:4: not TOML: Error while parsing value: could not determine value type");
  const std::string twice = flat("a = 1\na = 2\n");
  EXPECT_TRUE(twice.starts_with("f.toml:2:")) << twice;
  EXPECT_NE(twice.find("cannot redefine existing integer 'a'"), std::string::npos) << twice;
  EXPECT_EQ(flat("x.d = 1979-05-27\n"),
            "f.toml:1:7: x.d: expected a number, true, false or text, not a date or time");
}

TEST(Toml, WhatTheParserItselfDoesNotExpectIsRefusedWithItsLine) {
  EXPECT_EQ(flat("a = 1\n[$]\nb = 2\n"),
            "f.toml:2:1: not TOML: expected a key, a [table] or a comment");
  EXPECT_EQ(flat("[=]"), "f.toml:1:1: not TOML: expected a key, a [table] or a comment");
}

TEST(Toml, LettersBeyondAsciiStandInCommentsAndInTextsOfOneLineOnly) {
  EXPECT_EQ(flat("a = \"gr\u00fc\u00df\" # d\u00e9j\u00e0\nb = 'caf\u00e9'\n\"\u00e9\" = 1\n"),
            "a = gr\u00fc\u00df @ f.toml:1\nb = caf\u00e9 @ f.toml:2\n\"\u00e9\" = 1 @ f.toml:3\n");
  const std::string expected =
      ": expected letters beyond ASCII only in comments and in texts of one line";
  EXPECT_EQ(flat("a = 1 \u00e9\n"), "f.toml:1:7" + expected);
  EXPECT_EQ(flat("a = \"\"\"\n  \\\n \u00e9\"\"\"\n"), "f.toml:3:2" + expected);
  EXPECT_EQ(flat("a = \"\\\"\" \u00e9\n"), "f.toml:1:10" + expected);
  EXPECT_EQ(flat("\xef\xbb\xbf"
                 "a = \"\"\"x\"\"\"\"\" # \u00e9\n"),
            "a = x\"\" @ f.toml:1\n");
}

TEST(Toml, AQuoteInsideABareValueHidesNothing) {
  for (const char* value : {"6'\xcb\x88'", "6.\"\xcb\x88\"", "6=\"\xcb\x88\"", "6[\"\xcb\x88\""}) {
    EXPECT_NE(flat(std::string("a = ") + value + "\n").find(": expected letters beyond ASCII only"),
              std::string::npos)
        << value;
  }
}

TEST(Toml, LettersBeyondAsciiStandInEveryTextOfOneLine) {
  EXPECT_EQ(
      flat("[g.\"\u00e9\".n]\na = [ \"\u00e9\",'\u00e9']\nb={c=\"\u00e9\",\"\u00e9\"='\u00e9'}\n"),
      "g.\"\u00e9\".n.a[0] = \u00e9 @ f.toml:2\n"
      "g.\"\u00e9\".n.a[1] = \u00e9 @ f.toml:2\n"
      "g.\"\u00e9\".n.b.c = \u00e9 @ f.toml:3\n"
      "g.\"\u00e9\".n.b.\"\u00e9\" = \u00e9 @ f.toml:3\n");
}

TEST(Toml, NothingMaliciousDoesMoreThanBeingRefused) {
  EXPECT_TRUE(flat("\xff\xfe\x01").starts_with("f.toml:1:1: "));
  EXPECT_TRUE(flat("a = \"\xff\"").starts_with("f.toml:1:")) << flat("a = \"\xff\"");
  EXPECT_NE(flat("a = " + repeated("[", 100'000)).find("not TOML"), std::string::npos);
  EXPECT_NE(flat(repeated("a.", 100'000) + "a = 1").find("more than 200 dots"), std::string::npos);
  EXPECT_NE(flat("[" + repeated("a.", 190) + "a]\nb = 1\n").find("256 characters"),
            std::string::npos);
  EXPECT_NE(flat("a = [" + repeated("0,", 150'000) + "0]").find("100,000 settings"),
            std::string::npos);
  EXPECT_NE(flat(repeated("# long\n", 200'000)).find("larger than 1 MiB"), std::string::npos);
}

TEST(Toml, AFileThatCannotBeReadIsAnErrorWithItsName) {
  const Result<std::vector<Setting>> missing = core::read_toml("no/such/file.toml");
  ASSERT_FALSE(missing);
  EXPECT_EQ(missing.error().code, core::ErrorCode::kNotFound);
  EXPECT_TRUE(missing.error().message.starts_with("no/such/file.toml: "))
      << missing.error().message;
  EXPECT_FALSE(core::read_toml("/"));
  EXPECT_FALSE(core::read_toml("/dev/zero"));
}

TEST(Toml, AFilesSettingsCarryItsPath) {
  const std::string path = testing::TempDir() + "/toml_test.toml";
  std::ofstream(path) << "\nkey = 5\n";
  const Result<std::vector<Setting>> settings = core::read_toml(path);
  ASSERT_TRUE(settings) << settings.error().message;
  ASSERT_EQ(settings->size(), 1U);
  EXPECT_EQ(settings->front().place, path + ":2");
  std::remove(path.c_str());
}

}  // namespace

}  // namespace fn::tests
