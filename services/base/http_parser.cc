// SPDX-License-Identifier: Apache-2.0

#include "services/base/http_parser.h"

#include <utility>
#include <variant>

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>

#include "services/base/http_text.h"

namespace fn::services {
namespace http = boost::beast::http;

namespace {

using ErrorCode = boost::beast::error_code;
using Text = boost::beast::string_view;

// What both kinds of messages are read into.
struct Reading {
  HttpRequestHead head;
  unsigned status = 0;
  unsigned lengths = 0;
  unsigned codings = 0;
  unsigned hosts = 0;
  bool http_10 = false;
  bool request_line_done = false;
  bool head_done = false;
  bool expects_continue = false;
  HttpFault fault = HttpFault::kNone;
  std::size_t head_bytes = 0;
  std::uint64_t body_bytes = 0;
  std::uint64_t chunk_left = 0;
  std::size_t head_limit = 0;
  std::uint64_t body_limit = 0;
  // Set while feed() runs.
  std::string_view input;
  std::string* body = nullptr;
};

template <bool IsRequest>
class Parser final : public http::basic_parser<IsRequest> {
 public:
  explicit Parser(Reading& reading) : reading_(&reading) {
    // Limits are counted here: Beast's own speak of less than a whole head.
    this->header_limit(0xffff'ffff);
    this->body_limit(boost::none);
  }

 private:
  void refuse(HttpFault fault, ErrorCode& error) {
    reading_->fault = fault;
    error = http::error::bad_value;
  }

  void on_request_impl(
      http::verb /*verb*/, Text method, Text target, int version, ErrorCode& error) override {
    reading_->head.method.assign(method.data(), method.size());
    reading_->head.target.assign(target.data(), target.size());
    reading_->http_10 = version == 10;
    reading_->request_line_done = true;
    if (target.size() > reading_->head_limit) {
      refuse(HttpFault::kTargetTooLong, error);
    }
  }

  void on_response_impl(int code, Text /*reason*/, int version, ErrorCode& error) override {
    reading_->status = static_cast<unsigned>(code);
    reading_->http_10 = version == 10;
    reading_->request_line_done = true;
    if (code < 100) {
      refuse(HttpFault::kMalformed, error);
    }
  }

  void on_field_impl(http::field field, Text name, Text value, ErrorCode& error) override {
    if (reading_->head_done) {
      return;  // trailers are read and dropped, as nothing of ours asks for them
    }
    if (is_folded(name, value)) {
      refuse(HttpFault::kMalformed, error);
      return;
    }
    if (field == http::field::content_length) {
      ++reading_->lengths;
    } else if (field == http::field::transfer_encoding) {
      ++reading_->codings;
    } else if (field == http::field::host) {
      ++reading_->hosts;
    } else if (field == http::field::expect) {
      reading_->expects_continue = same_word({value.data(), value.size()}, "100-continue");
    }
    reading_->head.headers.emplace_back(std::string(name), std::string(value));
  }

  // Beast joins folded lines in a buffer of its own, or begins the value behind a line's end.
  [[nodiscard]] bool is_folded(Text name, Text value) const {
    const char* const begin = reading_->input.data();
    const char* const end = begin + reading_->input.size();
    if (value.data() < name.data() || value.data() + value.size() > end) {
      return true;
    }
    const char* const behind = name.data() + name.size();
    return std::string_view(behind, static_cast<std::size_t>(value.data() - behind)).find('\n') !=
           std::string_view::npos;
  }

  void on_header_impl(ErrorCode& error) override {
    const Reading& read = *reading_;
    const bool known_coding =
        read.codings == 0 ||
        (read.codings == 1 &&
         same_word(find_header(read.head.headers, "Transfer-Encoding"), "chunked"));
    const bool lists_lengths =
        read.lengths == 1 &&
        find_header(read.head.headers, "Content-Length").find(',') != std::string_view::npos;
    const bool bad_host = IsRequest && (read.hosts > 1 || (read.hosts == 0 && !read.http_10));
    if (!known_coding || read.lengths > 1 || lists_lengths || bad_host ||
        (read.lengths == 1 && read.codings == 1) ||
        (IsRequest && read.http_10 && read.codings > 0)) {
      refuse(HttpFault::kMalformed, error);
    } else {
      reading_->head_done = true;
    }
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& /*length*/,
                         ErrorCode& /*error*/) override {}

  std::size_t on_body_impl(Text bytes, ErrorCode& error) override {
    reading_->body_bytes += bytes.size();
    if (reading_->body_limit > 0 && reading_->body_bytes > reading_->body_limit) {
      refuse(HttpFault::kBodyTooLarge, error);
      return 0;
    }
    reading_->body->append(bytes.data(), bytes.size());
    return bytes.size();
  }

  void on_chunk_header_impl(std::uint64_t size,
                            Text /*extensions*/,
                            ErrorCode& /*error*/) override {
    reading_->chunk_left = size;
  }

  std::size_t on_chunk_body_impl(std::uint64_t /*left*/, Text bytes, ErrorCode& error) override {
    reading_->chunk_left -= bytes.size();
    return on_body_impl(bytes, error);
  }

  void on_finish_impl(ErrorCode& /*error*/) override {}

  Reading* reading_;
};

}  // namespace

struct HttpParser::State {
  State(Reads what, Limits limit) : reads(what), limits(limit) {}

  template <typename Do>
  decltype(auto) visit(Do&& action) const {
    return reads == Reads::kRequests ? action(*request) : action(*response);
  }

  template <typename Do>
  decltype(auto) visit(Do&& action) {
    return reads == Reads::kRequests ? action(*request) : action(*response);
  }

  Reads reads;
  Limits limits;
  Reading reading;
  std::optional<Parser<true>> request;
  std::optional<Parser<false>> response;
};

HttpParser::HttpParser(Reads reads, Limits limits)
    : state_(std::make_unique<State>(reads, limits)) {
  reset();
}

HttpParser::~HttpParser() = default;

void HttpParser::reset(bool answers_head) {
  state_->reading = Reading{};
  state_->reading.head_limit = state_->limits.head_bytes;
  state_->reading.body_limit = state_->limits.body_bytes;
  if (state_->reads == Reads::kRequests) {
    state_->request.emplace(state_->reading);
  } else {
    state_->response.emplace(state_->reading);
    state_->response->skip(answers_head);
  }
}

std::size_t HttpParser::feed(std::string_view bytes, std::string& body) {
  Reading& reading = state_->reading;
  if (bytes.empty() || done() || fault() != HttpFault::kNone) {
    return 0;
  }
  const bool in_head = !reading.head_done;
  if (!in_head && chunked() && reading.chunk_left == 0 && bytes.size() < kLastChunk.size()) {
    return 0;  // no message ends with less; Beast aborts on a last chunk of which so little is here
  }
  if (in_head && reading.head.headers.capacity() == 0) {
    reading.head.headers.reserve(8);
  }
  reading.input = bytes;
  reading.body = &body;
  ErrorCode error;
  const std::size_t used = state_->visit([&](auto& parser) {
    parser.eager(!in_head);
    return parser.put(boost::asio::buffer(bytes.data(), bytes.size()), error);
  });
  reading.head_bytes += in_head ? used : 0;
  const std::size_t left = reading.head_done ? bytes.size() - used : 0;
  const std::size_t head = reading.head_bytes + (reading.head_done ? 0 : bytes.size() - used);
  if (error && error != http::error::need_more) {
    if (reading.fault == HttpFault::kNone) {
      reading.fault = HttpFault::kMalformed;
    }
  } else if (in_head && head > state_->limits.head_bytes) {
    reading.fault =
        reading.request_line_done ? HttpFault::kHeadTooLarge : HttpFault::kTargetTooLong;
  } else if (!in_head && error && left > state_->limits.head_bytes) {
    reading.fault = HttpFault::kHeadTooLarge;
  }
  return used;
}

void HttpParser::feed_end() {
  ErrorCode error;
  if (!begun()) {
    error = http::error::partial_message;
  } else {
    state_->visit([&error](auto& parser) { parser.put_eof(error); });
  }
  if (error && state_->reading.fault == HttpFault::kNone) {
    state_->reading.fault = HttpFault::kMalformed;
  }
}

HttpFault HttpParser::fault() const {
  return state_->reading.fault;
}

bool HttpParser::begun() const {
  return state_->visit([](const auto& parser) { return parser.got_some(); });
}

bool HttpParser::head_done() const {
  return state_->reading.head_done;
}

bool HttpParser::done() const {
  return state_->visit([](const auto& parser) { return parser.is_done(); });
}

HttpRequestHead& HttpParser::request() {
  return state_->reading.head;
}

HttpHeaders& HttpParser::headers() {
  return state_->reading.head.headers;
}

unsigned HttpParser::status() const {
  return state_->reading.status;
}

bool HttpParser::keeps_alive() const {
  return state_->visit(
      [](const auto& parser) { return parser.is_header_done() && parser.keep_alive(); });
}

bool HttpParser::is_http_10() const {
  return state_->reading.http_10;
}

bool HttpParser::chunked() const {
  return state_->visit(
      [](const auto& parser) { return parser.is_header_done() && parser.chunked(); });
}

bool HttpParser::expects_continue() const {
  return state_->reading.expects_continue;
}

std::optional<std::uint64_t> HttpParser::content_length() const {
  return state_->visit([](const auto& parser) -> std::optional<std::uint64_t> {
    const auto length = parser.is_header_done() ? parser.content_length() : boost::none;
    return length ? std::optional<std::uint64_t>(*length) : std::nullopt;
  });
}

}  // namespace fn::services
