// SPDX-License-Identifier: Apache-2.0

#include "services/api/api_server.h"

#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <utility>

#include "services/api/api_call.h"

namespace fn::services {
namespace {

struct Waiting {
  HttpRequestHead head;
  std::string body;
  ApiServer::Done done;
};

HttpResponse refusal(const HttpRequestHead& head, const char* why) {
  HttpResponse response = error_response(503, why, head.target.starts_with("/v1"));
  response.headers.emplace_back("Retry-After", "1");
  return response;
}

}  // namespace

struct ApiServer::State {
  State(Loop& of, std::unique_ptr<ApiHandler> handles, ApiQueueLimits limited)
      : loop(of), handler(std::move(handles)), limits(limited) {}

  void answer(Done done, HttpResponse response) {
    loop.post([done = std::move(done), response = std::move(response)]() mutable {
      done(std::move(response));
    });
  }

  // Waits for a request. None: the server ends.
  bool take(Waiting& into) {
    std::unique_lock lock(mutex);
    wake.wait(lock, [this] { return ending || !queue.empty(); });
    if (ending) {
      return false;
    }
    into = std::move(queue.front());
    queue.pop_front();
    waiting_bytes -= into.body.size();
    return true;
  }

  void run() {
    Waiting request;
    while (take(request)) {
      answer(std::move(request.done), handler->handle(request.head, request.body));
    }
  }

  Loop& loop;
  std::unique_ptr<ApiHandler> handler;
  ApiQueueLimits limits;
  std::mutex mutex;
  std::condition_variable wake;
  std::deque<Waiting> queue;
  std::size_t waiting_bytes = 0;
  bool ending = false;
  std::thread thread;
};

ApiServer::ApiServer(Loop& loop, std::unique_ptr<ApiHandler> handler, ApiQueueLimits limits)
    : state_(std::make_unique<State>(loop, std::move(handler), limits)) {
  state_->thread = std::thread([state = state_.get()] { state->run(); });
}

ApiServer::~ApiServer() {
  {
    const std::lock_guard lock(state_->mutex);
    state_->ending = true;
  }
  state_->wake.notify_one();
  state_->thread.join();
  for (Waiting& request : state_->queue) {
    state_->answer(std::move(request.done), refusal(request.head, "API server is stopping"));
  }
}

void ApiServer::submit(HttpRequestHead head, std::string body, Done done) {
  {
    const std::lock_guard lock(state_->mutex);
    if (state_->queue.size() < state_->limits.requests &&
        state_->waiting_bytes + body.size() <= state_->limits.body_bytes) {
      state_->waiting_bytes += body.size();
      state_->queue.push_back({std::move(head), std::move(body), std::move(done)});
      state_->wake.notify_one();
      return;
    }
  }
  state_->answer(std::move(done), refusal(head, "Too many requests wait for the database"));
}

}  // namespace fn::services
