// SPDX-License-Identifier: Apache-2.0
//
// What the API server keeps: apps, functions and triggers, as plain values. There is one model;
// v2 shows it as it is, and v1's routes are a view of it:
//
// A route is an http trigger together with the function it calls. Its path is the trigger's source;
// its image, sizes, times, format and config are the function's, its type and headers the
// trigger's. So every http trigger, whoever made it, is listed as a route of its app, and a route
// made through v1 is called as /r/APP/PATH, /t/APP/PATH and /invoke/FN alike. Creating a route
// creates both halves, and names them after the path. Changing one changes the function, also for
// other triggers of it. Deleting a route deletes the trigger, and with it a function that was made
// as a route once no trigger calls it.

#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace fn::services {

using Config = std::map<std::string, std::string>;
// The value is JSON without blanks.
using Annotations = std::map<std::string, std::string>;
using HeaderLists = std::map<std::string, std::vector<std::string>>;

// Milliseconds since 1970, UTC.
struct Times {
  std::int64_t created_ms = 0;
  std::int64_t updated_ms = 0;

  bool operator==(const Times&) const = default;
};

struct App {
  std::string id;
  std::string name;
  Config config;
  Annotations annotations;
  std::string syslog_url;
  std::string shape;
  Times times;

  bool operator==(const App&) const = default;
};

struct Fn {
  std::string id;
  std::string app_id;
  std::string name;
  std::string image;
  std::string format;  // empty: http-stream
  std::string shape;
  std::int64_t memory_mib = 0;
  std::int64_t milli_cpus = 0;  // 0: not limited
  std::int64_t timeout_s = 0;
  std::int64_t idle_timeout_s = 0;
  bool made_as_route = false;
  Config config;
  Annotations annotations;
  Times times;

  bool operator==(const Fn&) const = default;
};

struct Trigger {
  std::string id;
  std::string app_id;
  std::string fn_id;
  std::string name;
  std::string type;    // "http"
  std::string source;  // "/hello"
  Annotations annotations;
  // Of a route: "sync" or "async", and the headers that its answers carry.
  std::string route_type = "sync";
  HeaderLists headers;
  Times times;

  bool operator==(const Trigger&) const = default;
};

struct Route {
  Trigger trigger;
  Fn fn;
};

}  // namespace fn::services
