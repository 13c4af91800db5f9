// SPDX-License-Identifier: Apache-2.0
//
// Goal: what was acknowledged is there after a restart, after kill -9 at any moment and after a
// full disk; databases of other versions, other programs and other processes are handled in one
// clear line.

#include <array>
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <filesystem>
#include <fstream>
#include <functional>
#include <string>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/base/rng.h"
#include "tests/services/api/api_world.h"

namespace fn::tests {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

// A database as another program sees it.
class RawDatabase {
 public:
  explicit RawDatabase(const fs::path& file) {
    fs::create_directories(file.parent_path());
    EXPECT_EQ(sqlite3_open(file.c_str(), &connection_), SQLITE_OK);
  }

  ~RawDatabase() { sqlite3_close(connection_); }

  RawDatabase(const RawDatabase&) = delete;
  RawDatabase& operator=(const RawDatabase&) = delete;

  void run(const char* sql) {
    char* error = nullptr;
    EXPECT_EQ(sqlite3_exec(connection_, sql, nullptr, nullptr, &error), SQLITE_OK) << error;
    sqlite3_free(error);
  }

 private:
  sqlite3* connection_ = nullptr;
};

// A process that runs `work` with the writing end of a pipe; the test reads the other end.
class Child {
 public:
  explicit Child(const std::function<void(int)>& work) {
    std::array<int, 2> ends{};
    EXPECT_EQ(pipe2(ends.data(), O_CLOEXEC), 0);
    reader_ = ends[0];
    pid_ = fork();
    if (pid_ == 0) {
      close(ends[0]);
      work(ends[1]);
      _exit(0);
    }
    close(ends[1]);
  }

  ~Child() {
    kill();
    close(reader_);
  }

  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  // The next bytes; empty: the child has ended.
  [[nodiscard]] std::string read() const {
    std::array<char, 512> bytes{};
    const ssize_t count = ::read(reader_, bytes.data(), bytes.size());
    return {bytes.data(), static_cast<std::size_t>(count > 0 ? count : 0)};
  }

  void kill() {
    if (pid_ > 0) {
      ::kill(pid_, SIGKILL);
      waitpid(pid_, nullptr, 0);
      pid_ = 0;
    }
  }

 private:
  pid_t pid_ = 0;
  int reader_ = -1;
};

bool create_app(services::ApiHandler& api, const std::string& name) {
  const std::string body = json{{"name", name}, {"config", {{"A", std::string(200, 'x')}}}}.dump();
  return api.handle({"POST", "/v2/apps", {}}, body).status == 200;
}

// Creates apps until it fails, one byte for each that was acknowledged.
void write_apps(const fs::path& file, const std::string& prefix, int pipe) {
  auto api = open_api(file);
  for (int number = 0; api && create_app(**api, prefix + std::to_string(number)); ++number) {
    if (write(pipe, ".", 1) != 1) {
      return;
    }
  }
}

void expect_apps(const fs::path& file, const std::string& prefix, std::size_t count) {
  auto api = open_api(file);
  ASSERT_TRUE(api) << api.error().message;
  for (std::size_t number = 0; number < count; ++number) {
    const std::string target = "/v1/apps/" + prefix + std::to_string(number);
    EXPECT_EQ((*api)->handle({"GET", target, {}}, "").status, 200U) << target;
  }
}

void expect_refusal(const fs::path& file, const std::string& part) {
  const auto opened = open_api(file);
  ASSERT_FALSE(opened);
  const std::string& line = opened.error().message;
  EXPECT_NE(line.find(part), std::string::npos) << line;
  EXPECT_NE(line.find("FN_DB_URL"), std::string::npos) << line;
  EXPECT_EQ(line.find('\n'), std::string::npos) << line;
}

TEST(Durability, ARestartKeepsEverything) {
  ApiWorld world;
  const std::string app = world.make_app("test");
  world.make_trigger(app, world.make_fn(app, "hello"), "t", "/t");
  std::vector<json> before;
  const std::vector<std::string> targets = {
      "/v2/apps", "/v2/fns?app_id=" + app, "/v2/triggers?app_id=" + app, "/v1/apps/test/routes"};
  before.reserve(targets.size());
  for (const std::string& target : targets) {
    before.push_back(world.get(target).body);
  }
  world.restart();
  for (std::size_t at = 0; at < targets.size(); ++at) {
    EXPECT_EQ(world.get(targets[at]).body, before[at]);
  }
}

TEST(Durability, NoAcknowledgedWriteIsLostByKill9) {
  const TempFolder folder;
  const fs::path file = folder.path() / "fn.db";
  core::Rng rng(20180307);
  for (int round = 0; round < 20; ++round) {
    const std::string prefix = "r" + std::to_string(round) + "-";
    Child child([&](int pipe) { write_apps(file, prefix, pipe); });
    // At a random acknowledgement, and then within whatever the child does next.
    const std::size_t wanted = 1 + rng.below(40);
    std::size_t acknowledged = 0;
    while (acknowledged < wanted) {
      const std::string bytes = child.read();
      ASSERT_FALSE(bytes.empty()) << "the child ended by itself";
      acknowledged += bytes.size();
    }
    usleep(static_cast<useconds_t>(rng.below(3'000)));
    child.kill();
    for (std::string bytes = child.read(); !bytes.empty(); bytes = child.read()) {
      acknowledged += bytes.size();
    }
    expect_apps(file, prefix, acknowledged);
  }
}

TEST(Durability, AFullDiskIsAnErrorAndLosesNothing) {
  const TempFolder folder;
  const fs::path file = folder.path() / "fn.db";
  Child child([&](int pipe) {
    // Files end here for this process: the next best thing to a full disk.
    std::signal(SIGXFSZ, SIG_IGN);
    const rlimit limit = {1 << 18, 1 << 18};
    setrlimit(RLIMIT_FSIZE, &limit);
    write_apps(file, "app", pipe);
  });
  std::string bytes;
  for (std::string more = child.read(); !more.empty(); more = child.read()) {
    bytes += more;
  }
  EXPECT_GT(bytes.size(), 10U);
  expect_apps(file, "app", bytes.size());
}

TEST(Durability, MigratesADatabaseOfVersionOne) {
  const TempFolder folder;
  const fs::path file = folder.path() / "fn.db";
  RawDatabase(file).run(R"(
    CREATE TABLE apps(id TEXT PRIMARY KEY, name TEXT NOT NULL UNIQUE, config TEXT NOT NULL,
      annotations TEXT NOT NULL, syslog_url TEXT NOT NULL, shape TEXT NOT NULL,
      created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL);
    CREATE TABLE fns(id TEXT PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps(id) ON DELETE CASCADE,
      name TEXT NOT NULL, image TEXT NOT NULL, format TEXT NOT NULL, shape TEXT NOT NULL,
      memory_mib INTEGER NOT NULL, milli_cpus INTEGER NOT NULL, timeout_s INTEGER NOT NULL,
      idle_timeout_s INTEGER NOT NULL, config TEXT NOT NULL, annotations TEXT NOT NULL,
      created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL, UNIQUE(app_id, name));
    CREATE TABLE triggers(id TEXT PRIMARY KEY,
      app_id TEXT NOT NULL REFERENCES apps(id) ON DELETE CASCADE,
      fn_id TEXT NOT NULL REFERENCES fns(id) ON DELETE CASCADE, name TEXT NOT NULL,
      type TEXT NOT NULL, source TEXT NOT NULL, annotations TEXT NOT NULL,
      created_ms INTEGER NOT NULL, updated_ms INTEGER NOT NULL,
      UNIQUE(app_id, type, source), UNIQUE(fn_id, name));
    INSERT INTO apps VALUES('A1', 'old', '{"K":"v"}', '{}', '', '', 1520433522123, 1520433522123);
    INSERT INTO fns
      VALUES('F1', 'A1', 'hello', 'hello:1', '', '', 128, 0, 30, 30, '{}', '{}', 1, 2);
    INSERT INTO triggers VALUES('T1', 'A1', 'F1', 't', 'http', '/t', '{}', 1, 2);
    PRAGMA user_version=1)");
  auto api = open_api(file);
  ASSERT_TRUE(api) << api.error().message;
  const auto body_of = [&](const char* target) {
    return json::parse((*api)->handle({"GET", target, {}}, "").body);
  };
  const json app = body_of("/v1/apps/old")["app"];
  EXPECT_EQ(app["config"], (json{{"K", "v"}}));
  EXPECT_EQ(app["created_at"], "2018-03-07T14:38:42.123Z");
  const json route = body_of("/v1/apps/old/routes/t")["route"];
  EXPECT_EQ(route["type"], "sync");
  EXPECT_EQ(route["fn_id"], "F1");
  EXPECT_EQ((*api)->handle({"DELETE", "/v2/apps/A1", {}}, "").status, 204U);
  EXPECT_EQ((*api)->handle({"GET", "/v2/triggers/T1", {}}, "").status, 404U);
}

TEST(Durability, RefusesADatabaseOfANewerVersion) {
  const TempFolder folder;
  RawDatabase(folder.path() / "fn.db").run("PRAGMA user_version=99");
  expect_refusal(folder.path() / "fn.db", "the database is of version 99");
}

TEST(Durability, RefusesAnotherProgramsDatabase) {
  const TempFolder folder;
  RawDatabase(folder.path() / "fn.db").run("CREATE TABLE apps(name TEXT)");
  expect_refusal(folder.path() / "fn.db", "another program's tables");
  std::ofstream(folder.path() / "text") << std::string(5'000, 'x');
  expect_refusal(folder.path() / "text", "file is not a database");
}

TEST(Durability, RefusesWhatIsNoSqliteUrl) {
  for (const char* const url : {"", "sqlite3://", "mysql://host/fn", "/data/fn.db"}) {
    services::ApiConfig config;
    config.db_url = url;
    const auto opened = services::ApiHandler::open(std::move(config));
    ASSERT_FALSE(opened) << url;
    EXPECT_NE(opened.error().message.find("expected sqlite3://PATH"), std::string::npos);
  }
}

TEST(Durability, AFolderThatCannotBeWrittenIsNamed) {
  const TempFolder folder;
  std::ofstream(folder.path() / "file") << "in the way";
  expect_refusal(folder.path() / "file" / "deep" / "fn.db", "cannot create the folder");
  fs::create_directory(folder.path() / "fn.db");
  expect_refusal(folder.path() / "fn.db", "unable to open database file");
}

// What opening says in a process that may not write in the folder: root may write everywhere, so it
// becomes nobody first.
std::string opening_as_nobody(const fs::path& file) {
  Child child([&](int pipe) {
    constexpr uid_t kNobody = 65534;
    if (geteuid() == 0 && setuid(kNobody) != 0) {
      return;
    }
    const auto opened = open_api(file);
    const std::string line = opened ? "opened" : opened.error().message;
    static_cast<void>(write(pipe, line.data(), line.size()));
  });
  return child.read();
}

TEST(Durability, AReadOnlyFolderOrFileIsNamed) {
  const TempFolder folder;
  const fs::path file = folder.path() / "fn.db";
  const fs::perms read_only{0444};
  const fs::perms search{0111};
  fs::permissions(folder.path(), read_only | search);
  const std::string start = "FN_DB_URL: cannot open " + file.string() + ": ";
  EXPECT_EQ(opening_as_nobody(file),
            start + "database " + file.string() + ": unable to open database file");
  fs::permissions(folder.path(), fs::perms::all);
  { ASSERT_TRUE(open_api(file)); }
  fs::permissions(file, read_only);
  EXPECT_EQ(opening_as_nobody(file), start + "the file may not be written by this user");
}

TEST(Durability, AnotherProcessThatHoldsTheDatabaseIsAClear503) {
  ApiWorld world;
  world.make_app("test");
  Child holder([&](int pipe) {
    RawDatabase raw(world.file());
    raw.run("BEGIN IMMEDIATE");
    static_cast<void>(write(pipe, ".", 1));
    pause();
  });
  ASSERT_EQ(holder.read(), ".");
  EXPECT_EQ(world.get("/v1/apps/test").status, 200U) << "reading goes on";
  const ApiReply refused = world.send("POST", "/v2/apps", "{\"name\":\"more\"}");
  EXPECT_EQ(refused.status, 503U);
  EXPECT_EQ(refused.error(), "Database is busy, try again");
  EXPECT_EQ(services::find_header(refused.headers, "Retry-After"), "1");
  ASSERT_EQ(world.errors.size(), 1U);
  EXPECT_NE(world.errors[0].find("database is locked"), std::string::npos);
  holder.kill();
  EXPECT_EQ(world.send("POST", "/v2/apps", "{\"name\":\"more\"}").status, 200U);
}

TEST(Durability, TwoServersShareADatabase) {
  ApiWorld world;
  auto other = open_api(world.file());
  ASSERT_TRUE(other) << other.error().message;
  EXPECT_TRUE(create_app(**other, "theirs"));
  EXPECT_EQ(world.get("/v1/apps/theirs").status, 200U);
  world.make_app("ours");
  EXPECT_EQ((*other)->handle({"GET", "/v1/apps/ours", {}}, "").status, 200U);
}

}  // namespace
}  // namespace fn::tests
