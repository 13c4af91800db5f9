// SPDX-License-Identifier: Apache-2.0

#include "services/lb/fn_catalog.h"

#include <list>
#include <unordered_map>
#include <utility>
#include <vector>

#include "services/lb/fn_question.h"

namespace fn::services {
namespace {

struct Entry {
  FnAddress address;
  FunctionVersionPtr function;  // null: not known yet
  core::Instant fresh_until{};
  std::vector<FnCatalog::Handler> waiting;
  std::shared_ptr<void> question;
  std::unique_ptr<LoopTimer> timer;
  std::list<std::string>::iterator used;  // its place in the order of use
};

std::string key_of(const FnAddress& address) {
  std::string key(1, static_cast<char>('0' + static_cast<int>(address.kind)));
  key += address.app;
  key += '\0';
  key += address.name;
  return key;
}

}  // namespace

struct FnCatalog::State : std::enable_shared_from_this<State> {
  State(Loop& its_loop, ApiPort& its_port, const CatalogLimits& its_limits)
      : loop(its_loop), port(its_port), limits(its_limits) {}

  void ask(const std::string& key, Entry& entry) {
    entry.timer = std::make_unique<LoopTimer>(loop);
    const bool known = entry.function != nullptr;
    entry.timer->set_after(known ? limits.stale_after : limits.timeout, [this, key] {
      take(key, {nullptr, 504, "no answer in time", false});
    });
    entry.question =
        ask_for_function(port, entry.address, [weak = weak_from_this(), key](const FnFound& found) {
          take_later(weak, key, found);
        });
  }

  // The question must outlive its own answer.
  static void take_later(const std::weak_ptr<State>& weak,
                         const std::string& key,
                         const FnFound& found) {
    const auto self = weak.lock();
    if (!self) {
      return;
    }
    self->loop.post([weak, key, found] {
      if (const auto state = weak.lock()) {
        state->take(key, found);
      }
    });
  }

  void take(const std::string& key, const FnFound& found) {
    const auto place = entries.find(key);
    if (place == entries.end() || place->second.question == nullptr) {
      return;
    }
    Entry& entry = place->second;
    entry.question.reset();
    entry.timer.reset();
    const std::vector<FnCatalog::Handler> waiting = std::exchange(entry.waiting, {});
    FnFound answer = found;
    if (found.function != nullptr) {
      const bool same = entry.function != nullptr && entry.function->slot == found.function->slot &&
                        entry.function->route_headers == found.function->route_headers;
      entry.function = same ? entry.function : found.function;
      entry.fresh_until = core::later(loop.now(), limits.age);
      answer.function = entry.function;
    } else if (!found.reached && entry.function != nullptr) {
      // Known functions are served on; the next question waits a moment.
      entry.fresh_until = core::later(loop.now(), limits.stale_after);
      answer.function = entry.function;
    } else {
      forget(place);
    }
    for (const FnCatalog::Handler& handler : waiting) {
      handler(answer);
    }
  }

  void forget(std::unordered_map<std::string, Entry>::iterator place) {
    order.erase(place->second.used);
    entries.erase(place);
  }

  void make_room() {
    for (auto oldest = order.begin(); entries.size() >= limits.entries && oldest != order.end();) {
      const auto place = entries.find(*oldest++);
      if (place->second.question == nullptr) {
        forget(place);
      }
    }
  }

  Loop& loop;
  ApiPort& port;
  CatalogLimits limits;
  std::unordered_map<std::string, Entry> entries;
  std::list<std::string> order;  // the least lately used first
};

FnCatalog::FnCatalog(Loop& loop, ApiPort& port, const CatalogLimits& limits)
    : state_(std::make_shared<State>(loop, port, limits)) {}

FnCatalog::~FnCatalog() = default;

void FnCatalog::find(const FnAddress& address, Handler handler) {
  State& state = *state_;
  const std::string key = key_of(address);
  auto place = state.entries.find(key);
  if (place == state.entries.end()) {
    state.make_room();
    place = state.entries.emplace(key, Entry{}).first;
    place->second.address = address;
    place->second.used = state.order.insert(state.order.end(), key);
  }
  Entry& entry = place->second;
  if (entry.function != nullptr && state.loop.now() < entry.fresh_until) {
    state.order.splice(state.order.end(), state.order, entry.used);
    FnFound found;
    found.status = 200;
    found.function = entry.function;
    handler(found);
    return;
  }
  entry.waiting.push_back(std::move(handler));
  if (entry.question == nullptr) {
    state.ask(key, entry);
  }
}

}  // namespace fn::services
