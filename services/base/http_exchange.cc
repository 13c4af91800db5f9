// SPDX-License-Identifier: Apache-2.0

#include <utility>

#include "services/base/http_session.h"

namespace fn::services {
namespace {

class Exchange final : public HttpExchange {
 public:
  Exchange(std::shared_ptr<HttpSession> session,
           std::uint64_t number,
           HttpRequestHead head,
           std::optional<std::uint64_t> length)
      : session_(std::move(session)), number_(number), head_(std::move(head)), length_(length) {}

  ~Exchange() override { session_->dropped(number_); }

  Exchange(const Exchange&) = delete;
  Exchange& operator=(const Exchange&) = delete;

  [[nodiscard]] const HttpRequestHead& head() const override { return head_; }

  [[nodiscard]] std::string peer() const override { return session_->peer(); }

  [[nodiscard]] std::optional<std::uint64_t> content_length() const override { return length_; }

  [[nodiscard]] const BodyPipePtr& body() override {
    if (!body_) {
      body_ = session_->open_body(number_);
    }
    return body_;
  }

  void respond(HttpResponse response) override { session_->answer(number_, std::move(response)); }

  void respond(unsigned status,
               HttpHeaders headers,
               std::optional<std::uint64_t> length,
               BodyPipePtr body) override {
    session_->answer(number_, status, headers, length, std::move(body));
  }

  void when_gone(std::function<void()> handler) override {
    session_->when_gone(number_, std::move(handler));
  }

 private:
  std::shared_ptr<HttpSession> session_;
  std::uint64_t number_;
  HttpRequestHead head_;
  std::optional<std::uint64_t> length_;
  BodyPipePtr body_;
};

}  // namespace

HttpExchangePtr make_exchange(std::shared_ptr<HttpSession> session,
                              std::uint64_t number,
                              HttpRequestHead head,
                              std::optional<std::uint64_t> length) {
  return std::make_shared<Exchange>(std::move(session), number, std::move(head), length);
}

}  // namespace fn::services
