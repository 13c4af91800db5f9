// SPDX-License-Identifier: Apache-2.0

#include "services/runner/containers/call_logs.h"

namespace fn::services {

CallLogs::CallLogs(std::size_t bytes_of_call, std::size_t calls)
    : bytes_of_call_(bytes_of_call), calls_(calls), logs_(1) {}

void CallLogs::begin(const std::string& call_id) {
  logs_.push_back({call_id, {}, false});
  // A log that was cut has one line more than the limit, hence not only by the number.
  while (logs_.size() > 1 && (logs_.size() > calls_ || held_ > bytes_of_call_)) {
    held_ -= logs_.front().text.size();
    logs_.pop_front();
  }
}

void CallLogs::append(std::string_view bytes) {
  Log& log = logs_.back();
  if (log.cut) {
    return;
  }
  const std::size_t before = log.text.size();
  const std::size_t room = bytes_of_call_ - before;
  log.text += bytes.substr(0, room);
  if (bytes.size() > room) {
    log.cut = true;
    log.text += "\n-----max log size " + std::to_string(bytes_of_call_) +
                " bytes exceeded, truncating log-----\n";
  }
  held_ += log.text.size() - before;
}

std::string CallLogs::of(const std::string& call_id) const {
  std::string text;
  for (const Log& log : logs_) {
    if (call_id.empty() || log.call_id == call_id) {
      text += log.text;
    }
  }
  return text;
}

}  // namespace fn::services
