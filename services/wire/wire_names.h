// SPDX-License-Identifier: Apache-2.0
//
// Names that both ends of an Engage stream must agree on, beside the messages themselves.

#pragma once

#include <cstddef>
#include <optional>
#include <string_view>

#include "core/lb/messages.h"

namespace fn::services {

// Initial metadata of a runner of ours: the call is accepted. Its value is the call's id.
inline constexpr const char* kAcceptedKey = "fn-accepted";

// Trailing metadata of a refusal by a runner of ours: why, in the words of core/facts.
inline constexpr const char* kReasonKey = "fn-reason";

// Metadata of a request: the LB's id of the client's request, where it has one.
inline constexpr const char* kRequestIdKey = "fn_request_id";

// Bytes of body in one frame, at most.
inline constexpr std::size_t kFrameBytes = std::size_t{64} << 10;

// Bytes of one message, at most; a call's message has its headers and configuration in it. gRPC's
// own limit is part of the filters that our channels go without: a longer message is read, and its
// stream ended for it.
inline constexpr std::size_t kMessageBytes = std::size_t{4} << 20;

// What a stream may send ahead of its reader.
inline constexpr int kWindowBytes = 1 << 20;

// HTTP status that refuses a call in CallFinished.errorCode.
inline constexpr int kRefusedCode = 503;

// The reason whose name this is.
std::optional<core::RefusalReason> reason_of(std::string_view name);

}  // namespace fn::services
