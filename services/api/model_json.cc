// SPDX-License-Identifier: Apache-2.0

#include "services/api/model_json.h"

#include <cstdint>
#include <string_view>
#include <utility>

#include "services/base/clock.h"

namespace fn::services {
namespace {

constexpr const char* kFnEndpoint = "fnproject.io/fn/invokeEndpoint";
constexpr const char* kTriggerEndpoint = "fnproject.io/trigger/httpEndpoint";

// Clients send back what they were given; an endpoint of another day must not be kept.
void drop_computed(Annotations& annotations) {
  annotations.erase(kFnEndpoint);
  annotations.erase(kTriggerEndpoint);
}

template <typename T>
core::Result<T> checked(T value, const JsonReader& reader) {
  if (!reader.status()) {
    return tl::unexpected(reader.status().error());
  }
  return value;
}

std::string time_text(std::int64_t wall_ms) {
  return rfc3339(wall_ms * 1'000'000);
}

void put_times(Json& into, const Times& times) {
  into["created_at"] = time_text(times.created_ms);
  into["updated_at"] = time_text(times.updated_ms);
}

void put_unless_empty(Json& into, const char* key, const std::string& text) {
  if (!text.empty()) {
    into[key] = text;
  }
}

// The path with everything encoded that cannot stand in a URL as it is.
std::string encoded(const std::string& path) {
  constexpr std::string_view kPlain = "-._~!$&'()*+,;=:@/";
  constexpr std::string_view kDigits = "0123456789ABCDEF";
  std::string text;
  for (const char letter : path) {
    const auto byte = static_cast<unsigned char>(letter);
    const bool plain = (letter >= '0' && letter <= '9') || (letter >= 'A' && letter <= 'Z') ||
                       (letter >= 'a' && letter <= 'z') ||
                       kPlain.find(letter) != std::string_view::npos;
    if (plain) {
      text.push_back(letter);
    } else {
      text.append({'%', kDigits[byte >> 4], kDigits[byte & 15]});
    }
  }
  return text;
}

Json json_of(const Annotations& annotations) {
  Json object = Json::object();
  for (const auto& [key, value] : annotations) {
    object[key] = Json::parse(value, nullptr, false);
  }
  return object;
}

void put_annotations(Json& into, Json annotations) {
  if (!annotations.empty()) {
    into["annotations"] = std::move(annotations);
  }
}

void put_sizes(Json& into, const Fn& fn) {
  into["memory"] = fn.memory_mib;
  into["timeout"] = fn.timeout_s;
  into["idle_timeout"] = fn.idle_timeout_s;
  if (fn.milli_cpus > 0) {
    into["cpus"] = std::to_string(fn.milli_cpus) + "m";
  }
}

}  // namespace

core::Result<App> app_from(const Json& body) {
  App app;
  JsonReader reader(body);
  reader.read("id", app.id)
      .read("name", app.name)
      .read("syslog_url", app.syslog_url)
      .read("shape", app.shape)
      .read_config("config", app.config)
      .read_annotations("annotations", app.annotations);
  return checked(std::move(app), reader);
}

core::Result<Fn> fn_from(const Json& body) {
  Fn fn;
  JsonReader reader(body);
  reader.read("id", fn.id)
      .read("app_id", fn.app_id)
      .read("name", fn.name)
      .read("image", fn.image)
      .read("format", fn.format)
      .read("shape", fn.shape)
      .read("memory", fn.memory_mib)
      .read("timeout", fn.timeout_s)
      .read("idle_timeout", fn.idle_timeout_s)
      .read_cpus("cpus", fn.milli_cpus)
      .read_config("config", fn.config)
      .read_annotations("annotations", fn.annotations);
  drop_computed(fn.annotations);
  return checked(std::move(fn), reader);
}

core::Result<Trigger> trigger_from(const Json& body) {
  Trigger trigger;
  trigger.route_type.clear();
  JsonReader reader(body);
  reader.read("id", trigger.id)
      .read("app_id", trigger.app_id)
      .read("fn_id", trigger.fn_id)
      .read("name", trigger.name)
      .read("type", trigger.type)
      .read("source", trigger.source)
      .read_annotations("annotations", trigger.annotations);
  drop_computed(trigger.annotations);
  return checked(std::move(trigger), reader);
}

core::Result<Route> route_from(const Json& body) {
  Route route;
  route.trigger.type = "http";
  route.trigger.route_type.clear();
  JsonReader reader(body);
  reader.read("path", route.trigger.source)
      .read("type", route.trigger.route_type)
      .read("headers", route.trigger.headers)
      .read("image", route.fn.image)
      .read("format", route.fn.format)
      .read("memory", route.fn.memory_mib)
      .read("timeout", route.fn.timeout_s)
      .read("idle_timeout", route.fn.idle_timeout_s)
      .read_cpus("cpus", route.fn.milli_cpus)
      .read_config("config", route.fn.config);
  return checked(std::move(route), reader);
}

Json v1_app(const App& app) {
  Json json = {{"id", app.id}, {"name", app.name}, {"config", app.config}};
  put_times(json, app.times);
  return json;
}

Json v1_route(const Route& route, const std::string& app_name) {
  const Fn& fn = route.fn;
  Json json = {
      {"app_id", fn.app_id},
      {"app_name", app_name},
      {"fn_id", fn.id},
      {"path", route.trigger.source},
      {"image", fn.image},
      {"type", route.trigger.route_type},
      {"format", fn.format.empty() ? "http-stream" : fn.format},
      {"config", fn.config},
  };
  put_sizes(json, fn);
  if (!route.trigger.headers.empty()) {
    json["headers"] = route.trigger.headers;
  }
  put_times(json, route.trigger.times);
  if (fn.times.updated_ms > route.trigger.times.updated_ms) {
    json["updated_at"] = time_text(fn.times.updated_ms);
  }
  return json;
}

Json v2_app(const App& app) {
  Json json = {{"id", app.id}, {"name", app.name}, {"config", app.config}};
  put_unless_empty(json, "syslog_url", app.syslog_url);
  put_unless_empty(json, "shape", app.shape);
  put_annotations(json, json_of(app.annotations));
  put_times(json, app.times);
  return json;
}

Json v2_fn(const Fn& fn, const std::string& base_url) {
  Json json = {
      {"id", fn.id},
      {"app_id", fn.app_id},
      {"name", fn.name},
      {"image", fn.image},
      {"config", fn.config},
  };
  put_sizes(json, fn);
  put_unless_empty(json, "format", fn.format);
  put_unless_empty(json, "shape", fn.shape);
  Json annotations = json_of(fn.annotations);
  if (!base_url.empty()) {
    annotations[kFnEndpoint] = base_url + "/invoke/" + fn.id;
  }
  put_annotations(json, std::move(annotations));
  put_times(json, fn.times);
  return json;
}

Json v2_trigger(const Trigger& trigger, const std::string& app_name, const std::string& base_url) {
  Json json = {
      {"id", trigger.id},
      {"app_id", trigger.app_id},
      {"fn_id", trigger.fn_id},
      {"name", trigger.name},
      {"type", trigger.type},
      {"source", trigger.source},
  };
  Json annotations = json_of(trigger.annotations);
  if (!base_url.empty()) {
    annotations[kTriggerEndpoint] = base_url + "/t/" + app_name + encoded(trigger.source);
  }
  put_annotations(json, std::move(annotations));
  put_times(json, trigger.times);
  return json;
}

}  // namespace fn::services
