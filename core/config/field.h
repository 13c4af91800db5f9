// SPDX-License-Identifier: Apache-2.0
//
// One knob of a config struct: its key (which ends in its unit), what it means, what it may be, and
// the member that holds it. A table of these per struct is all that reading a configuration,
// printing it, --help, did-you-mean and the summary's config{} are made from.
//
//   constexpr std::array kFields = {
//       field<&RunnerConfig::memory>("memory_mib", {1, 1 << 24}, "What containers may hold."),
//       field<&RunnerConfig::keep_alive>("keep_alive", keepalive_policy_names, "Who is evicted."),
//       field<&LbConfig::health, &HealthConfig::silence>("health.silence_ms", {0, 1e6}, "..."),
//   };
//
// A member may be bool, an integer, double, std::string, Duration (the key ends in a unit of time),
// MemoryMib, MilliCpu, or an enum whose EnumNames are given.

#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "core/base/result.h"
#include "core/base/time.h"
#include "core/base/units.h"
#include "core/config/unit.h"
#include "core/config/value.h"

namespace fn::core {

enum class FieldKind : std::uint8_t { kBool, kInteger, kReal, kText, kDuration };

// What a number may be, in the unit of its key, both ends included.
struct Range {
  double min = 0;
  double max = 0;
  // The text "never" is allowed too; it stands for kForever.
  bool or_never = false;
};

// Names of an enum's values, in their order from zero; to be specialised beside a table.
template <typename Enum>
struct EnumNames;

using WordList = std::span<const std::string_view> (*)();

struct FieldInfo {
  // Under the prefix of its section; empty: the section is this one knob (an element of a list).
  std::string_view key;
  std::string_view sentence;
  FieldKind kind = FieldKind::kText;
  Range range;
  // The texts that are allowed; null: any.
  WordList words = nullptr;
};

template <typename Struct>
struct Field {
  FieldInfo info;
  Value (*get)(const Struct&, std::string_view key) = nullptr;
  // REQUIRES: the value passed check_value().
  void (*set)(Struct&, std::string_view key, const Value&) = nullptr;
};

// The value in the form in which a field's set() takes it, or an error that says what is expected,
// without the place: "runner.memory_mib = -5: expected a whole number of MiB from 1 to 16777216".
// `key` is the whole key, for the message.
Result<Value> check_value(const FieldInfo& info, std::string_view key, const Value& value);

// What the knob called `key` may be: "a whole number of MiB from 1 to 64", "one of naive, ch".
std::string expectation(const FieldInfo& info, std::string_view key);

// What a checked value holds. REQUIRES: it holds that type.
bool bool_of(const Value& value);
std::int64_t whole_of(const Value& value);
double real_of(const Value& value);
const std::string& text_of(const Value& value);

// Puts a duration given in the unit of `key` into nanoseconds, and back. "never" is kForever.
Duration duration_of(std::string_view key, const Value& value);
Value duration_value(std::string_view key, Duration duration);

namespace config_detail {

template <typename Pointer>
struct MemberPointer;

template <typename Owner, typename Type>
struct MemberPointer<Type Owner::*> {
  using Struct = Owner;
};

// The struct that the first of a chain of member pointers belongs to.
template <auto... Members>
struct Chain;

template <auto First, auto... Rest>
struct Chain<First, Rest...> {
  using Struct = typename MemberPointer<decltype(First)>::Struct;
};

template <auto... Members>
using StructOf = typename Chain<Members...>::Struct;

template <auto... Members, typename Struct>
constexpr auto& follow(Struct& config) {
  return (config.*....*Members);
}

template <auto... Members>
using MemberOf =
    std::remove_reference_t<decltype(follow<Members...>(std::declval<StructOf<Members...>&>()))>;

template <typename Type>
concept AmountType = std::same_as<Type, MemoryMib> || std::same_as<Type, MilliCpu>;

template <typename Type>
constexpr FieldKind kind_of() {
  if constexpr (std::same_as<Type, bool>) {
    return FieldKind::kBool;
  } else if constexpr (std::same_as<Type, Duration>) {
    return FieldKind::kDuration;
  } else if constexpr (std::same_as<Type, double>) {
    return FieldKind::kReal;
  } else if constexpr (std::integral<Type> || AmountType<Type>) {
    return FieldKind::kInteger;
  } else {
    static_assert(std::same_as<Type, std::string> || std::is_enum_v<Type>);
    return FieldKind::kText;
  }
}

template <typename Type>
Value read(const Type& member, std::string_view key) {
  if constexpr (std::same_as<Type, Duration>) {
    return duration_value(key, member);
  } else if constexpr (AmountType<Type>) {
    return member.value;
  } else if constexpr (std::is_enum_v<Type>) {
    return std::string(EnumNames<Type>::kNames[static_cast<std::size_t>(member)]);
  } else if constexpr (std::integral<Type> && !std::same_as<Type, bool>) {
    return static_cast<std::int64_t>(member);
  } else {
    return member;
  }
}

template <typename Type>
void write(Type& member, std::string_view key, const Value& value) {
  if constexpr (std::same_as<Type, Duration>) {
    member = duration_of(key, value);
  } else if constexpr (AmountType<Type>) {
    member.value = whole_of(value);
  } else if constexpr (std::is_enum_v<Type>) {
    const auto& names = EnumNames<Type>::kNames;
    for (std::size_t index = 0; index < names.size(); ++index) {
      if (names[index] == text_of(value)) {
        member = static_cast<Type>(index);
      }
    }
  } else if constexpr (std::same_as<Type, bool>) {
    member = bool_of(value);
  } else if constexpr (std::integral<Type>) {
    member = static_cast<Type>(whole_of(value));
  } else if constexpr (std::same_as<Type, double>) {
    member = real_of(value);
  } else {
    member = text_of(value);
  }
}

// The range cut to what the member can hold.
template <typename Type>
constexpr Range fitting(Range range) {
  if constexpr (std::integral<Type> && !std::same_as<Type, bool>) {
    // The largest whole double that is an int64.
    constexpr std::uint64_t kExact = 9'223'372'036'854'774'784U;
    constexpr auto kLimit = static_cast<std::uint64_t>(std::numeric_limits<Type>::max());
    constexpr auto kMost = static_cast<double>(kLimit < kExact ? kLimit : kExact);
    range.min = std::is_unsigned_v<Type> && range.min < 0 ? 0 : range.min;
    range.max = range.max > kMost ? kMost : range.max;
  }
  return range;
}

template <auto... Members>
constexpr Field<StructOf<Members...>> make(FieldInfo info) {
  using Struct = StructOf<Members...>;
  info.kind = kind_of<MemberOf<Members...>>();
  return Field<Struct>{
      info,
      [](const Struct& config, std::string_view key) {
        return read(follow<Members...>(config), key);
      },
      [](Struct& config, std::string_view key, const Value& value) {
        write(follow<Members...>(config), key, value);
      },
  };
}

template <typename Enum>
std::span<const std::string_view> enum_words() {
  return EnumNames<Enum>::kNames;
}

}  // namespace config_detail

// A number or a time. `Members` lead from the struct to the member, through nested structs.
template <auto... Members>
constexpr auto field(std::string_view key, Range range, std::string_view sentence) {
  using Type = config_detail::MemberOf<Members...>;
  static_assert(!std::same_as<Type, bool> && !std::same_as<Type, std::string>);
  return config_detail::make<Members...>(FieldInfo{.key = key,
                                                   .sentence = sentence,
                                                   .range = config_detail::fitting<Type>(range),
                                                   .words = nullptr});
}

// A text that is one of `words`.
template <auto... Members>
constexpr auto field(std::string_view key, WordList words, std::string_view sentence) {
  static_assert(std::same_as<config_detail::MemberOf<Members...>, std::string>);
  return config_detail::make<Members...>(
      FieldInfo{.key = key, .sentence = sentence, .range = {}, .words = words});
}

// A bool, an enum, or any text.
template <auto... Members>
constexpr auto field(std::string_view key, std::string_view sentence) {
  using Type = config_detail::MemberOf<Members...>;
  FieldInfo info{.key = key, .sentence = sentence, .range = {}, .words = nullptr};
  if constexpr (std::is_enum_v<Type>) {
    info.words = config_detail::enum_words<Type>;
  } else {
    static_assert(std::same_as<Type, bool> || std::same_as<Type, std::string>);
  }
  return config_detail::make<Members...>(info);
}

}  // namespace fn::core
