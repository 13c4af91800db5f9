// SPDX-License-Identifier: Apache-2.0
//
// The table of settings: one row per variable, with its FN_ name, the key under which a file and
// --set reach it, its meaning, range and form, and the roles that look at it. A row has a member of
// NodeConfig, or leads to a knob of the core (core/config/tables.h), which has the key then.

#pragma once

#include <array>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "core/config/field.h"
#include "services/base/node_config.h"

namespace fn::core {

template <>
struct EnumNames<services::NodeType> {
  static constexpr std::array<std::string_view, 5> kNames = {
      "full", "api", "lb", "pure-runner", "npm"};
};

template <>
struct EnumNames<services::LogLevel> {
  static constexpr std::array<std::string_view, 4> kNames = {"debug", "info", "warn", "error"};
};

template <>
struct EnumNames<services::LogFormat> {
  static constexpr std::array<std::string_view, 2> kNames = {"text", "json"};
};

template <>
struct EnumNames<services::ProviderKind> {
  static constexpr std::array<std::string_view, 4> kNames = {"auto", "static", "process", "exec"};
};

template <>
struct EnumNames<services::DriverKind> {
  static constexpr std::array<std::string_view, 3> kNames = {"process", "docker", "null"};
};

template <>
struct EnumNames<services::IsolationKind> {
  static constexpr std::array<std::string_view, 3> kNames = {"auto", "bubblewrap", "none"};
};

template <>
struct EnumNames<services::LimiterKind> {
  static constexpr std::array<std::string_view, 4> kNames = {
      "auto", "cgroup2", "cgroup1", "watchdog"};
};

}  // namespace fn::core

namespace fn::services {

// What is written is not always what is kept.
enum class SettingForm : std::uint8_t {
  kPlain,
  kMsecs,        // milliseconds, or a time with its unit; negative: never
  kDuration,     // a time with its unit, as Go writes it; 0: never
  kFreezeMsecs,  // the same, but negative: 0, which never freezes; 0: at once
  kMemoryBytes,  // bytes, kept as MiB; 0: unset
  kZeroIsUnset,
  kNegated,  // true is kept as false
  kHttpUrl,
  kAnyHttpUrl,  // https too
  kSqliteUrl,
  kLogUrl,
  kAddress,
  kAddresses,
};

// Sets of roles.
inline constexpr unsigned kApiRole = 1;
inline constexpr unsigned kLbRole = 2;
inline constexpr unsigned kRunnerRole = 4;
inline constexpr unsigned kNpmRole = 8;
inline constexpr unsigned kAllRoles = 15;

struct NodeSetting {
  std::string_view name;
  unsigned roles = kAllRoles;
  // Without get and set: a knob of the core.
  core::Field<NodeConfig> field;
  SettingForm form = SettingForm::kPlain;
  // Not shown by `config print`.
  bool secret = false;

  [[nodiscard]] std::string_view key() const { return field.info.key; }

  [[nodiscard]] bool of_core() const { return field.get == nullptr; }
};

std::span<const NodeSetting> node_settings();

// FN_HTTP_IDLE_TIMEOUT is --http-idle-timeout.
[[nodiscard]] std::string flag_of(const NodeSetting& setting);

// A variable of Fn that is not ours, and why; without a reason: it is a client's, and no mistake.
struct IgnoredVariable {
  std::string_view name;
  std::string_view reason;
};

std::span<const IgnoredVariable> ignored_variables();

}  // namespace fn::services
