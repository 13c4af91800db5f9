// SPDX-License-Identifier: Apache-2.0

#include "services/api/model_change.h"

#include <cstdint>
#include <string>

#include "services/api/annotations.h"

namespace fn::services {
namespace {

template <typename Map, typename IsEmpty>
void merge_map(Map& kept, const Map& change, IsEmpty is_empty) {
  for (const auto& [key, value] : change) {
    if (is_empty(value)) {
      kept.erase(key);
    } else {
      kept[key] = value;
    }
  }
}

void merge_config(Config& kept, const Config& change) {
  merge_map(kept, change, [](const std::string& value) { return value.empty(); });
}

void merge_annotations(Annotations& kept, const Annotations& change) {
  merge_map(kept, change, [](const std::string& value) { return is_empty_annotation(value); });
}

void merge_text(std::string& kept, const std::string& change) {
  if (!change.empty()) {
    kept = change;
  }
}

void merge_number(std::int64_t& kept, std::int64_t change) {
  if (change != 0) {
    kept = change;
  }
}

}  // namespace

void merge(App& kept, const App& change) {
  merge_text(kept.syslog_url, change.syslog_url);
  merge_text(kept.shape, change.shape);
  merge_config(kept.config, change.config);
  merge_annotations(kept.annotations, change.annotations);
}

void merge(Fn& kept, const Fn& change) {
  merge_text(kept.image, change.image);
  merge_text(kept.format, change.format);
  merge_text(kept.shape, change.shape);
  merge_number(kept.memory_mib, change.memory_mib);
  merge_number(kept.milli_cpus, change.milli_cpus);
  merge_number(kept.timeout_s, change.timeout_s);
  merge_number(kept.idle_timeout_s, change.idle_timeout_s);
  merge_config(kept.config, change.config);
  merge_annotations(kept.annotations, change.annotations);
}

void merge(Trigger& kept, const Trigger& change) {
  merge_text(kept.fn_id, change.fn_id);
  merge_text(kept.name, change.name);
  merge_text(kept.type, change.type);
  merge_text(kept.source, change.source);
  merge_text(kept.route_type, change.route_type);
  merge_map(kept.headers, change.headers, [](const auto& values) { return values.empty(); });
  merge_annotations(kept.annotations, change.annotations);
}

void set_defaults(Fn& fn) {
  constexpr std::int64_t kMemoryMib = 128;
  constexpr std::int64_t kSeconds = 30;
  fn.memory_mib = fn.memory_mib == 0 ? kMemoryMib : fn.memory_mib;
  fn.timeout_s = fn.timeout_s == 0 ? kSeconds : fn.timeout_s;
  fn.idle_timeout_s = fn.idle_timeout_s == 0 ? kSeconds : fn.idle_timeout_s;
}

}  // namespace fn::services
