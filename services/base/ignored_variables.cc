// SPDX-License-Identifier: Apache-2.0

#include <array>

#include "services/base/node_settings.h"

namespace fn::services {
namespace {

constexpr std::string_view kNoTracing = "traces are not sent";
constexpr std::string_view kNoPrefork = "containers are not prepared ahead of their function";
constexpr std::string_view kNoOrigins = "no headers for other origins are sent";
constexpr std::string_view kImages = "runner.image_cache_images bounds the images of a runner";
constexpr std::string_view kSockets = "sockets lie in an ordinary folder: FN_IOFS_PATH";

constexpr std::array kIgnored = {
    IgnoredVariable{"FN_MQ_URL", "there is no message queue"},
    IgnoredVariable{"FN_LOGSTORE_URL", "logs of calls stay at their runner"},
    IgnoredVariable{"FN_LB_GROUP_ID", "it belongs into the config of an app or a function"},
    IgnoredVariable{"FN_EJECT_IDLE_MSECS", "an idle container goes as soon as its room is needed"},
    IgnoredVariable{"FN_HOT_POLL_MSECS", "nothing is polled for room"},
    IgnoredVariable{"FN_HOT_LAUNCHER_TIMEOUT_MSECS", "no function has a launcher of its own"},
    IgnoredVariable{"FN_EXECUTION_HEADROOM", "lb.detached_timeout_s bounds a detached call's wait"},
    IgnoredVariable{"FN_DS_DB_PING_MAX_RETRIES", "the database is a file"},
    IgnoredVariable{"FN_API_CORS", kNoOrigins},
    IgnoredVariable{"FN_API_CORS_ORIGINS", kNoOrigins},
    IgnoredVariable{"FN_API_CORS_HEADERS", kNoOrigins},
    IgnoredVariable{"FN_ZIPKIN_URL", kNoTracing},
    IgnoredVariable{"FN_JAEGER_URL", kNoTracing},
    IgnoredVariable{"FN_RID_HEADER", "Fn itself does not use it"},
    IgnoredVariable{"FN_PROCESS_COLLECTOR_LIST", "/metrics tells of this process only"},
    IgnoredVariable{"FN_EXPERIMENTAL_PREFORK_POOL_SIZE", kNoPrefork},
    IgnoredVariable{"FN_EXPERIMENTAL_PREFORK_IMAGE", kNoPrefork},
    IgnoredVariable{"FN_EXPERIMENTAL_PREFORK_CMD", kNoPrefork},
    IgnoredVariable{"FN_EXPERIMENTAL_PREFORK_USE_ONCE", kNoPrefork},
    IgnoredVariable{"FN_EXPERIMENTAL_PREFORK_NETWORKS", kNoPrefork},
    IgnoredVariable{"FN_IMAGE_CLEAN_MAX_SIZE", kImages},
    IgnoredVariable{"FN_IMAGE_CLEAN_EXEMPT_TAGS", kImages},
    IgnoredVariable{"FN_IMAGE_ENABLE_VOLUME", "volumes that an image asks for are not made"},
    IgnoredVariable{"FN_MAX_FS_SIZE_MB", "a function's root is not written to"},
    IgnoredVariable{"FN_IOFS_TMPFS", kSockets},
    IgnoredVariable{"FN_IOFS_OPTS", kSockets},
    IgnoredVariable{"FN_API_URL", ""},
    IgnoredVariable{"FN_CALL_URL", ""},
    IgnoredVariable{"FN_CONTEXT", ""},
    IgnoredVariable{"FN_REGISTRY", ""},
    IgnoredVariable{"FN_TOKEN", ""},
    IgnoredVariable{"FN_SOURCE_ROOT", ""},
    IgnoredVariable{"FN_TRACES", ""},
};

}  // namespace

std::span<const IgnoredVariable> ignored_variables() {
  return kIgnored;
}

}  // namespace fn::services
