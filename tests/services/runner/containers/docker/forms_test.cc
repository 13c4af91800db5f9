// SPDX-License-Identifier: Apache-2.0
//
// Goal: what the docker driver says to an engine and reads from it, as values: the container's
// form, the frames of its streams, the names of images, what registries are told, and where folders
// lie.

#include <algorithm>
#include <nlohmann/json.hpp>
#include <string>

#include <gtest/gtest.h>

#include "services/runner/containers/docker/container_form.h"
#include "services/runner/containers/docker/frame_splitter.h"
#include "services/runner/containers/docker/image_store.h"
#include "services/runner/containers/docker/networks.h"
#include "services/runner/containers/docker/own_container.h"
#include "services/runner/containers/docker/registry_auth.h"
#include "tests/services/runner/containers/docker/fake_engine.h"
#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

using Json = nlohmann::json;

Json form_of(const FunctionSetup& setup,
             const ContainerForm& form,
             const DockerDriverSettings& settings = {}) {
  return Json::parse(container_form(setup, {{"A", "b c"}}, form, settings));
}

TEST(ContainerForm, IsHardenedAsFnDoesIt) {
  FunctionSetup setup = setup_of("hello:1");
  setup.memory = core::MemoryMib{64};
  setup.cpu = core::MilliCpu{250};
  const Json json = form_of(setup, {"me", "/s/c1", "net", false});
  EXPECT_EQ(json["Image"], "hello:1");
  EXPECT_EQ(json["User"], "1000:1000");
  EXPECT_EQ(json["Env"], Json({"A=b c"}));
  EXPECT_EQ(json["Labels"][kRunnerLabel], "me");
  EXPECT_FALSE(json["OpenStdin"]);
  const Json& host = json["HostConfig"];
  EXPECT_EQ(host["Memory"], 64 << 20);
  EXPECT_EQ(host["MemorySwap"], 64 << 20);
  EXPECT_EQ(host["MemorySwappiness"], 0);
  EXPECT_EQ(host["CpuQuota"], 25'000);
  EXPECT_EQ(host["CpuPeriod"], 100'000);
  EXPECT_EQ(host["PidsLimit"], 50);
  EXPECT_EQ(host["CapDrop"], Json({"ALL"}));
  EXPECT_EQ(host["SecurityOpt"], Json({"no-new-privileges:true"}));
  EXPECT_TRUE(host["ReadonlyRootfs"]);
  EXPECT_TRUE(host["Init"]);
  EXPECT_EQ(host["NetworkMode"], "net");
  EXPECT_EQ(host["LogConfig"]["Type"], "none");
  EXPECT_EQ(host["Tmpfs"]["/tmp"], "size=67108864");
  EXPECT_EQ(host["Mounts"][0]["Source"], "/s/c1");
  EXPECT_EQ(host["Mounts"][0]["Target"], "/tmp/iofs");
  EXPECT_EQ(host["Ulimits"].size(), 4U);
}

TEST(ContainerForm, WhatIsUnlimitedIsNotSaid) {
  DockerDriverSettings settings;
  settings.container.pids = 0;
  settings.container.open_files = settings.locked_bytes = 0;
  settings.pending_signals = settings.message_queue_bytes = 0;
  settings.tmp_inodes = 12;
  settings.unprivileged = settings.read_only_root = false;
  FunctionSetup setup = setup_of("hello");
  setup.memory = core::MemoryMib{0};
  const Json json = form_of(setup, {"me", "", "", true}, settings);
  EXPECT_FALSE(json.contains("User"));
  EXPECT_TRUE(json["OpenStdin"] && json["StdinOnce"]);
  const Json& host = json["HostConfig"];
  for (const char* const name : {"Memory", "CpuQuota", "PidsLimit", "NetworkMode", "Mounts"}) {
    EXPECT_FALSE(host.contains(name)) << name;
  }
  EXPECT_EQ(host["Ulimits"], Json::array());
  EXPECT_FALSE(host["ReadonlyRootfs"]);
  EXPECT_EQ(host["Tmpfs"]["/tmp"], "size=67108864,nr_inodes=12");
}

TEST(FrameSplitter, PutsStreamsTogetherWhereverTheyAreCut) {
  const std::string stream = frame(1, "out") + frame(2, "") + frame(2, "err") + frame(1, "put");
  for (std::size_t cut = 0; cut <= stream.size(); ++cut) {
    std::string output;
    std::string errors;
    FrameSplitter frames([&](std::string_view bytes) { output += bytes; },
                         [&](std::string_view bytes) { errors += bytes; });
    EXPECT_TRUE(frames.feed(std::string_view(stream).substr(0, cut)));
    EXPECT_TRUE(frames.feed(std::string_view(stream).substr(cut)));
    EXPECT_EQ(output, "output");
    EXPECT_EQ(errors, "err");
  }
}

TEST(FrameSplitter, OtherBytesAreNoFrames) {
  for (const std::string& bytes : {std::string("plain text"),
                                   std::string("\x03\0\0\0\0\0\0\x01x", 9),
                                   std::string("\x01\0\x01\0\0\0\0\x01x", 9),
                                   std::string("\xff\0\0\0\0\0\0\x01x", 9)}) {
    std::string output;
    FrameSplitter frames([&](std::string_view some) { output += some; },
                         [&](std::string_view some) { output += some; });
    EXPECT_FALSE(frames.feed(bytes));
    EXPECT_FALSE(frames.feed(frame(1, "x")));
    EXPECT_EQ(output, "");
  }
}

TEST(ImageStore, NamesThatLeadElsewhereAreNoImages) {
  for (const char* const name :
       {"a", "fnproject/hello:0.0.1", "host:5000/a/b@sha256:00ff", "A_b"}) {
    EXPECT_TRUE(is_image_name(name)) << name;
  }
  for (const char* const name :
       {"", "../a", "a/../b", "a?b", "a b", "a//b", "/a", "a%2fb", "a\n"}) {
    EXPECT_FALSE(is_image_name(name)) << name;
  }
  EXPECT_FALSE(is_image_name(std::string(513, 'a')));
}

TEST(ImageStore, OneTagIsPulledWhereNoneIsNamed) {
  EXPECT_EQ(with_tag("hello"), "hello:latest");
  EXPECT_EQ(with_tag("host:5000/hello"), "host:5000/hello:latest");
  EXPECT_EQ(with_tag("hello:1"), "hello:1");
  EXPECT_EQ(with_tag("hello@sha256:00"), "hello@sha256:00");
}

TEST(ImageStore, APullFailsByItsLastLinesWhateverItsStatus) {
  const auto status_of = [](unsigned status, const std::string& body) {
    const auto error = pull_error("hello", {status, body});
    return error ? error->status : 0;
  };
  EXPECT_EQ(status_of(200, "{\"status\": \"Pulling\"}\n{\"status\": \"Done\"}\n"), 0);
  EXPECT_EQ(status_of(200, ""), 0);
  EXPECT_EQ(status_of(404, "{\"message\": \"no such image\"}"), 404);
  EXPECT_EQ(status_of(500, "{\"message\": \"dial tcp\"}"), 502);
  EXPECT_EQ(status_of(500, "{\"message\": \"manifest unknown\"}"), 404);
  EXPECT_EQ(status_of(200, "{\"status\": \"x\"}\n{\"error\": \"manifest unknown\"}"), 404);
  EXPECT_EQ(status_of(200, "{\"error\": \"unauthorized: who?\"}"), 401);
  EXPECT_EQ(status_of(200, "{\"error\": \"disk full\"}"), 502);
  EXPECT_EQ(status_of(200, "{\"errorDetail\": {\"code\": 429}, \"error\": \"too many\"}"), 429);
  EXPECT_EQ(pull_error("hello", {200, "{\"error\": \"disk full\"}"})->message,
            "Failed to pull image hello: disk full");
}

TEST(RegistryAuth, TellsEachRegistryItsOwn) {
  const auto auth = RegistryAuth::parse(
      R"({"auths": {"https://index.docker.io/v1/": {"auth": "dXNlcjpwYXNz"},
          "localhost:5000": {"username": "me", "password": "a:b"}}})");
  ASSERT_TRUE(auth);
  // {"password":"pass","serveraddress":"https://index.docker.io/v1/","username":"user"} in base64.
  EXPECT_EQ(auth->header_for("fnproject/hello:1"),
            "eyJwYXNzd29yZCI6InBhc3MiLCJzZXJ2ZXJhZGRyZXNzIjoiaHR0cHM6Ly9pbmRleC5kb2NrZXIuaW8vdjEvIi"
            "widXNlcm5hbWUiOiJ1c2VyIn0=");
  EXPECT_EQ(auth->header_for("hello"), auth->header_for("docker.io/library/hello"));
  EXPECT_NE(auth->header_for("localhost:5000/hello"), "");
  EXPECT_NE(auth->header_for("localhost:5000/hello"), auth->header_for("hello"));
  EXPECT_EQ(auth->header_for("localhost:5001/hello"), "");
  EXPECT_EQ(RegistryAuth::parse("")->header_for("hello"), "");
}

TEST(RegistryAuth, OtherTextsAreNamed) {
  for (const char* const text : {"{", "[]", "{\"r\": 1}", "{\"r\": {\"auth\": \"***\"}}"}) {
    const auto auth = RegistryAuth::parse(text);
    ASSERT_FALSE(auth) << text;
    EXPECT_EQ(auth.error().message.substr(0, 16), "FN_DOCKER_AUTH: ");
  }
}

TEST(Networks, TheLeastUsedIsTaken) {
  Networks networks("a, b c");
  EXPECT_EQ(networks.take(), "a");
  EXPECT_EQ(networks.take(), "b");
  EXPECT_EQ(networks.take(), "c");
  networks.give_back("b");
  EXPECT_EQ(networks.take(), "b");
  networks.give_back("unknown");
  EXPECT_EQ(Networks("").take(), "");
}

TEST(OwnContainer, ItsIdStandsInWhatTheEngineMounts) {
  const std::string id(64, 'a');
  EXPECT_EQ(own_container_id("1 2 0:3 /docker/containers/" + id + "/hostname /etc/hostname rw", ""),
            id);
  EXPECT_EQ(own_container_id("", "4:memory:/docker/" + id + "\n"), id);
  EXPECT_EQ(own_container_id("", "0::/system.slice/docker-" + id + ".scope\n"), id);
  EXPECT_EQ(own_container_id("1 2 0:3 /containers/short /x", "0::/user.slice\n"), "");
}

TEST(OwnContainer, AFolderIsWhereItsNearestMountComesFrom) {
  const std::string inspected =
      R"({"Mounts": [{"Source": "/far", "Destination": "/"},
                     {"Source": "/host/run", "Destination": "/run"},
                     {"Source": "/host/iofs", "Destination": "/run/iofs"}]})";
  EXPECT_EQ(*path_on_engine("/run/iofs/runner", inspected), "/host/iofs/runner");
  EXPECT_EQ(*path_on_engine("/run/iofs", inspected), "/host/iofs");
  EXPECT_EQ(*path_on_engine("/run/iofs2", inspected), "/host/run/iofs2");
  EXPECT_EQ(*path_on_engine("/etc", inspected), "/far/etc");
  for (const char* const text : {"", "{}", R"({"Mounts": [{"Destination": 7}]})"}) {
    const auto path = path_on_engine("/run/iofs", text);
    ASSERT_FALSE(path);
    EXPECT_NE(path.error().message.find("is not mounted from outside"), std::string::npos);
  }
}

}  // namespace
}  // namespace fn::services
