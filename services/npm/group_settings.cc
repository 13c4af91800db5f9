// SPDX-License-Identifier: Apache-2.0

#include "services/npm/group_settings.h"

#include <algorithm>
#include <array>
#include <optional>
#include <string_view>

#include "core/config/config.h"
#include "core/config/tables.h"
#include "core/io/toml.h"
#include "services/wire/capacity_wire.h"

namespace fn::services {
namespace {

using core::Setting;
using core::Status;

constexpr std::string_view kDefaults = "defaults.";
constexpr std::string_view kGroups = "groups.";
constexpr std::string_view kApps = "apps[";

constexpr std::array kFields = {
    core::field<&AllGroupSettings::quota_runners>(
        "quota_runners", {1, 1'000'000}, "Runners of all groups together."),
    core::field<&AllGroupSettings::undeclared_groups>(
        "undeclared_groups", {0, 100'000}, "Groups that the file does not name."),
};

tl::unexpected<core::Error> wrong(const std::string& place, const std::string& message) {
  return core::fail(core::ErrorCode::kInvalidArgument, place + ": " + message);
}

// A setting of the table groups.NAME.
struct OfGroup {
  std::string group;
  std::string key;
};

// A name with a dot, a space or the like stands in quotes.
std::optional<OfGroup> split(std::string_view rest) {
  const bool quoted = rest.starts_with('"');
  const std::size_t end = quoted ? rest.find("\".", 1) : rest.find('.');
  if (end == std::string_view::npos || end == 0) {
    return std::nullopt;
  }
  return OfGroup{std::string(rest.substr(quoted ? 1 : 0, end - (quoted ? 1 : 0))),
                 std::string(rest.substr(end + (quoted ? 2 : 1)))};
}

// Puts settings of one table into one group's settings.
class GroupKnobs {
 public:
  explicit GroupKnobs(GroupSettings& settings) : settings_(settings) {
    knobs_.add("", core::npm_fields(), settings.npm);
  }

  Status set(const Setting& setting, std::string_view key) {
    if (!key.starts_with(kApps)) {
      return knobs_.set({std::string(key), setting.value, setting.place});
    }
    const auto* app = std::get_if<std::string>(&setting.value);
    if (app == nullptr || app->empty()) {
      return wrong(setting.place, "apps: expected names of apps, such as [\"myapp\"]");
    }
    if (key == "apps[0]") {
      settings_.apps.clear();  // those of the defaults
    }
    settings_.apps.push_back(*app);
    return {};
  }

 private:
  GroupSettings& settings_;
  core::Config knobs_;
};

Status check_group(const std::string& place, const GroupSettings& settings) {
  const Status checked = core::check(settings.npm);
  return checked ? Status() : wrong(place, checked.error().message);
}

struct KeyedSetting {
  std::string key;
  const Setting* setting = nullptr;
};

using SettingsByGroup = std::map<std::string, std::vector<KeyedSetting>>;

Status apply_group(const std::string& name,
                   const std::vector<KeyedSetting>& settings,
                   GroupSettings& group) {
  GroupKnobs knobs(group);
  for (const KeyedSetting& keyed : settings) {
    if (Status status = knobs.set(*keyed.setting, keyed.key); !status) {
      return status;
    }
  }
  return check_group(settings.back().setting->place + ": group \"" + name + "\"", group);
}

// What is not in a group's table; those of the groups are only sorted.
Status apply_common(const std::vector<Setting>& settings,
                    AllGroupSettings& all,
                    SettingsByGroup& by_group) {
  core::Config common;
  common.add("", std::span<const core::Field<AllGroupSettings>>(kFields), all);
  GroupKnobs defaults(all.defaults);
  std::string place;
  for (const Setting& setting : settings) {
    const std::string_view key = setting.key;
    Status status;
    if (key.starts_with(kGroups)) {
      auto part = split(key.substr(kGroups.size()));
      if (!part || !is_group_name(part->group)) {
        return wrong(setting.place, setting.key + ": expected groups.NAME.KEY");
      }
      by_group[part->group].push_back({std::move(part->key), &setting});
    } else if (key.starts_with(kDefaults)) {
      place = setting.place;
      status = defaults.set(setting, key.substr(kDefaults.size()));
    } else {
      status = common.set(setting);
    }
    if (!status) {
      return status;
    }
  }
  return check_group(place + ": [defaults]", all.defaults);
}

}  // namespace

const GroupSettings& AllGroupSettings::of(const std::string& group) const {
  const auto found = groups.find(group);
  return found == groups.end() ? defaults : found->second;
}

core::Duration AllGroupSettings::longest_lease() const {
  const auto lease_of = [](const core::NpmConfig& npm) {
    const core::CapacityMergerConfig& merging = npm.merging;
    return std::max(merging.lease, 2 * core::with_seed_rules(npm).merging.purge_period);
  };
  core::Duration longest = lease_of(defaults.npm);
  for (const auto& [name, settings] : groups) {
    longest = std::max(longest, lease_of(settings.npm));
  }
  return longest;
}

core::Result<AllGroupSettings> group_settings(const std::vector<Setting>& settings) {
  AllGroupSettings all;
  SettingsByGroup by_group;
  if (Status status = apply_common(settings, all, by_group); !status) {
    return tl::unexpected(status.error());
  }
  for (const auto& [name, keyed] : by_group) {
    GroupSettings& group = all.groups[name] = all.defaults;
    if (Status status = apply_group(name, keyed, group); !status) {
      return tl::unexpected(status.error());
    }
  }
  return all;
}

core::Result<AllGroupSettings> read_group_settings(const std::string& path) {
  if (path.empty()) {
    return AllGroupSettings{};
  }
  const auto settings = core::read_toml(path);
  if (!settings) {
    return tl::unexpected(settings.error());
  }
  return group_settings(*settings);
}

}  // namespace fn::services
