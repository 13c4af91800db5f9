// SPDX-License-Identifier: Apache-2.0
//
// RegistryAuth: what a pull says to a registry about who pulls, from FN_DOCKER_AUTH: the JSON of
// Docker's config.json, with or without its "auths":
//
//     {"registry.example": {"auth": "BASE64 OF USER:PASSWORD"}}
//     {"registry.example": {"username": "USER", "password": "PASSWORD"}}

#pragma once

#include <map>
#include <string>

#include "core/base/result.h"

namespace fn::services {

class RegistryAuth {
 public:
  // Empty text: no registry needs to know.
  static core::Result<RegistryAuth> parse(const std::string& text);

  // The value of X-Registry-Auth for this image; empty: none.
  [[nodiscard]] std::string header_for(const std::string& image) const;

 private:
  std::map<std::string, std::string> headers_;  // by registry
};

// "fnproject/hello" is of "docker.io", "localhost:5000/a" of "localhost:5000".
std::string registry_of(const std::string& image);

}  // namespace fn::services
