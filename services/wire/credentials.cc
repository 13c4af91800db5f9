// SPDX-License-Identifier: Apache-2.0

#include "services/wire/credentials.h"

#include <fstream>
#include <iterator>
#include <utility>

#include <grpcpp/security/credentials.h>
#include <grpcpp/security/server_credentials.h>

namespace fn::services {
namespace {

struct Pem {
  std::string certificate;
  std::string key;
  std::string authority;
};

core::Status read_pem(const char* variable, const std::string& path, std::string& text) {
  if (path.empty()) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      std::string(variable) +
                          " is missing: give FN_NODE_CERT, FN_NODE_CERT_KEY and "
                          "FN_NODE_CERT_AUTHORITY together, or none of them");
  }
  std::ifstream file(path, std::ios::binary);
  text.assign(std::istreambuf_iterator<char>(file), {});
  if (text.find("-----BEGIN ") == std::string::npos) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      std::string(variable) + "=" + path + ": expected a readable PEM file");
  }
  return {};
}

core::Result<Pem> read_all(const CertificateFiles& files) {
  Pem pem;
  core::Status status = read_pem("FN_NODE_CERT", files.certificate, pem.certificate);
  status = status ? read_pem("FN_NODE_CERT_KEY", files.key, pem.key) : status;
  status = status ? read_pem("FN_NODE_CERT_AUTHORITY", files.authority, pem.authority) : status;
  if (!status) {
    return core::fail(status.error().code, status.error().message);
  }
  return pem;
}

}  // namespace

core::Result<std::shared_ptr<grpc::ServerCredentials>> server_credentials(
    const CertificateFiles& files) {
  if (!files.given()) {
    return grpc::InsecureServerCredentials();
  }
  core::Result<Pem> pem = read_all(files);
  if (!pem) {
    return core::fail(pem.error().code, pem.error().message);
  }
  grpc::SslServerCredentialsOptions options(
      GRPC_SSL_REQUEST_AND_REQUIRE_CLIENT_CERTIFICATE_AND_VERIFY);
  options.pem_root_certs = std::move(pem->authority);
  options.pem_key_cert_pairs.push_back({std::move(pem->key), std::move(pem->certificate)});
  return grpc::SslServerCredentials(options);
}

core::Result<std::shared_ptr<grpc::ChannelCredentials>> channel_credentials(
    const CertificateFiles& files) {
  if (!files.given()) {
    return grpc::InsecureChannelCredentials();
  }
  core::Result<Pem> pem = read_all(files);
  if (!pem) {
    return core::fail(pem.error().code, pem.error().message);
  }
  grpc::SslCredentialsOptions options;
  options.pem_root_certs = std::move(pem->authority);
  options.pem_private_key = std::move(pem->key);
  options.pem_cert_chain = std::move(pem->certificate);
  return grpc::SslCredentials(options);
}

}  // namespace fn::services
