// SPDX-License-Identifier: Apache-2.0
//
// Twin: two machines that are told the same. One goes straight on, the other is saved and built
// anew now and then; both must answer alike to the last bit, and a saved state must load back to
// the same bytes. For properties checked by RapidCheck.

#pragma once

#include <algorithm>
#include <cstdint>
#include <functional>
#include <memory>
#include <rapidcheck.h>
#include <span>
#include <vector>

#include "core/base/bytes.h"
#include "core/base/time.h"

namespace fn::tests {

// Whether `all` ends, from `first` on, with exactly these records.
template <typename Records>
bool ends_with(const Records& all, std::size_t first, const Records& records) {
  bool same = all.size() == first + records.size();
  for (std::size_t index = 0; same && index < records.size(); ++index) {
    same = all[first + index].kind() == records[index].kind() &&
           all[first + index].words() == records[index].words();
  }
  return same;
}

template <typename Machine, typename MachineOut>
class Twin {
 public:
  using Make = std::function<std::unique_ptr<Machine>()>;

  explicit Twin(Make make) : make_(std::move(make)), straight_(make_()), reloaded_(make_()) {}

  template <typename Event>
  void step(core::Instant now, const Event& event, MachineOut& out) {
    const std::size_t actions = out.actions.size();
    const std::size_t facts = out.facts.size();
    straight_->step(now, event, out);
    MachineOut other;
    reloaded_->step(now, event, other);
    RC_ASSERT(ends_with(out.actions, actions, other.actions));
    RC_ASSERT(ends_with(out.facts, facts, other.facts));
    RC_ASSERT(straight_->next_deadline() == reloaded_->next_deadline());
  }

  void reload() {
    core::Writer saved;
    reloaded_->save(saved);
    reloaded_ = make_();
    core::Reader reader(saved.bytes());
    RC_ASSERT(reloaded_->load(reader).has_value());
    RC_ASSERT(reader.finish().has_value());
    core::Writer again;
    reloaded_->save(again);
    RC_ASSERT(std::equal(
        saved.bytes().begin(), saved.bytes().end(), again.bytes().begin(), again.bytes().end()));
  }

  // Bytes of this state that were cut or damaged are refused, or make a machine that takes one more
  // deadline without a broken belief.
  void load_damaged() {
    core::Writer saved;
    straight_->save(saved);
    std::vector<std::byte> bytes(saved.bytes().begin(), saved.bytes().end());
    const auto length = *rc::gen::inRange<std::size_t>(0, bytes.size());
    core::Reader cut{std::span(bytes).first(length)};
    const auto short_one = make_();
    RC_ASSERT(!short_one->load(cut).has_value());
    for (int damage = *rc::gen::inRange(1, 4); damage > 0; --damage) {
      const auto at = *rc::gen::inRange<std::size_t>(0, bytes.size());
      bytes[at] = static_cast<std::byte>(*rc::gen::inRange(0, 256));
    }
    core::Reader reader(bytes);
    const auto odd_one = make_();
    if (odd_one->load(reader).has_value()) {
      core::Writer written;
      odd_one->save(written);
    }
  }

  [[nodiscard]] const Machine& machine() const { return *straight_; }

 private:
  Make make_;
  std::unique_ptr<Machine> straight_;
  std::unique_ptr<Machine> reloaded_;
};

}  // namespace fn::tests
