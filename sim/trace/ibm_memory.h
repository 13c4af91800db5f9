// SPDX-License-Identifier: Apache-2.0
//
// What IBM's app_configs says of memory (ibm2026.h): rows of NamespaceHash, AppHash and
// AppContainerRequestMemory in GB, one number or a list by day, and an app may have several rows.

#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/base/result.h"
#include "core/io/byte_source.h"
#include "sim/trace/sha256.h"
#include "sim/trace/trace_options.h"
#include "sim/trace/trace_table.h"

namespace fn::sim {

// Under which an app of a namespace is known: no name holds a control character.
inline std::string ibm_key(std::string_view name_space, std::string_view app) {
  return std::string(name_space) + "\n" + std::string(app);
}

class IbmMemory {
 public:
  core::Status read(const core::ByteSource& source, const TraceOptions& options, Sha256& digest);

  // The largest request of the app, at least 1; 0: nothing is known.
  [[nodiscard]] std::int64_t mib(const std::string& key) const;

  // Malformed rows that were skipped, and those in one line.
  [[nodiscard]] std::uint64_t skipped() const { return skipped_; }

  [[nodiscard]] const std::string& skipped_text() const { return skipped_text_; }

 private:
  NameTable apps_;
  std::vector<double> gigabytes_;  // by app
  std::uint64_t skipped_ = 0;
  std::string skipped_text_;
};

}  // namespace fn::sim
