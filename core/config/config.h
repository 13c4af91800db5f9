// SPDX-License-Identifier: Apache-2.0
//
// Config: the knobs of several structs under one roof of dotted keys. It writes settings into the
// structs, remembers who set each key, and lists every knob with its value, unit, meaning and
// origin. A later setting of a key replaces an earlier one; the caller brings them in order of
// precedence.
//
// The structs belong to the caller and must outlive the Config; it keeps no copy of a value.

#pragma once

#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/config/field.h"
#include "core/config/value.h"

namespace fn::core {

// The origin of a knob that nobody has set.
inline constexpr std::string_view kDefaultOrigin = "default";

// One knob as it stands.
struct ConfigRow {
  std::string key;
  Value value;
  // Its value when nobody sets it.
  Value fallback;
  std::string_view unit;
  std::string_view sentence;
  // What it may be.
  std::string allowed;
  // kDefaultOrigin, or the place of the setting in force.
  std::string origin;
  // False: nobody looks at it, because of what others say.
  bool used = true;
};

class Config {
 public:
  // Every field of `config` becomes the knob `<prefix>.<field's key>`, without the dot where the
  // prefix is empty. What `config` holds now is its default. REQUIRES: no knob of that key yet;
  // `fields` outlive this.
  template <typename Struct>
  void add(const std::string& prefix, std::span<const Field<Struct>> fields, Struct& config) {
    for (const Field<Struct>& field : fields) {
      add_knob(
          prefix,
          field.info,
          [&field, &config](std::string_view key) { return field.get(config, key); },
          [&field, &config](std::string_view key, const Value& value) {
            field.set(config, key, value);
          });
    }
  }

  [[nodiscard]] bool knows(std::string_view key) const { return index_.contains(key); }

  // Puts the value into its struct, or says in one line what is wrong with the key or the value.
  Status set(const Setting& setting);

  // Who set the knob; empty: there is no such knob.
  [[nodiscard]] std::string_view origin(std::string_view key) const;

  // What the knob may be; null: there is no such knob.
  [[nodiscard]] const FieldInfo* info(std::string_view key) const;

  // In the order in which they were added.
  [[nodiscard]] std::vector<ConfigRow> rows() const;

  // Every key, sorted.
  [[nodiscard]] std::vector<std::string_view> keys() const;

 private:
  struct Knob {
    std::string key;
    FieldInfo info;
    std::function<Value(std::string_view)> get;
    std::function<void(std::string_view, const Value&)> set;
    Value fallback;
    std::string origin;
  };

  void add_knob(const std::string& prefix,
                const FieldInfo& info,
                std::function<Value(std::string_view)> get,
                std::function<void(std::string_view, const Value&)> set);

  std::vector<std::unique_ptr<Knob>> knobs_;
  std::map<std::string_view, Knob*, std::less<>> index_;
};

// "PLACE: unknown key "x"; did you mean "y"?"
Error unknown_key(const Setting& setting, std::span<const std::string_view> known);

}  // namespace fn::core
