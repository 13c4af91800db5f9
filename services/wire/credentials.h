// SPDX-License-Identifier: Apache-2.0
//
// How a gRPC end identifies itself: with a certificate, mutually verified against one authority
// (fn.md 8), or not at all. All three files are given or none; anything between is an error, so
// that no half-configured node falls back to plaintext in silence.

#pragma once

#include <memory>
#include <string>

#include "core/base/result.h"

namespace grpc {
class ChannelCredentials;
class ServerCredentials;
}  // namespace grpc

namespace fn::services {

// Paths of PEM files, the values of FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY.
struct CertificateFiles {
  std::string certificate;
  std::string key;
  std::string authority;

  [[nodiscard]] bool given() const {
    return !certificate.empty() || !key.empty() || !authority.empty();
  }
};

// Plaintext when no file is given. A server of certificates wants one of its clients too. Errors
// name the file, or the variable that is missing.
core::Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(
    const CertificateFiles& files);
core::Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(
    const CertificateFiles& files);

}  // namespace fn::services
