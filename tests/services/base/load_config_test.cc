// SPDX-License-Identifier: Apache-2.0
//
// Goal: a node is told what to do by flags, variables and a file in that order, under one table;
// what is wrong is said in one line with its name, value and what was expected.

#include "services/base/load_config.h"

#include <algorithm>
#include <array>
#include <filesystem>
#include <fstream>
#include <set>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "core/io/toml.h"
#include "services/base/node_settings.h"
#include "services/base/print_config.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""ms;
using std::chrono_literals::operator""s;
using std::chrono_literals::operator""min;

LoadedConfig loaded(const Environment& environment, const std::vector<std::string>& words = {}) {
  auto result =
      load_config({.arguments = words, .environment = environment, .working_folder = "/srv/fn"});
  EXPECT_TRUE(result) << result.error().message;
  return result ? *result : LoadedConfig{};
}

std::string error_of(const Environment& environment, const std::vector<std::string>& words = {}) {
  const auto result =
      load_config({.arguments = words, .environment = environment, .working_folder = "/srv/fn"});
  return result ? "no error" : result.error().message;
}

class Folder {
 public:
  Folder() {
    std::string name = (fs::temp_directory_path() / "fn-config-XXXXXX").string();
    root_ = ::mkdtemp(name.data());
  }

  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  ~Folder() {
    std::error_code ignored;
    fs::remove_all(root_, ignored);
  }

  [[nodiscard]] std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(root_ + "/" + name) << content;
    return root_ + "/" + name;
  }

 private:
  std::string root_;
};

const ConfigLine& line_of(const LoadedConfig& config, std::string_view key) {
  const auto found = std::find_if(config.lines.begin(),
                                  config.lines.end(),
                                  [key](const ConfigLine& line) { return line.row.key == key; });
  EXPECT_NE(found, config.lines.end()) << key;
  return *found;
}

TEST(LoadConfig, ServesWithoutAnything) {
  const LoadedConfig node = loaded({});
  EXPECT_EQ(node.config.type, NodeType::kFull);
  EXPECT_EQ(node.config.http_port, 8080);
  EXPECT_EQ(node.config.grpc_port, 9190);
  EXPECT_EQ(node.config.api.database_url, "sqlite3:///srv/fn/data/fn.db");
  EXPECT_EQ(node.config.runner.freeze_after, 50ms);
  EXPECT_GT(node.config.runner.memory.value, 0);
  EXPECT_GT(node.config.runner.cpu.value, 0);
  EXPECT_EQ(line_of(node, "runner.memory_mib").row.origin, "this machine");
  EXPECT_TRUE(node.warnings.empty());
}

TEST(LoadConfig, AFlagWinsOverAVariableAndThatOverTheFile) {
  const Folder folder;
  const std::string file = folder.file("fn.toml",
                                       "log.level = \"debug\"\nnode_type = \"api\"\n"
                                       "[http]\nport = 81\nidle_timeout_ms = 5\n"
                                       "header_timeout_ms = \"2s\"\n");
  const LoadedConfig node = loaded(
      {{"FN_CONFIG_FILE", file}, {"FN_PORT", "82"}, {"FN_LOG_LEVEL", "WARN"}}, {"--port=83"});
  EXPECT_EQ(node.config.http_port, 83);
  EXPECT_EQ(node.config.log.level, LogLevel::kWarn);
  EXPECT_EQ(node.config.type, NodeType::kApi);
  EXPECT_EQ(node.config.http.idle_time, 5ms);
  EXPECT_EQ(node.config.http.header_time, 2s);
  EXPECT_EQ(line_of(node, "http.port").row.origin, "--port");
  EXPECT_EQ(line_of(node, "log.level").row.origin, "FN_LOG_LEVEL");
  EXPECT_EQ(line_of(node, "node_type").row.origin, file + ":2");
  EXPECT_EQ(line_of(node, "bind_address").row.origin, "default");
}

TEST(LoadConfig, TheFileOfAFlagWinsOverThatOfTheVariable) {
  const Folder folder;
  const LoadedConfig node = loaded({{"FN_CONFIG_FILE", folder.file("a.toml", "http.port = 1")}},
                                   {"--config", folder.file("b.toml", "http.port = 2")});
  EXPECT_EQ(node.config.http_port, 2);
}

TEST(LoadConfig, TakesTimesInFnsFormAndInGos) {
  const LoadedConfig node = loaded({{"FN_REQUEST_BODY_READ_TIMEOUT", "1h30m"},
                                    {"FN_HTTP_IDLE_TIMEOUT", "0"},
                                    {"FN_SHUTDOWN_GRACE_MSECS", "1500"},
                                    {"FN_HOT_START_TIMEOUT_MSECS", "250ms"},
                                    {"FN_HOT_PULL_TIMEOUT_MSECS", "-1"}});
  EXPECT_EQ(node.config.http.body_pause, 90min);
  EXPECT_EQ(node.config.http.idle_time, core::kForever);
  EXPECT_EQ(node.config.shutdown_grace, 1500ms);
  EXPECT_EQ(node.config.container.start_timeout, 250ms);
  EXPECT_EQ(node.config.container.pull_timeout, core::kForever);
}

TEST(LoadConfig, LeadsFnsNamesToTheKnobsOfTheCore) {
  const LoadedConfig node = loaded({{"FN_PLACER", "ch"},
                                    {"FN_MAX_TOTAL_MEMORY_BYTES", "2147483648"},
                                    {"FN_MAX_TOTAL_CPU_MCPUS", "1500"},
                                    {"FN_ENABLE_NB_RESOURCE_TRACKER", "false"},
                                    {"FN_DISABLE_READONLY_ROOTFS", "true"}},
                                   {"--set", "lb.waiting_calls=7", "--set=runner.keep_alive=gdsf"});
  EXPECT_EQ(node.config.placing.placer, "ch");
  EXPECT_EQ(node.config.placing.waiting_calls_max, 7U);
  EXPECT_EQ(node.config.runner.memory.value, 2048);
  EXPECT_EQ(node.config.runner.cpu.value, 1500);
  EXPECT_TRUE(node.config.runner.queue_when_full);
  EXPECT_EQ(node.config.runner.keep_alive, "gdsf");
  EXPECT_FALSE(node.config.docker.read_only_root);
}

TEST(LoadConfig, AKeyThatAVariableNegatesSaysWhatItIsCalled) {
  EXPECT_TRUE(loaded({}, {"--set", "docker.read_only_root=true"}).config.docker.read_only_root);
  EXPECT_FALSE(loaded({}, {"--disable-readonly-rootfs"}).config.docker.read_only_root);
  EXPECT_TRUE(loaded({}, {"--disable-readonly-rootfs=0"}).config.docker.read_only_root);
}

TEST(LoadConfig, FreezesAtOnceForZeroAndNeverForLess) {
  const auto pause = [](const std::string& text) {
    return loaded({{"FN_FREEZE_IDLE_MSECS", text}}).config.runner.freeze_after;
  };
  EXPECT_EQ(pause("-1"), 0ms);
  EXPECT_GT(pause("0"), 0ms);
  EXPECT_LT(pause("0"), 1ms);
  EXPECT_EQ(pause("80"), 80ms);
}

TEST(LoadConfig, ZeroIsTheWholeMachineAndAnEmptyVariableIsNotSet) {
  const LoadedConfig node = loaded(
      {{"FN_MAX_TOTAL_MEMORY_BYTES", "0"}, {"FN_MAX_TOTAL_CPU_MCPUS", "0"}, {"FN_PORT", ""}});
  EXPECT_EQ(line_of(node, "runner.memory_mib").row.origin, "this machine");
  EXPECT_EQ(line_of(node, "runner.cpu_milli").row.origin, "this machine");
  EXPECT_EQ(node.config.http_port, 8080);
}

TEST(LoadConfig, ReadsAValueFromAFileOfItsOwn) {
  const Folder folder;
  const std::string path = folder.file("auth", "{\"r\": 1}\n");
  const LoadedConfig node = loaded({{"FN_DOCKER_AUTH_FILE", path}});
  EXPECT_EQ(node.config.docker.auth, "{\"r\": 1}");
  EXPECT_EQ(line_of(node, "docker.auth").row.origin, "FN_DOCKER_AUTH_FILE " + path);
  EXPECT_EQ(error_of({{"FN_PORT_FILE", path}, {"FN_PORT", "1"}}),
            "FN_PORT_FILE and FN_PORT are both set: unset one");
  EXPECT_EQ(error_of({{"FN_PORT_FILE", "/no/such"}}),
            "FN_PORT_FILE = \"/no/such\": expected a file of at most 64 KiB that can be read");
  EXPECT_EQ(error_of({{"FN_PORT_FILE", folder.file("port", "x\n")}}),
            "FN_PORT = \"x\": expected a whole number from 0 to 65535");
}

TEST(LoadConfig, TakesAListOfRunnersInEveryForm) {
  const Folder folder;
  const std::string head = "lb.api_url = \"http://a:1\"\nnode_type = \"lb\"\n";
  const std::string list =
      folder.file("list.toml", head + "lb.runner_addresses = [\"a:1\", \"[::1]:2\"]\n");
  EXPECT_EQ(loaded({}, {"--config", list}).config.lb.runner_addresses, "a:1,[::1]:2");
  const LoadedConfig node = loaded({{"FN_NODE_TYPE", "lb"},
                                    {"FN_RUNNER_API_URL", "http://localhost:8080"},
                                    {"FN_RUNNER_ADDRESSES", "10.0.0.1:9190, 10.0.0.2:9190"}});
  EXPECT_EQ(node.config.lb.runner_addresses, "10.0.0.1:9190,10.0.0.2:9190");
  for (const std::string wrong : {"a", "a:", "a:0", "a:70000", "a:1,,b:1", "a:1,", "::1:2", ":1"}) {
    EXPECT_EQ(error_of({{"FN_RUNNER_ADDRESSES", wrong}}),
              "FN_RUNNER_ADDRESSES = \"" + wrong +
                  "\": expected host:port, several with commas between them");
  }
}

TEST(LoadConfig, SaysWhatIsWrongWithNameValueAndExpectation) {
  EXPECT_EQ(error_of({{"FN_PORT", "eighty"}}),
            "FN_PORT = \"eighty\": expected a whole number from 0 to 65535");
  EXPECT_EQ(error_of({}, {"--port", "65536"}),
            "--port = \"65536\": expected a whole number from 0 to 65535");
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "ful"}}),
            "FN_NODE_TYPE = \"ful\": expected one of full, api, lb, pure-runner, npm; did you mean "
            "\"full\"?");
  EXPECT_EQ(error_of({{"FN_HTTP_IDLE_TIMEOUT", "30"}}),
            "FN_HTTP_IDLE_TIMEOUT = \"30\": expected a time with its unit, such as 500ms, 30s or "
            "1h30m, or 0 for never");
  EXPECT_EQ(error_of({{"FN_SHUTDOWN_GRACE_MSECS", "long\n"}}),
            "FN_SHUTDOWN_GRACE_MSECS = \"long?\": expected a number of ms from 0 to 864000000");
  EXPECT_EQ(
      error_of({{"FN_DB_URL", "mysql://root@db/fn"}}),
      "FN_DB_URL = \"mysql://root@db/fn\": expected sqlite3://PATH, the only kind of database "
      "there is");
  EXPECT_EQ(error_of({{"FN_LOG_DEST", "file://x"}}),
            "FN_LOG_DEST = \"file://x\": expected stderr, file:///PATH, udp://HOST:PORT or "
            "tcp://HOST:PORT");
  EXPECT_EQ(error_of({{"FN_MAX_TOTAL_MEMORY_BYTES", "4g"}}),
            "FN_MAX_TOTAL_MEMORY_BYTES = \"4g\": expected a whole number of bytes from 1048576 on, "
            "or 0");
  EXPECT_EQ(error_of({{"FN_DISABLE_DEBUG_USER_LOGS", "maybe"}}),
            "FN_DISABLE_DEBUG_USER_LOGS = \"maybe\": expected true or false");
}

TEST(LoadConfig, SaysWhereInTheFile) {
  const Folder folder;
  const std::string bad = folder.file("bad.toml", "\nhttp.port = -4\n");
  EXPECT_EQ(error_of({}, {"--config", bad}),
            bad + ":2: http.port = \"-4\": expected a whole number from 0 to 65535");
  const std::string unknown = folder.file("unknown.toml", "http.prot = 4\n");
  EXPECT_EQ(error_of({}, {"--config", unknown}),
            unknown + ":1: unknown key \"http.prot\"; did you mean \"http.port\"?");
  EXPECT_NE(error_of({}, {"--config", "/no/such"}), "no error");
}

TEST(LoadConfig, RefusesOptionsThatAreNone) {
  EXPECT_EQ(error_of({}, {"--prot", "1"}),
            "--prot: there is no such option; did you mean \"--port\"?");
  EXPECT_EQ(error_of({}, {"start"}), "start: there is no such option; --help lists all of them");
  EXPECT_EQ(error_of({}, {"--port"}), "--port: expected a value after it");
  EXPECT_EQ(error_of({}, {"--set", "x"}), "--set = \"x\": expected KEY=VALUE");
}

TEST(LoadConfig, WarnsAboutVariablesThatDoNothing) {
  const LoadedConfig node = loaded({{"FN_HTTP_IDEL_TIMEOUT", "1s"},
                                    {"FN_MQ_URL", "bolt:///x"},
                                    {"FN_REGISTRY", "me"},
                                    {"DOCKER_CONFIG", "x"}});
  EXPECT_EQ(node.warnings,
            (std::vector<std::string>{"FN_HTTP_IDEL_TIMEOUT is ignored: there is no such variable; "
                                      "did you mean \"FN_HTTP_IDLE_TIMEOUT\"?",
                                      "FN_MQ_URL is ignored: there is no message queue"}));
}

TEST(LoadConfig, LooksAtNothingInTheEnvironmentButItsOwn) {
  constexpr std::array<const char*, 5> kVariables = {
      "PATH=/bin", "FN_LOG_PREFIX=a=b", "DOCKER_HOST=unix:///d", "FN_EMPTY", nullptr};
  EXPECT_EQ(
      environment_of(kVariables.data()),
      (Environment{{"FN_LOG_PREFIX", "a=b"}, {"DOCKER_HOST", "unix:///d"}, {"FN_EMPTY", ""}}));
}

TEST(LoadConfig, KeepsTheRulesOfTheNodeTypes) {
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "lb"}, {"FN_DB_URL", "sqlite3://x"}}),
            "FN_DB_URL is set, but a node of type lb keeps no data: unset it; the API server has "
            "the database");
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "pure-runner"}, {"FN_DB_URL", "sqlite3://x"}}),
            "FN_DB_URL is set, but a node of type pure-runner keeps no data: unset it; the API "
            "server has the database");
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "lb"}}),
            "a node of type lb needs to know its API server: set FN_RUNNER_API_URL, such as "
            "http://127.0.0.1:8080");
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "lb"}, {"FN_RUNNER_API_URL", "http://a"}}),
            "a node of type lb needs to know its runners: set FN_RUNNER_ADDRESSES, such as "
            "127.0.0.1:9190,127.0.0.1:9191, or FN_NPM_ADDRESS, who names them");
  EXPECT_EQ(error_of({{"FN_NODE_CERT", "a.pem"}}),
            "only some of FN_NODE_CERT, FN_NODE_CERT_KEY and FN_NODE_CERT_AUTHORITY are set: set "
            "all three, or none for plaintext");
  EXPECT_EQ(error_of({{"FN_NODE_TYPE", "pure-runner"}, {"FN_PORT", "9190"}}),
            "FN_PORT and FN_GRPC_PORT are both 9190: give them different ports");
  EXPECT_EQ(error_of({{"DOCKER_HOST", "tcp://x:1"}, {"FN_DRIVER", "docker"}}),
            "DOCKER_HOST = \"tcp://x:1\": expected unix:///PATH, the only way to Docker there is");
  EXPECT_EQ(loaded({{"DOCKER_HOST", "tcp://x:1"}}).warnings.size(), 0U);
}

TEST(NodeSettings, HaveNamesFlagsAndKeysOfTheirOwnAndSentencesThatEnd) {
  std::set<std::string> seen;
  for (const NodeSetting& setting : node_settings()) {
    EXPECT_TRUE(seen.insert(std::string(setting.name)).second) << setting.name;
    EXPECT_TRUE(seen.insert(flag_of(setting)).second) << setting.name;
    EXPECT_TRUE(seen.insert(std::string(setting.key())).second) << setting.name;
    EXPECT_TRUE(setting.field.info.sentence.ends_with('.')) << setting.name;
    if (setting.field.info.kind == core::FieldKind::kDuration && !setting.of_core()) {
      EXPECT_TRUE(setting.key().ends_with("_ms")) << setting.name;
      EXPECT_NE(setting.form, SettingForm::kPlain) << setting.name;
    }
  }
  for (const IgnoredVariable& variable : ignored_variables()) {
    EXPECT_TRUE(seen.insert(std::string(variable.name)).second) << variable.name;
  }
}

TEST(NodeSettings, AreAllKnownToTheLoaderAndTheirDefaultsAreInRange) {
  std::set<std::string> names;
  for (const ConfigLine& line : default_lines()) {
    names.insert(line.name);
  }
  for (const NodeSetting& setting : node_settings()) {
    EXPECT_TRUE(names.contains(std::string(setting.name))) << setting.name;
    if (!setting.of_core()) {
      const core::Value value = setting.field.get(NodeConfig(), setting.key());
      EXPECT_TRUE(core::check_value(setting.field.info, setting.key(), value)) << setting.name;
    }
  }
}

TEST(PrintConfig, ShowsValuesOriginsAndNoSecrets) {
  const LoadedConfig node = loaded({{"FN_DOCKER_AUTH", "password"}, {"FN_PORT", "81"}});
  const std::string table = config_table(node.lines, true);
  EXPECT_NE(table.find("\nhttp.port  "), std::string::npos);
  EXPECT_NE(table.find("FN_PORT"), std::string::npos);
  EXPECT_EQ(config_table(node.lines, false).find("this machine"), std::string::npos);
  for (const std::string& text : {table, config_json(node.lines)}) {
    EXPECT_EQ(text.find("password"), std::string::npos);
    EXPECT_NE(text.find("***"), std::string::npos);
    EXPECT_NE(text.find("this machine"), std::string::npos);
  }
  EXPECT_NE(config_help(node.lines).find("  --http-idle-timeout "), std::string::npos);
}

TEST(PrintConfig, ThePageIsWhatTheTableGives) {
  const char* root = std::getenv("FN_SOURCE_ROOT");  // NOLINT(concurrency-mt-unsafe)
  ASSERT_NE(root, nullptr) << "set FN_SOURCE_ROOT to the folder of the sources";
  std::ifstream in(std::string(root) + "/services/configuration.md");
  const std::string page{std::istreambuf_iterator<char>(in), {}};
  EXPECT_TRUE(page == config_markdown(default_lines()))
      << "write it again: fnserver config print --output markdown > services/configuration.md";
}

}  // namespace
}  // namespace fn::services
