// SPDX-License-Identifier: Apache-2.0

#include "services/lb/invoke_front.h"

#include <algorithm>
#include <deque>
#include <optional>
#include <utility>

#include "services/base/clock.h"
#include "services/base/id_maker.h"
#include "services/lb/content_type.h"
#include "services/lb/error_answer.h"
#include "services/lb/invoke_form.h"

namespace fn::services {
namespace {

// How long the head of an answer waits for the end of a small body.
constexpr core::Duration kLinger = std::chrono::milliseconds(2);

// Calls that have ended are forgotten when there are more of them than that.
constexpr std::size_t kWaitingSlack = 64;

}  // namespace

struct InvokeFront::State {
  struct Invocation;
  using InvocationPtr = std::shared_ptr<Invocation>;

  struct Lingering {
    core::Instant until;
    std::weak_ptr<Invocation> invocation;
  };

  State(Loop& its_loop,
        FnCatalog& its_catalog,
        LbPools& its_pools,
        const InvokeOptions& its_options)
      : loop(its_loop),
        catalog(its_catalog),
        pools(its_pools),
        options(its_options),
        linger_timer(its_loop) {}

  void linger(const InvocationPtr& invocation);
  void end_lingering();

  Loop& loop;
  FnCatalog& catalog;
  LbPools& pools;
  InvokeOptions options;
  IdMaker ids = IdMaker::random();
  std::deque<Lingering> lingering;
  LoopTimer linger_timer;
  bool draining = false;
};

// One request on its way. Shared by whoever may still call it back.
struct InvokeFront::State::Invocation : std::enable_shared_from_this<Invocation> {
  Invocation(std::shared_ptr<State> its_front, HttpExchangePtr its_exchange, FnAddress its_address)
      : front(std::move(its_front)),
        exchange(std::move(its_exchange)),
        address(std::move(its_address)) {}

  void begin() {
    front->catalog.find(address, [self = shared_from_this()](const FnFound& found) {
      if (found.function == nullptr) {
        self->not_found(found);
      } else if (!self->gone) {
        self->function = found.function;
        self->detached = self->detached || found.function->detached;
        self->join_pool();
      }
    });
  }

  void not_found(const FnFound& found) {
    ErrorAnswer error;
    error.status = found.status;
    error.message = found.message;
    error.reason = found.status == 404 ? AnswerReason::kNotFound : AnswerReason::kApiError;
    if (!found.reached) {
      error = {AnswerReason::kApiUnreachable, 503, "the API server cannot be reached", {}, 1};
    }
    refuse(error);
  }

  void join_pool() {
    pool = front->pools.of(*function);
    if (pool == nullptr) {
      refuse({AnswerReason::kNoRunnerForGroup, 503, kTooBusy, "groups of this load balancer", 1});
    } else if (const auto error = refusal_of(pool->pool, pool->name, function->setup.app_name)) {
      refuse(*error);
    } else {
      detached ? gather() : place(exchange->body());
    }
  }

  // The group was empty when the call began to wait for its runners. False: it waits no more.
  bool hear_of_pool() {
    if (done || gone) {
      return false;
    }
    const auto error = refusal_of(pool->pool, pool->name, function->setup.app_name);
    if (error) {
      pool->group->cancel(ticket);
      done = true;
      refuse(*error);
    }
    return !error;
  }

  // The caller of a detached call leaves before it runs: its body is taken whole.
  void gather() {
    read_whole(exchange->body(),
               front->options.detached_body_bytes,
               [self = shared_from_this()](core::Result<std::string> body) {
                 if (body) {
                   self->place(whole_body(*std::move(body)));
                 } else if (!self->gone) {
                   self->refuse({AnswerReason::kBodyTooLarge,
                                 413,
                                 "Request entity too large",
                                 "FN_LB_REPLAY_BYTES",
                                 0});
                 }
               });
  }

  void place(const BodyPipePtr& body) {
    const HttpRequestHead& head = exchange->head();
    CallRequest request;
    const std::int64_t now = wall_now_ns();
    call_id = front->ids.next(now / 1'000'000);
    request.fields.id = call_id;
    request.fields.type = detached ? "detached" : "sync";
    request.fields.method = head.method;
    request.fields.url = head.target;
    request.fields.created_at = rfc3339(now);
    request.fields.headers = headers_for_function(head, address, *function);
    request.function = function;
    request.body = body;
    request.body_bytes = exchange->content_length().value_or(0);
    request.detached = detached;
    CallSink sink;
    if (detached) {
      sink.accepted = [self = shared_from_this()] {
        self->accepted();
      };
    }
    sink.answered = [self = shared_from_this()](
                        unsigned status, HttpHeaders headers, const BodyPipePtr& function_body) {
      self->answered(status, std::move(headers), function_body);
    };
    sink.ended = [self = shared_from_this()](const CallEnd& end) {
      self->ended(end);
    };
    ticket = pool->group->begin(std::move(request), std::move(sink));
    if (front->pools.has_npm() && pool->members.empty()) {
      if (pool->waiting.size() > kWaitingSlack + 2 * std::size_t{pool->group->calls()}) {
        std::erase_if(pool->waiting, [](const auto& waits) { return !waits(); });
      }
      pool->waiting.emplace_back([weak = weak_from_this()] {
        const auto self = weak.lock();
        return self != nullptr && self->hear_of_pool();
      });
    }
  }

  void accepted() {
    HttpResponse response;
    response.status = 202;
    response.headers = {{"Fn-Call-Id", call_id}, {"Content-Type", "application/json"}};
    response.body = R"({"call_id":")" + call_id + "\"}";
    respond(std::move(response));
  }

  void answered(unsigned status, HttpHeaders headers, const BodyPipePtr& body) {
    if (detached) {
      body->abandon();
      return;
    }
    answer = answer_for_caller(status, std::move(headers), address, *function);
    answer->headers.emplace_back("Fn-Call-Id", call_id);
    if (address.kind == FnAddress::Kind::kRoute) {
      answer->headers.emplace_back("FN_CALL_ID", call_id);
    }
    answer_body = body;
    if (address.kind == FnAddress::Kind::kRoute &&
        find_header(answer->headers, "Content-Type").empty()) {
      name_type();
    } else {
      typed = true;
      front->linger(shared_from_this());
    }
  }

  // Under /r/ an answer always has a type: where the function names none, its first bytes tell it,
  // and the head waits for them.
  void name_type() {
    answer_body->read([self = shared_from_this()](BodyPipe::Chunk chunk) {
      self->typed = true;
      if (chunk && *chunk) {
        self->answer->headers.emplace_back("Content-Type", content_type_of(**chunk));
        self->answer_body->put_back(std::move(**chunk));
      }
      if (!self->done) {
        self->front->linger(self);
      } else if (!self->responded) {
        self->respond_once_done();
      }
    });
  }

  void respond_once_done() {
    if (typed) {
      answer_body->ended() ? respond_whole() : stream();
    }
  }

  // The body takes longer: it follows its head.
  void stream() {
    if (answer && typed && !responded) {
      responded = true;
      exchange->respond(
          answer->status, std::move(answer->headers), std::nullopt, std::move(answer_body));
    }
  }

  void ended(const CallEnd& end) {
    done = true;
    if (end.outcome != core::CallOutcome::kCompleted) {
      refuse(error_of(pool_told(end)));
    } else if (responded) {
      return;
    } else if (detached) {
      accepted();  // a runner that did not say so before
    } else if (answer) {
      respond_once_done();
    } else {
      refuse(
          {AnswerReason::kRunnerError, 502, "the runner ended the call without an answer", {}, 0});
    }
  }

  // A call that waited in vain in a group without runners was not one too many for them.
  [[nodiscard]] CallEnd pool_told(CallEnd end) const {
    if (end.reason == core::RefusalReason::kTimedOut && end.code == 0 && pool->members.empty() &&
        front->pools.has_npm()) {
      end.reason = core::RefusalReason::kNoRunner;
    }
    return end;
  }

  void respond_whole() {
    HttpResponse response;
    response.status = answer->status;
    response.headers = std::move(answer->headers);
    bool ended_here = false;
    while (!ended_here) {  // all of it is here: every read answers at once
      answer_body->read([&](BodyPipe::Chunk chunk) {
        ended_here = !chunk || !*chunk;
        if (!ended_here) {
          response.body += **chunk;
        }
      });
    }
    respond(std::move(response));
  }

  void refuse(const ErrorAnswer& error) {
    respond(error_response(error,
                           {pool == nullptr ? std::string() : pool->name,
                            call_id,
                            address.kind == FnAddress::Kind::kRoute}));
  }

  void respond(HttpResponse response) {
    if (!std::exchange(responded, true)) {
      exchange->respond(std::move(response));
    }
  }

  void caller_gone() {
    gone = true;
    responded = true;
    if (!detached && !done && ticket.number != 0) {
      pool->group->cancel(ticket);
    }
  }

  std::shared_ptr<State> front;
  HttpExchangePtr exchange;
  FnAddress address;
  FunctionVersionPtr function;
  LbPool* pool = nullptr;  // once the function is known
  std::string call_id;
  CallTicket ticket;
  std::optional<CallerAnswer> answer;
  BodyPipePtr answer_body;
  bool detached = false;
  bool typed = false;  // the answer's head is all here
  bool responded = false;
  bool gone = false;
  bool done = false;
};

void InvokeFront::State::linger(const InvocationPtr& invocation) {
  lingering.push_back({core::later(loop.now(), kLinger), invocation});
  if (lingering.size() == 1) {
    linger_timer.set(lingering.front().until, [this] { end_lingering(); });
  }
}

void InvokeFront::State::end_lingering() {
  while (!lingering.empty() && lingering.front().until <= loop.now()) {
    if (const InvocationPtr invocation = lingering.front().invocation.lock()) {
      invocation->stream();
    }
    lingering.pop_front();
  }
  if (!lingering.empty()) {
    linger_timer.set(lingering.front().until, [this] { end_lingering(); });
  }
}

InvokeFront::InvokeFront(Loop& loop,
                         FnCatalog& catalog,
                         LbPools& pools,
                         const InvokeOptions& options)
    : state_(std::make_shared<State>(loop, catalog, pools, options)) {}

InvokeFront::~InvokeFront() = default;

bool InvokeFront::take(const HttpExchangePtr& exchange) {
  std::optional<FnAddress> address = address_of(exchange->head().target);
  if (!address) {
    return false;
  }
  const HttpRequestHead& head = exchange->head();
  const bool by_id = address->kind == FnAddress::Kind::kFn;
  // An empty name would ask the API server for a list.
  const bool nameless = by_id ? address->name.empty() : address->app.empty();
  const auto invocation =
      std::make_shared<State::Invocation>(state_, exchange, *std::move(address));
  if (by_id && head.method != "POST") {
    invocation->refuse(
        {AnswerReason::kMethodNotAllowed,
         405,
         "Method not allowed: " + head.method + " " + std::string(path_of(head.target)),
         {},
         0});
    return true;
  }
  if (nameless) {
    invocation->refuse({AnswerReason::kNotFound,
                        404,
                        "Path not found: " + head.method + " " + std::string(path_of(head.target)),
                        {},
                        0});
    return true;
  }
  if (state_->draining) {
    invocation->refuse({AnswerReason::kShuttingDown, 503, kTooBusy, "shutdown", 1});
    return true;
  }
  invocation->detached = same_word(find_header(head.headers, "Fn-Invoke-Type"), "detached");
  exchange->when_gone([weak = std::weak_ptr<State::Invocation>(invocation)] {
    if (const auto self = weak.lock()) {
      self->caller_gone();
    }
  });
  invocation->begin();
  return true;
}

void InvokeFront::drain() {
  state_->draining = true;
}

}  // namespace fn::services
