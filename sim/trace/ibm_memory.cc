// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/ibm_memory.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

#include "sim/trace/ibm_tables.h"

namespace fn::sim {

namespace {

constexpr double kLargestGb = 16.0 * 1024;
constexpr double kMibPerGb = 1024;
constexpr std::array<std::string_view, 3> kColumns = {
    "NamespaceHash", "AppHash", "AppContainerRequestMemory"};

// One row.
struct Request {
  std::array<std::string, 2> names;
  double gigabytes = 0;
};

Fault read_cell(std::size_t place, CellReader& cells, std::uint64_t limit, Request& request) {
  if (place < request.names.size()) {
    std::string& name = request.names[place];
    const char* wrong = cells.text(limit, name);
    wrong = wrong == nullptr ? name_fault(name, limit) : wrong;
    return wrong == nullptr ? std::nullopt : Fault(fault(kColumns[place], wrong, name));
  }
  request.gigabytes = 0;
  const char* wrong = cells.list([&request](std::string_view text) -> const char* {
    double gigabytes = 0;
    if (!parse_decimal(text, kLargestGb, gigabytes)) {
      return "gigabytes from 0 to 16 Ki";
    }
    request.gigabytes = std::max(request.gigabytes, gigabytes);
    return nullptr;
  });
  return wrong == nullptr ? std::nullopt : Fault(fault(kColumns[place], wrong, cells.found()));
}

}  // namespace

core::Status IbmMemory::read(const core::ByteSource& source,
                             const TraceOptions& options,
                             Sha256& digest) {
  IbmTable table(source, options, &digest);
  if (core::Status opened = table.open(kColumns); !opened) {
    return opened;
  }
  Request request;
  const auto cell = [&](std::size_t place, CellReader& cells) {
    return read_cell(place, cells, options.limits.field_bytes, request);
  };
  const auto fits = [&]() -> Fault {
    const bool full = apps_.size() >= options.limits.functions;
    return full ? Fault(
                      too_many("", "at most " + std::to_string(options.limits.functions) + " apps"))
                : std::nullopt;
  };
  while (true) {
    const core::Result<bool> more = table.next(cell, fits);
    if (!more) {
      return tl::unexpected(more.error());
    }
    if (!*more) {
      break;
    }
    const std::uint32_t number = apps_.intern(ibm_key(request.names[0], request.names[1])).number;
    gigabytes_.resize(apps_.size());
    gigabytes_[number] = std::max(gigabytes_[number], request.gigabytes);
  }
  skipped_ = table.skipped();
  skipped_text_ = skipped_ > 0 ? table.skipped_text() : "";
  return {};
}

std::int64_t IbmMemory::mib(const std::string& key) const {
  const std::uint32_t number = apps_.find(key);
  return number == NameTable::kUnknown
             ? 0
             : static_cast<std::int64_t>(std::ceil(gigabytes_[number] * kMibPerGb));
}

}  // namespace fn::sim
