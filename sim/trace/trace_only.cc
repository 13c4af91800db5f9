// SPDX-License-Identifier: Apache-2.0

#include <array>
#include <set>
#include <utility>

#include "core/config/suggest.h"
#include "sim/trace/csv.h"
#include "sim/trace/trace_filter.h"
#include "sim/trace/trace_operations.h"

namespace fn::sim {

namespace {

struct Part {
  std::string_view key;
  std::string core::TraceFunction::*name;
};

constexpr std::array kParts = {Part{"tenant", &core::TraceFunction::tenant},
                               Part{"app", &core::TraceFunction::app},
                               Part{"fn", &core::TraceFunction::name}};

struct Condition {
  Part part;
  std::string wanted;
};

class OnlyReader final : public TraceFilter {
 public:
  OnlyReader(TraceReaderPtr inner, std::string text, std::vector<Condition> conditions)
      : TraceFilter(std::move(inner)), text_(std::move(text)), conditions_(std::move(conditions)) {
    renumber();
  }

  core::Status check() const;

  core::Result<bool> next(core::TraceMinute& minute) override;

 private:
  static constexpr std::uint32_t kLeftOut = 0xffffffffU;

  void renumber();

  template <typename Items>
  void keep(Items& items) {
    std::size_t kept = 0;
    for (const auto& item : items) {
      if (numbers_[item.function] != kLeftOut) {
        items[kept] = item;
        items[kept].function = numbers_[item.function];
        ++kept;
      }
    }
    items.resize(kept);
  }

  std::string text_;
  std::vector<Condition> conditions_;
  std::vector<std::uint32_t> numbers_;  // of the inner functions, here
};

void OnlyReader::renumber() {
  const auto& functions = inner_reader->head().functions;
  for (std::size_t number = numbers_.size(); number < functions.size(); ++number) {
    bool wanted = true;
    for (const Condition& condition : conditions_) {
      wanted = wanted && functions[number].*(condition.part.name) == condition.wanted;
    }
    numbers_.push_back(wanted ? static_cast<std::uint32_t>(known_head.functions.size()) : kLeftOut);
    if (wanted) {
      known_head.functions.push_back(functions[number]);
    }
  }
  for (std::size_t number = 0; number < functions.size(); ++number) {
    if (numbers_[number] != kLeftOut) {
      known_head.functions[numbers_[number]].calls = functions[number].calls;
      known_head.functions[numbers_[number]].memory_mib = functions[number].memory_mib;
    }
  }
}

// A name that nothing has is mistyped.
core::Status OnlyReader::check() const {
  if (!inner_reader->whole_head() || !known_head.functions.empty()) {
    return {};
  }
  const Condition& first = conditions_.front();
  std::set<std::string_view> known;
  for (const core::TraceFunction& function : inner_reader->head().functions) {
    known.insert(function.*(first.part.name));
  }
  const std::vector<std::string_view> names(known.begin(), known.end());
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "--only " + text_ + ": the trace has nothing of this name" +
                        core::did_you_mean(first.wanted, names));
}

core::Result<bool> OnlyReader::next(core::TraceMinute& minute) {
  while (true) {
    core::Result<bool> more = inner_reader->next(minute);
    if (!more) {
      return more;
    }
    if (!inner_reader->whole_head()) {
      renumber();
    }
    if (!*more) {
      follow();
      known_head.notes.push_back("only " + text_);
      if (known_head.functions.empty()) {
        return core::fail(core::ErrorCode::kInvalidArgument,
                          "--only " + text_ + ": the trace has nothing of this name");
      }
      return false;
    }
    keep(minute.counts);
    keep(minute.calls);
    if (!minute.counts.empty() || !minute.calls.empty()) {
      return true;
    }
  }
}

core::Result<Condition> parse_condition(std::string_view text) {
  const std::size_t equals = text.find('=');
  for (const Part& part : kParts) {
    if (equals != std::string_view::npos && equals + 1 < text.size() &&
        text.substr(0, equals) == part.key) {
      return Condition{part, std::string(text.substr(equals + 1))};
    }
  }
  return core::fail(core::ErrorCode::kInvalidArgument,
                    "--only " + quoted(text) +
                        ": expected tenant=NAME, app=NAME or fn=NAME, or several joined by commas");
}

}  // namespace

core::Result<TraceReaderPtr> only(TraceReaderPtr reader, const std::string& filter) {
  std::vector<Condition> conditions;
  for (std::string_view rest = filter; !rest.empty();) {
    const std::size_t comma = std::min(rest.find(','), rest.size());
    core::Result<Condition> condition = parse_condition(rest.substr(0, comma));
    if (!condition) {
      return tl::unexpected(condition.error());
    }
    conditions.push_back(std::move(*condition));
    rest.remove_prefix(std::min(comma + 1, rest.size()));
  }
  auto kept = std::make_unique<OnlyReader>(std::move(reader), filter, std::move(conditions));
  if (core::Status checked = kept->check(); !checked) {
    return tl::unexpected(checked.error());
  }
  return TraceReaderPtr(std::move(kept));
}

}  // namespace fn::sim
