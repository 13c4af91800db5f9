// SPDX-License-Identifier: Apache-2.0
//
// Images of the process driver. An image is a folder below the images folder, named as the image
// with its tag (`fnproject/hello:0.0.1`) or, for all tags, without it (`fnproject/hello`). Its
// function.toml says how to run it:
//
//   command = ["./run.sh"]             # required; `./` is this folder, other names are in PATH
//   format = "default"                 # of functions that name none; http-stream if missing
//   readonly = ["/opt/node"]           # further folders of the host that it may read
//   environment.NODE_ENV = "production"
//
// Names come from users: none leads out of the images folder.

#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/result.h"

namespace fn::services {

struct ImageFolder {
  std::string path;  // absolute
  std::vector<std::string> command;
  std::string format;
  std::vector<std::string> readonly;
  std::vector<std::pair<std::string, std::string>> environment;
};

// kInvalidArgument: no image name, or a bad manifest; kNotFound: no such image.
core::Result<ImageFolder> find_image(const std::string& images_path, std::string_view name);

}  // namespace fn::services
