// SPDX-License-Identifier: Apache-2.0
//
// A folder of a test's own that is removed with all that is in it. Every user may read it, since
// functions may run as another one.

#pragma once

#include <cstdlib>
#include <filesystem>
#include <string>
#include <system_error>

namespace fn::services {

struct TemporaryFolder {
  TemporaryFolder() {
    std::string pattern = (std::filesystem::temp_directory_path() / "fn-XXXXXX").string();
    path = ::mkdtemp(pattern.data());
    std::filesystem::permissions(path, std::filesystem::perms(0755));
  }

  ~TemporaryFolder() {
    std::error_code error;
    std::filesystem::remove_all(path, error);
  }

  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;

  std::string path;
};

}  // namespace fn::services
