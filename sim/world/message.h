// SPDX-License-Identifier: Apache-2.0
//
// What travels between the nodes of a group's world, and what its agenda's words mean.

#pragma once

#include <cstdint>

#include "core/base/record.h"
#include "core/capacity/requirement.h"

namespace fn::sim {

// Whose event or action something is.
enum class Role : std::uint16_t { kLb, kRunner, kNpm, kCaller };

enum class ToLb : std::uint16_t {
  kCallAccepted,
  kCallNacked,
  kCallFinished,
  kRunnerBroke,
  kRunnerAnswered,
  kMembership,
};

enum class ToRunner : std::uint16_t {
  kCallOffered,
  kCallCancelled,
  kCheckRunner,
  kDrainStarted,
  kDrainStopped,
};

enum class ToNpm : std::uint16_t {
  kCapacityAdvertised,
  kRunnerReported,
  kRunnersListed,
  kProvisionAnswered,
  kRunnerIdle,
};

constexpr Role role_of(ToLb /*kind*/) {
  return Role::kLb;
}

constexpr Role role_of(ToRunner /*kind*/) {
  return Role::kRunner;
}

constexpr Role role_of(ToNpm /*kind*/) {
  return Role::kNpm;
}

struct Message {
  Role to = Role::kLb;
  std::uint16_t kind = 0;    // ToLb, ToRunner or ToNpm
  std::uint32_t target = 0;  // LB index or runner number; for the NPM: the sending LB
  core::Words body{};

  Message() = default;

  template <typename Kind>
  Message(Kind kind_of, std::uint32_t target_of, const core::Words& body_of)
      : to(role_of(kind_of)),
        kind(static_cast<std::uint16_t>(kind_of)),
        target(target_of),
        body{body_of[0], body_of[1], body_of[2]} {}

  template <typename Body>
  [[nodiscard]] Body as() const {
    return core::unpack<Body>(body);
  }
};

static_assert(sizeof(Message) == 32);

// Bodies of messages that name more than the core's event carries.
struct LbNotice {
  std::uint32_t lb = 0;
};

struct ListNotice {
  std::uint32_t list = 0;  // in MemberLists
};

struct MembershipNotice {
  std::uint64_t generation = 0;
  std::uint32_t list = 0;
  std::uint32_t pad = 0;
};

struct AdvertNotice {
  std::uint32_t sequence = 0;
  core::Requirement requirement;
};

// A word of the agenda: what is due, for whom, and which use of a recycled slot it was meant for.
enum class Due : std::uint32_t {
  kRunEnded,          // call slot
  kContainerStarted,  // start slot
  kRunnerDeadline,    // runner slot
  kLbDeadline,        // LB index
  kNpmDeadline,
  kProviderAnswers,  // order in Provider
  kRunnerBooted,
  kListChanged,
  kMembershipPolled,  // LB index
  kCallerGivesUp,     // call slot
  kCallerRetries,     // call slot
};

struct DueWord {
  Due due = Due::kRunEnded;
  std::uint32_t use = 0;  // 24 bits
  std::uint32_t index = 0;

  [[nodiscard]] std::uint64_t packed() const {
    return (static_cast<std::uint64_t>(due) << 56) |
           (static_cast<std::uint64_t>(use & kUseMask) << 32) | index;
  }

  static DueWord of(std::uint64_t word) {
    return DueWord{static_cast<Due>(word >> 56),
                   static_cast<std::uint32_t>(word >> 32) & kUseMask,
                   static_cast<std::uint32_t>(word)};
  }

  static constexpr std::uint32_t kUseMask = 0xffffff;
};

}  // namespace fn::sim
