// SPDX-License-Identifier: Apache-2.0

#include "sim/trace/row_reader.h"

namespace fn::sim {

core::Result<Header> RowReader::header() {
  core::Result<Header> header = Header::read(source_.name(), lines_, options_.limits);
  if (header) {
    columns_ = header->names().size();
  }
  return header;
}

Fault RowReader::split_row(std::string_view line, Fields& fields) const {
  split(line, columns_, fields);
  if (fields.size() == columns_) {
    return std::nullopt;
  }
  return RowFault{"",
                  std::to_string(columns_) + " fields as in the header",
                  fields.size() > columns_ ? "more" : std::to_string(fields.size()),
                  true};
}

core::Status RowReader::skip(const RowFault& wrong) {
  if (!options_.lenient) {
    return core::fail(core::ErrorCode::kInvalidArgument,
                      describe(source_.name(), lines_.number(), wrong));
  }
  if (skipped_ == 0) {
    first_ = describe(source_.name(), lines_.number(), wrong);
  }
  ++skipped_;
  return {};
}

void RowReader::warn(std::vector<std::string>& warnings) const {
  if (skipped_ > 0) {
    warnings.push_back(source_.name() + ": skipped " + std::to_string(skipped_) +
                       " malformed rows; the first: " + first_);
  }
}

}  // namespace fn::sim
