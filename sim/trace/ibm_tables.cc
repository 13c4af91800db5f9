// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/ibm_tables.h"

#include <algorithm>

namespace fn::sim {

std::string_view without_suffix(std::string_view name) {
  return name.substr(0, name.find_first_of("[( "));
}

core::Status IbmTable::open(std::span<const std::string_view> wanted) {
  constexpr std::size_t kMostColumns = 256;
  const core::Result<bool> more = cells_.next_row();
  if (!more) {
    return tl::unexpected(more.error());
  }
  const auto wrong = [this](const RowFault& what) {
    return core::fail(core::ErrorCode::kInvalidArgument, describe(source_.name(), 1, what));
  };
  std::string name;
  while (cells_.has_cell() && names_.size() < kMostColumns) {
    if (const char* expected = cells_.text(options_.limits.field_bytes, name)) {
      return wrong(fault(std::to_string(names_.size() + 1), expected, name));
    }
    const auto* place = std::find(wanted.begin(), wanted.end(), without_suffix(name)).base();
    const auto number = static_cast<std::size_t>(place - wanted.data());
    names_.push_back(name);
    places_.push_back(number < wanted.size() ? number : kOther);
  }
  if (cells_.has_cell() || cells_.unended()) {
    return wrong({"",
                  "a header line of at most 256 columns",
                  cells_.has_cell() ? "more"
                                    : "its "
                                      "beginning",
                  true});
  }
  for (std::size_t number = 0; number < wanted.size(); ++number) {
    if (std::count(places_.begin(), places_.end(), number) != 1) {
      std::string found;
      for (std::size_t index = 0; index < names_.size() && index < 4; ++index) {
        found += (index > 0 ? "," : "") + names_[index];
      }
      return wrong(fault(wanted[number], "one column of this name in the header", found));
    }
  }
  return {};
}

Fault IbmTable::shape() const {
  if (cells_.has_cell()) {
    return RowFault{"", columns(), "more", true};
  }
  if (cells_.unended()) {
    return RowFault{"",
                    "a line break at the end of the file; it was cut, or lacks its last line break",
                    "none",
                    true};
  }
  return std::nullopt;
}

core::Status IbmTable::skip(const RowFault& wrong) {
  std::string text = describe(source_.name(), cells_.line(), wrong);
  if (!options_.lenient) {
    return core::fail(core::ErrorCode::kInvalidArgument, std::move(text));
  }
  if (skipped_++ == 0) {
    first_skipped_ = std::move(text);
  }
  return {};
}

std::string IbmTable::skipped_text() const {
  return source_.name() + ": skipped " + std::to_string(skipped_) +
         " malformed rows; the first: " + first_skipped_;
}

}  // namespace fn::sim
