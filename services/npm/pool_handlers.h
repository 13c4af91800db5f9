// SPDX-License-Identifier: Apache-2.0
//
// What the node pool manager does with the messages of each method that it offers. For
// pool_service.cc only.

#pragma once

#include <map>
#include <memory>
#include <string>

#include "services/npm/npm_node.h"
#include "services/npm/pool_call.h"

namespace fn::services {

// The open Advertise stream of each LB, by its id.
using AdvertiseStreams = std::map<std::string, PoolCall*>;

struct PoolParts {
  NpmNode& node;
  AdvertiseStreams& streams;
};

// Null: the method is not offered. REQUIRES: the parts outlive the handler.
std::unique_ptr<CallHandler> make_pool_handler(PoolParts parts, const std::string& method);

// For make_pool_handler.
std::unique_ptr<CallHandler> make_advertise_handler(PoolParts parts);
std::unique_ptr<CallHandler> make_follow_handler(PoolParts parts);

// Our reason as gRPC has it.
[[nodiscard]] grpc::Status status_of(const core::Error& error);

// The group of that name, or why there is none, as the text for who asked.
core::Result<NpmGroup*> group_named(NpmNode& node, const std::string& name);

}  // namespace fn::services
