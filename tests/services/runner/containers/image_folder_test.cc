// SPDX-License-Identifier: Apache-2.0
//
// Goal: image names lead to folders below the images folder and nowhere else, and a wrong name or
// manifest is refused in one line that helps.

#include "services/runner/containers/image_folder.h"

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>

#include <gtest/gtest.h>

namespace fn::services {
namespace {

namespace fs = std::filesystem;

class ImageFolderTest : public testing::Test {
 protected:
  ImageFolderTest() {
    std::string pattern = (fs::temp_directory_path() / "fn-XXXXXX").string();
    folder_ = ::mkdtemp(pattern.data());
  }

  ~ImageFolderTest() override { fs::remove_all(folder_); }

  void add(const std::string& name, const std::string& manifest) const {
    fs::create_directories(folder_ + "/" + name);
    std::ofstream(folder_ + "/" + name + "/function.toml") << manifest;
  }

  [[nodiscard]] std::string error_of(const std::string& name) const {
    const auto image = find_image(folder_, name);
    return image ? "none" : image.error().message;
  }

  std::string folder_;
};

TEST_F(ImageFolderTest, ReadsTheManifest) {
  add("fnproject/hello:0.0.1",
      "command = [\"node\", \"func.js\"]\nformat = \"json\"\nreadonly = [\"/opt/node\"]\n"
      "environment.MODE = \"fast\"\n");
  const auto image = find_image(folder_, "fnproject/hello:0.0.1");
  ASSERT_TRUE(image) << image.error().message;
  EXPECT_EQ(image->path, folder_ + "/fnproject/hello:0.0.1");
  EXPECT_EQ(image->command, (std::vector<std::string>{"node", "func.js"}));
  EXPECT_EQ(image->format, "json");
  EXPECT_EQ(image->readonly, (std::vector<std::string>{"/opt/node"}));
  ASSERT_EQ(image->environment.size(), 1U);
  EXPECT_EQ(image->environment[0].second, "fast");
}

TEST_F(ImageFolderTest, AFolderWithoutATagServesAllTags) {
  add("hello", "command = [\"./any\"]\n");
  add("hello:2", "command = [\"./two\"]\n");
  EXPECT_EQ(find_image(folder_, "hello:1")->command[0], "./any");
  EXPECT_EQ(find_image(folder_, "hello:2")->command[0], "./two");
  add("localhost:5000/hello", "command = [\"./port\"]\n");
  EXPECT_EQ(find_image(folder_, "localhost:5000/hello:1")->command[0], "./port");
}

TEST_F(ImageFolderTest, NamesThatLeadElsewhereAreRefused) {
  add("hello", "command = [\"./any\"]\n");
  for (const std::string name : {"",
                                 "../hello",
                                 "/hello",
                                 "a/../hello",
                                 "./hello",
                                 "a//hello",
                                 "hello/",
                                 ".hidden",
                                 "he llo",
                                 "hello\n",
                                 "hällo"}) {
    const auto image = find_image(folder_, name);
    ASSERT_FALSE(image) << name;
    EXPECT_EQ(image.error().code, core::ErrorCode::kInvalidArgument) << name;
  }
  EXPECT_FALSE(find_image(folder_, std::string("hello\0", 6)));
  EXPECT_FALSE(find_image(folder_, std::string(256, 'a')));
}

TEST_F(ImageFolderTest, AnUnknownImageSaysWhereItWasExpected) {
  const auto image = find_image(folder_, "fnproject/none:1");
  ASSERT_FALSE(image);
  EXPECT_EQ(image.error().code, core::ErrorCode::kNotFound);
  EXPECT_NE(image.error().message.find(folder_ + "/fnproject/none:1/function.toml"),
            std::string::npos);
}

TEST_F(ImageFolderTest, WrongManifestsAreRefusedWithTheirPlace) {
  add("a", "");
  EXPECT_NE(error_of("a").find("no command"), std::string::npos);
  add("b", "command = [1]\n");
  EXPECT_NE(error_of("b").find("function.toml:1: command[0] must be a text"), std::string::npos);
  add("c", "command = [\"x\"]\ncomand = \"y\"\n");
  EXPECT_NE(error_of("c").find("function.toml:2: unknown key comand"), std::string::npos);
  add("d", "command = [\"x\"]\nreadonly = [\"opt\"]\n");
  EXPECT_NE(error_of("d").find("absolute paths"), std::string::npos);
  add("e", "command = [\n");
  EXPECT_NE(error_of("e").find("function.toml:"), std::string::npos);
}

}  // namespace
}  // namespace fn::services
