// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/image_folder.h"

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <system_error>

#include "core/io/toml.h"

namespace fn::services {
namespace {

constexpr std::size_t kNameMax = 255;
constexpr const char* kManifest = "/function.toml";

bool is_name_letter(char letter) {
  return std::isalnum(static_cast<unsigned char>(letter)) != 0 ||
         std::string_view("._-:@/").find(letter) != std::string_view::npos;
}

// Parts that begin with a dot would be hidden, or `..`.
bool is_image_name(std::string_view name) {
  return !name.empty() && name.size() <= kNameMax && std::ranges::all_of(name, is_name_letter) &&
         name.front() != '/' && name.back() != '/' && name.front() != '.' &&
         name.find("//") == std::string_view::npos && name.find("/.") == std::string_view::npos;
}

std::string_view without_tag(std::string_view name) {
  const std::size_t digest = name.find('@');
  name = name.substr(0, digest);
  const std::size_t colon = name.rfind(':');
  const std::size_t slash = name.rfind('/');
  const bool port = slash != std::string_view::npos && colon < slash;  // of a registry's host
  return colon == std::string_view::npos || port ? name : name.substr(0, colon);
}

tl::unexpected<core::Error> wrong(const std::string& place, const std::string& what) {
  return core::fail(core::ErrorCode::kInvalidArgument, place + ": " + what);
}

core::Status take(const core::Setting& setting, ImageFolder& image) {
  const auto* const text = std::get_if<std::string>(&setting.value);
  const std::string_view key = setting.key;
  if (text == nullptr) {
    return wrong(setting.place, setting.key + " must be a text in quotes");
  }
  if (key.starts_with("command[")) {
    image.command.push_back(*text);
  } else if (key == "format") {
    image.format = *text;
  } else if (key.starts_with("readonly[")) {
    if (!text->starts_with('/')) {
      return wrong(setting.place, "readonly names absolute paths, such as \"/opt/node\"");
    }
    image.readonly.push_back(*text);
  } else if (key.starts_with("environment.")) {
    image.environment.emplace_back(key.substr(key.find('.') + 1), *text);
  } else {
    return wrong(
        setting.place,
        "unknown key " + setting.key + ": command, format, readonly and environment are known");
  }
  return {};
}

core::Result<ImageFolder> read_image(const std::string& path) {
  const auto settings = core::read_toml(path + kManifest);
  if (!settings) {
    return core::fail(settings.error().code, settings.error().message);
  }
  ImageFolder image;
  image.path = path;
  for (const core::Setting& setting : *settings) {
    if (core::Status taken = take(setting, image); !taken) {
      return tl::unexpected(taken.error());
    }
  }
  if (image.command.empty() || image.command.front().empty()) {
    return wrong(path + kManifest, "no command: write command = [\"./program\"]");
  }
  return image;
}

}  // namespace

core::Result<ImageFolder> find_image(const std::string& images_path, std::string_view name) {
  if (!is_image_name(name)) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      "image \"" + std::string(name.substr(0, kNameMax)) +
                          "\" is no image name: expected letters, digits and . _ - : @ / as in "
                          "fnproject/hello:0.0.1");
  }
  std::error_code error;
  const std::string base = std::filesystem::absolute(images_path, error).string() + "/";
  for (const std::string_view folder : {name, without_tag(name)}) {
    std::string path = base;
    path += folder;
    if (std::filesystem::exists(path + kManifest, error)) {
      return read_image(path);
    }
  }
  return core::fail(core::ErrorCode::kNotFound,
                    "image " + std::string(name) + " is not on this runner: expected " + base +
                        std::string(name) + kManifest + "; put the function's folder there");
}

}  // namespace fn::services
