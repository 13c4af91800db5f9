// SPDX-License-Identifier: Apache-2.0

#include "services/lb/fn_question.h"

#include <map>
#include <nlohmann/json.hpp>
#include <string_view>
#include <utility>

#include "services/wire/call_json.h"

namespace fn::services {
namespace {

using Json = nlohmann::json;

constexpr unsigned kBadGateway = 502;

// A piece of a path: everything but unreserved characters is encoded (RFC 3986, 2.3), and but those
// of `spared`.
std::string encoded(std::string_view piece, std::string_view spared = {}) {
  constexpr std::string_view kHex = "0123456789ABCDEF";
  std::string out;
  for (const char letter : piece) {
    const auto code = static_cast<unsigned char>(letter);
    if ((code >= '0' && code <= '9') || (code >= 'A' && code <= 'Z') ||
        (code >= 'a' && code <= 'z') || letter == '-' || letter == '.' || letter == '_' ||
        letter == '~' || spared.find(letter) != std::string_view::npos) {
      out += letter;
    } else {
      out += '%';
      out += kHex[code >> 4U];
      out += kHex[code & 15U];
    }
  }
  return out;
}

std::string text_of(const Json& object, const char* name) {
  const auto found = object.find(name);
  return found != object.end() && found->is_string() ? found->get<std::string>() : std::string();
}

// Numbers that no function has are taken for none.
std::int64_t number_of(const Json& object, const char* name, std::int64_t fallback) {
  constexpr std::int64_t kMax = std::int64_t{1} << 24;
  const auto found = object.find(name);
  if (found == object.end() || !found->is_number_integer()) {
    return fallback;
  }
  const auto number = found->get<std::int64_t>();
  return number >= 0 && number <= kMax ? number : fallback;
}

// The function's config wins over the app's.
void merge_config(const Json& object, std::map<std::string, std::string>& config) {
  const auto found = object.find("config");
  if (found == object.end() || !found->is_object()) {
    return;
  }
  for (const auto& [name, value] : found->items()) {
    if (value.is_string()) {
      config[name] = value.get<std::string>();
    }
  }
}

std::string message_of(const HttpResponse& response) {
  const Json body = Json::parse(response.body, nullptr, false);
  if (body.is_object()) {
    const auto error = body.find("error");
    std::string text =
        text_of(error != body.end() && error->is_object() ? *error : body, "message");
    if (!text.empty()) {
      return text;
    }
  }
  return "the API server answered with status " + std::to_string(response.status);
}

class Question : public std::enable_shared_from_this<Question> {
 public:
  Question(ApiPort& port, FnAddress address, FnCatalog::Handler handler)
      : port_(port), address_(std::move(address)), handler_(std::move(handler)) {}

  void begin() {
    switch (address_.kind) {
      case FnAddress::Kind::kFn:
        ask_fn(address_.name);
        break;
      case FnAddress::Kind::kTrigger:
        ask("/v2/apps?name=" + encoded(address_.app), &Question::take_apps);
        break;
      case FnAddress::Kind::kRoute:
        ask("/v1/apps/" + encoded(address_.app), &Question::take_route_app);
        break;
    }
  }

 private:
  using Step = void (Question::*)(const Json& answer);

  void ask(std::string target, Step next) {
    port_.ask({"GET", std::move(target), {{"Accept", "application/json"}}},
              {},
              [weak = weak_from_this(), next](core::Result<HttpResponse> response) {
                if (const auto self = weak.lock()) {
                  self->take(std::move(response), next);
                }
              });
  }

  void take(core::Result<HttpResponse> response, Step next) {
    if (!response) {
      fail(503, response.error().message, false);
    } else if (response->status != 200) {
      fail(response->status >= 400 ? response->status : kBadGateway, message_of(*response));
    } else {
      const Json body = Json::parse(response->body, nullptr, false);
      if (body.is_object()) {
        (this->*next)(body);
      } else {
        fail(kBadGateway, "the API server's answer is no JSON object");
      }
    }
  }

  void take_apps(const Json& answer) {
    const auto items = answer.find("items");
    if (items == answer.end() || !items->is_array() || items->empty() || !(*items)[0].is_object()) {
      fail(404, "App not found");
      return;
    }
    app_ = (*items)[0];
    ask("/v2/runner/apps/" + encoded(text_of(app_, "id")) + "/triggerBySource/http/" +
            encoded(address_.name.substr(address_.name.starts_with('/') ? 1 : 0), "/"),
        &Question::take_trigger);
  }

  void take_trigger(const Json& answer) { ask_fn(text_of(answer, "fn_id")); }

  void ask_fn(const std::string& id) { ask("/v2/fns/" + encoded(id), &Question::take_fn); }

  void take_fn(const Json& answer) {
    fn_ = answer;
    if (app_.is_null()) {
      ask("/v2/apps/" + encoded(text_of(fn_, "app_id")), &Question::take_app);
    } else {
      done();
    }
  }

  void take_app(const Json& answer) {
    app_ = answer;
    done();
  }

  void take_route_app(const Json& answer) {
    app_ = answer.value("app", Json::object());
    ask("/v1/apps/" + encoded(address_.app) + "/routes/" + encoded(address_.name),
        &Question::take_route);
  }

  void take_route(const Json& answer) {
    fn_ = answer.value("route", Json::object());
    done();
  }

  [[nodiscard]] HttpHeaders route_headers() const {
    HttpHeaders headers;
    const auto found = fn_.find("headers");
    if (found == fn_.end() || !found->is_object()) {
      return headers;
    }
    for (const auto& [name, values] : found->items()) {
      for (const Json& value : values) {
        if (value.is_string()) {
          headers.emplace_back(name, value.get<std::string>());
        }
      }
    }
    return headers;
  }

  void done() {
    if (text_of(fn_, "image").empty()) {
      fail(kBadGateway, "the API server's answer is no function with an image");
      return;
    }
    auto function = std::make_shared<FunctionVersion>();
    FunctionSetup& setup = function->setup;
    const bool route = address_.kind == FnAddress::Kind::kRoute;
    setup.app_id = route ? text_of(fn_, "app_id") : text_of(app_, "id");
    setup.app_name = text_of(app_, "name");
    setup.fn_id = text_of(fn_, route ? "fn_id" : "id");
    setup.fn_name = text_of(fn_, "name");
    setup.image = text_of(fn_, "image");
    setup.format = text_of(fn_, "format");
    setup.path = route ? text_of(fn_, "path") : std::string();
    setup.memory = core::MemoryMib{number_of(fn_, "memory", 128)};
    setup.cpu = core::MilliCpu{parse_cpus(text_of(fn_, "cpus")).value_or(0)};
    setup.timeout = std::chrono::seconds(number_of(fn_, "timeout", 30));
    setup.idle_timeout = std::chrono::seconds(number_of(fn_, "idle_timeout", 30));
    std::map<std::string, std::string> config;
    merge_config(app_, config);
    merge_config(fn_, config);
    setup.config.assign(config.begin(), config.end());
    if (const auto group = config.find("FN_LB_GROUP_ID");
        group != config.end() && !group->second.empty()) {
      function->group = group->second;
    }
    function->detached = route && text_of(fn_, "type") == "async";
    if (route) {
      function->route_headers = route_headers();
    }
    function->json = function_json(setup);
    function->slot = slot_hash(function->json);
    FnFound found;
    found.status = 200;
    found.function = std::move(function);
    handler_(found);
  }

  void fail(unsigned status, std::string message, bool reached = true) {
    handler_({nullptr, status, std::move(message), reached});
  }

  ApiPort& port_;
  FnAddress address_;
  FnCatalog::Handler handler_;
  Json app_;
  Json fn_;
};

}  // namespace

std::shared_ptr<void> ask_for_function(ApiPort& port,
                                       const FnAddress& address,
                                       FnCatalog::Handler handler) {
  const auto question = std::make_shared<Question>(port, address, std::move(handler));
  question->begin();
  return question;
}

}  // namespace fn::services
