// SPDX-License-Identifier: Apache-2.0

#include "core/io/toml.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <fstream>
#include <utility>

#include "core/io/toml_guard.h"

#ifdef NDEBUG
#error "toml++ would take for granted what it asserts here, and hostile input breaks that: [$]"
#endif

namespace fn::core {

namespace {

// What the parser asserts does not hold for every input. Thrown, that is a refusal.
struct ParserLost : std::exception {};

[[noreturn]] void parser_is_lost() {
  throw ParserLost();
}

}  // namespace

}  // namespace fn::core

// The name is the library's.
// NOLINTNEXTLINE(readability-identifier-naming)
#define TOML_ASSERT(condition) ((condition) ? static_cast<void>(0) : ::fn::core::parser_is_lost())

#include <toml++/toml.h>

namespace fn::core {

namespace {

// More than guard_toml() lets pass.
constexpr std::size_t kLargestText = (std::size_t{1} << 20) + 1;
constexpr std::size_t kMostSettings = 100'000;
constexpr std::size_t kLongestKey = 256;

struct Located {
  toml::source_index line = 0;
  Setting setting;
};

bool is_bare(std::string_view part) {
  return !part.empty() && std::all_of(part.begin(), part.end(), [](char letter) {
    return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
           (letter >= '0' && letter <= '9') || letter == '_' || letter == '-';
  });
}

std::string joined(const std::string& prefix, std::string_view part) {
  std::string key = prefix.empty() ? "" : prefix + ".";
  return key + (is_bare(part) ? std::string(part) : "\"" + std::string(part) + "\"");
}

// Nothing in a message may break its line.
std::string one_line(std::string_view text) {
  std::string line(text);
  std::replace_if(
      line.begin(),
      line.end(),
      [](char letter) {
        const auto code = static_cast<unsigned char>(letter);
        return code < 0x20 || code == 0x7f;
      },
      '?');
  return line;
}

std::string place_of(std::string_view name, const toml::source_position& at) {
  return std::string(name) + ":" + std::to_string(at.line);
}

class Flattener {
 public:
  explicit Flattener(std::string_view name) : name_(name) {}

  // The depth of nesting is limited by the parser.
  Status add(const std::string& key, const toml::node& node) {
    if (key.size() > kLongestKey || found_.size() >= kMostSettings) {
      return refuse(node, "more than 100,000 settings, or a key of more than 256 characters");
    }
    if (const toml::table* table = node.as_table()) {
      for (const auto& [part, child] : *table) {
        Status status = add(joined(key, part.str()), child);
        if (!status) {
          return status;
        }
      }
      return {};
    }
    if (const toml::array* list = node.as_array()) {
      for (std::size_t index = 0; index < list->size(); ++index) {
        Status status = add(key + "[" + std::to_string(index) + "]", (*list)[index]);
        if (!status) {
          return status;
        }
      }
      return {};
    }
    return add_leaf(key, node);
  }

  // In the order of the file, which the tables do not keep.
  std::vector<Setting> take() {
    std::stable_sort(found_.begin(), found_.end(), [](const Located& left, const Located& right) {
      return left.line < right.line;
    });
    std::vector<Setting> settings;
    settings.reserve(found_.size());
    for (Located& located : found_) {
      settings.push_back(std::move(located.setting));
    }
    return settings;
  }

 private:
  Status add_leaf(const std::string& key, const toml::node& node) {
    const toml::source_position at = node.source().begin;
    Value value;
    if (const auto* truth = node.as_boolean()) {
      value = truth->get();
    } else if (const auto* whole = node.as_integer()) {
      value = std::int64_t{whole->get()};
    } else if (const auto* real = node.as_floating_point()) {
      value = real->get();
    } else if (const auto* text = node.as_string()) {
      value = text->get();
    } else {
      return refuse(node,
                    one_line(key) + ": expected a number, true, false or text, not a date or time");
    }
    found_.push_back({at.line, Setting{one_line(key), std::move(value), place_of(name_, at)}});
    return {};
  }

  [[nodiscard]] tl::unexpected<Error> refuse(const toml::node& node,
                                             const std::string& reason) const {
    const toml::source_position at = node.source().begin;
    return fail(ErrorCode::kInvalidArgument,
                place_of(name_, at) + ":" + std::to_string(at.column) + ": " + reason);
  }

  std::string_view name_;
  std::vector<Located> found_;
};

Result<std::vector<Setting>> parse_or_throw(std::string_view text, std::string_view name) {
  const toml::table root = toml::parse(text, name);
  Flattener flattener(name);
  const Status status = flattener.add("", root);
  if (!status) {
    return tl::unexpected<Error>(status.error());
  }
  return flattener.take();
}

bool loses_parser(std::string_view text) {
  try {
    static_cast<void>(toml::parse(text));
    return false;
  } catch (const ParserLost&) {
    return true;
  } catch (const toml::parse_error&) {
    return false;
  }
}

// The line at which the parser is lost: it reads from left to right, so every beginning of the text
// that holds this line loses it, and no shorter one does. REQUIRES: the whole text loses it.
std::size_t lost_line(std::string_view text) {
  std::vector<std::size_t> ends;
  for (std::size_t at = text.find('\n'); at != std::string_view::npos;
       at = text.find('\n', at + 1)) {
    ends.push_back(at);
  }
  const auto found = std::partition_point(ends.begin(), ends.end(), [text](std::size_t end) {
    return !loses_parser(text.substr(0, end));
  });
  return static_cast<std::size_t>(found - ends.begin()) + 1;
}

}  // namespace

Result<std::vector<Setting>> parse_toml(std::string_view text, std::string_view name) {
  if (const Status guarded = guard_toml(text, name); !guarded) {
    return tl::unexpected<Error>(guarded.error());
  }
  try {
    return parse_or_throw(text, name);
  } catch (const toml::parse_error& error) {
    const toml::source_position at = error.source().begin;
    return fail(ErrorCode::kInvalidArgument,
                place_of(name, at) + ":" + std::to_string(at.column) +
                    ": not TOML: " + one_line(error.description()));
  } catch (const ParserLost&) {
    return fail(ErrorCode::kInvalidArgument,
                std::string(name) + ":" + std::to_string(lost_line(text)) +
                    ":1: not TOML: expected a key, a [table] or a comment");
  } catch (const std::exception& error) {
    return fail(ErrorCode::kInvalidArgument,
                std::string(name) + ": not TOML: " + one_line(error.what()));
  }
}

Result<std::vector<Setting>> read_toml(const std::string& path) {
  try {
    std::ifstream file(path, std::ios::binary);
    std::string text(kLargestText, '\0');
    if (!file || !file.read(text.data(), 0)) {
      return fail(ErrorCode::kNotFound, path + ": cannot be opened: expected a TOML file");
    }
    file.read(text.data(), static_cast<std::streamsize>(text.size()));
    if (file.bad()) {
      return fail(ErrorCode::kNotFound, path + ": cannot be read: expected a TOML file");
    }
    text.resize(static_cast<std::size_t>(file.gcount()));
    return parse_toml(text, path);
  } catch (const std::exception& error) {
    return fail(ErrorCode::kNotFound, path + ": cannot be read: " + one_line(error.what()));
  }
}

}  // namespace fn::core
