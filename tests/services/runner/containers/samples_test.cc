// SPDX-License-Identifier: Apache-2.0
//
// Goal: the sample functions answer as their README says; with Fn's FDK for Node.js where Node.js
// is installed and the FDK can be fetched.

#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <memory>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include "services/runner/containers/descriptor.h"
#include "tests/services/runner/containers/driver_world.h"

namespace fn::services {
namespace {

namespace fs = std::filesystem;
using std::chrono_literals::operator""s;

void copy_sample(const DriverWorld& world, const std::string& name) {
  fs::copy(fs::path(std::getenv("FN_SOURCE_ROOT")) / "services/samples" / name,
           world.settings.images_path + "/" + name,
           fs::copy_options::recursive);
}

int run_in(const std::string& folder, const std::string& script) {
  const std::unique_ptr<Launcher> launcher = std::move(*Launcher::fork_helper());
  const Descriptor null = std::move(*null_device());
  LaunchRequest request;
  request.arguments = {"sh", "-c", script};
  request.environment = {"PATH=/usr/local/bin:/usr/bin:/bin", "HOME=" + folder};
  request.folder = folder;
  request.descriptors = {null.get(), null.get(), null.get()};
  return launcher->run_and_wait(request, 60s).value_or(-1);
}

TEST(Samples, HelloShell) {
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  copy_sample(world, "hello-shell");
  const StartedPtr started = world.start("hello-shell");
  ASSERT_TRUE(started->container) << started->error->message;
  EXPECT_EQ(world.call(*started->container, "Johnny").body, "Hello Johnny!\n");
  EXPECT_EQ(world.call(*started->container, "").body, "Hello World!\n");
}

TEST(Samples, HelloNodeWithFnsOwnFdk) {
  if (!fs::exists("/usr/bin/node") && !fs::exists("/usr/local/bin/node")) {
    GTEST_SKIP() << "Node.js is not installed: apt-get install nodejs npm";
  }
  DriverWorld world;
  ASSERT_EQ(world.problem, "");
  copy_sample(world, "hello-node");
  const std::string image = world.settings.images_path + "/hello-node";
  if (!fs::exists(image + "/node_modules") &&
      run_in(image, "npm ci --ignore-scripts --no-audit --no-fund") != 0) {
    GTEST_SKIP()
        << "npm could not fetch @fnproject/fdk; run `npm ci` in services/samples/hello-node";
  }
  FunctionSetup setup = setup_of("hello-node");
  setup.memory = {256};
  const StartedPtr started = world.start(setup);
  ASSERT_TRUE(started->container) << started->error->message << started->error->log;
  for (const std::string name : {"Johnny", "Jane"}) {
    RunRequest request = request_with("{\"name\": \"" + name + "\"}");
    request.headers = {{"Content-Type", "application/json"}};
    const Called called = world.call(*started->container, std::move(request));
    EXPECT_EQ(called.code(), 200) << started->container->log_of("");
    EXPECT_EQ(called.body, "{\"message\":\"Hello " + name + "\"}");
    EXPECT_EQ(find_header(called.headers, "content-type"), "application/json");
    started->container->freeze();
  }
}

}  // namespace
}  // namespace fn::services
