// SPDX-License-Identifier: Apache-2.0

#include "core/config/config.h"

#include <utility>

#include "core/base/assert.h"
#include "core/config/suggest.h"

namespace fn::core {

void Config::add_knob(const std::string& prefix,
                      const FieldInfo& info,
                      std::function<Value(std::string_view)> get,
                      std::function<void(std::string_view, const Value&)> set) {
  auto knob = std::make_unique<Knob>();
  const std::string_view dot = prefix.empty() || info.key.empty() ? "" : ".";
  knob->key = (prefix + std::string(dot)) += info.key;
  knob->info = info;
  knob->fallback = get(knob->key);
  knob->get = std::move(get);
  knob->set = std::move(set);
  knob->origin = kDefaultOrigin;
  const bool fresh = index_.emplace(knob->key, knob.get()).second;
  FN_ASSERT(fresh);
  knobs_.push_back(std::move(knob));
}

Status Config::set(const Setting& setting) {
  const auto found = index_.find(std::string_view(setting.key));
  if (found == index_.end()) {
    return tl::unexpected<Error>(unknown_key(setting, keys()));
  }
  Knob& knob = *found->second;
  Result<Value> value = check_value(knob.info, knob.key, setting.value);
  if (!value) {
    return fail(value.error().code, setting.place + ": " + value.error().message);
  }
  knob.set(knob.key, *value);
  knob.origin = setting.place;
  return {};
}

std::string_view Config::origin(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? std::string_view() : std::string_view(found->second->origin);
}

const FieldInfo* Config::info(std::string_view key) const {
  const auto found = index_.find(key);
  return found == index_.end() ? nullptr : &found->second->info;
}

std::vector<ConfigRow> Config::rows() const {
  std::vector<ConfigRow> rows;
  rows.reserve(knobs_.size());
  for (const auto& knob : knobs_) {
    rows.push_back(ConfigRow{.key = knob->key,
                             .value = knob->get(knob->key),
                             .fallback = knob->fallback,
                             .unit = unit_of(knob->key).name,
                             .sentence = knob->info.sentence,
                             .allowed = expectation(knob->info, knob->key),
                             .origin = knob->origin});
  }
  return rows;
}

std::vector<std::string_view> Config::keys() const {
  std::vector<std::string_view> keys;
  keys.reserve(index_.size());
  for (const auto& [key, knob] : index_) {
    keys.push_back(key);
  }
  return keys;
}

Error unknown_key(const Setting& setting, std::span<const std::string_view> known) {
  constexpr std::size_t kShown = 100;
  std::string message = setting.place + ": unknown key \"" + setting.key.substr(0, kShown) + "\"";
  const std::string hint = did_you_mean(setting.key, known);
  message += hint.empty() ? "; \"config print\" lists every key" : hint;
  return Error{ErrorCode::kInvalidArgument, std::move(message)};
}

}  // namespace fn::core
