# SPDX-License-Identifier: Apache-2.0
"""Goal: functions that are images of a Docker Engine answer as those of the process driver do, are
walled off as Fn walls them off, and leave nothing in the engine, whatever becomes of their runner.
Skips where no engine can be started."""

import http.client
import json
import os
import pathlib
import unittest

from cluster import Cluster, ClusterTest, Expecting, at_once, end_all_below, main
from engine import Engine, libraries_of, make_sample_images, make_shell_image
from node import free_port, wait_until
from registry import Registry

MEBIBYTE = 1 << 20


def started_engine():
    """An engine with the sample images; skips the tests that need it where there can be none."""
    engine = Engine()
    reason = engine.start()
    if reason:
        engine.stop()
        raise unittest.SkipTest(reason)
    make_sample_images(engine)
    return engine


def docker_settings(engine):
    return {"FN_DRIVER": "docker", "DOCKER_HOST": f"unix://{engine.socket}"}


def end(cluster, engine):
    """What is wrong at the end of both."""
    found = cluster.end()
    found += [f"left in the engine: {each['Names']}" for each in engine.containers()]
    engine.stop()
    return found + end_all_below()


def is_frozen(engine, container):
    """Whether the kernel has stopped the container's processes."""
    pid = engine.inspect(container).get("State", {}).get("Pid", 0)
    if pid == 0:  # it has not been started, or has gone meanwhile
        return False
    groups = pathlib.Path(f"/proc/{pid}/cgroup").read_text(encoding="utf-8")
    for number, controllers, path in (line.split(":", 2) for line in groups.splitlines()):
        if controllers == "freezer":
            state = pathlib.Path(f"/sys/fs/cgroup/freezer{path}/freezer.state")
            return state.read_text(encoding="utf-8").strip() == "FROZEN"
        if number == "0" and "freezer" not in groups:
            events = pathlib.Path(f"/sys/fs/cgroup{path}/cgroup.events")
            return "frozen 1" in events.read_text(encoding="utf-8")
    return False


class Docker(ClusterTest):
    @classmethod
    def setUpClass(cls):
        cls.engine = started_engine()
        cls.settings = {"runners": 1, "runner": docker_settings(cls.engine) | {
            "FN_MAX_RESPONSE_SIZE": str(6 * MEBIBYTE)}}
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("docker", "echo")

    @classmethod
    def end_cluster(cls):
        found = end(cls.cluster, cls.engine)
        if found:
            raise AssertionError("\n".join(found))

    def container_of(self, fn):
        """The engine's container of a function, which has one."""
        return next(each for each in self.engine.containers() if each["Labels"]["fn.fn_id"] == fn)

    def test_a_function_of_an_fdk_answers_cold_and_warm(self):
        fn = self.cluster.make_fn("docker", "warm")
        self.assertEqual(self.expect(self.cluster.invoke(fn, "cold"), 200).text, "cold")
        first = self.container_of(fn)["Id"]
        self.assertEqual(self.expect(self.cluster.invoke(fn, "warm"), 200).text, "warm")
        self.assertEqual(self.container_of(fn)["Id"], first)

    def test_ten_calls_at_once_each_get_their_own_answer(self):
        answers = at_once(10, lambda number: self.cluster.invoke(self.echo, f"call {number}"))
        for number, answer in enumerate(answers):
            self.assertEqual(self.expect(answer, 200).text, f"call {number}")

    def test_a_function_is_walled_off_as_fn_does_it(self):
        fn = self.cluster.make_fn("docker", "walled", memory=96)
        self.expect(self.cluster.invoke(fn), 200)
        made = self.engine.inspect(self.container_of(fn))
        host = made["HostConfig"]
        self.assertEqual(made["Config"]["User"], "1000:1000")
        self.assertEqual((host["CapDrop"], host["SecurityOpt"]),
                         (["ALL"], ["no-new-privileges:true"]))
        self.assertEqual((host["ReadonlyRootfs"], host["Init"]), (True, True))
        self.assertEqual((host["Memory"], host["MemorySwap"]), (96 * MEBIBYTE, 96 * MEBIBYTE))
        self.assertEqual((host["PidsLimit"], host["LogConfig"]["Type"]), (50, "none"))
        limits = {each["Name"]: each["Hard"] for each in host["Ulimits"]}
        self.assertEqual(limits, {"nofile": 350, "memlock": 65536, "sigpending": 5000,
                                  "msgqueue": 819200})
        # And the kernel has been told so.
        status = pathlib.Path(f"/proc/{made['State']['Pid']}/status").read_text(encoding="utf-8")
        words = dict(line.split(":\t", 1) for line in status.splitlines() if ":\t" in line)
        self.assertEqual(words["Uid"].split()[0], "1000")
        self.assertEqual(int(words["CapBnd"], 16), 0)
        self.assertEqual((words["NoNewPrivs"], words["Seccomp"]), ("1", "2"))

    def test_config_reaches_the_function(self):
        fn = self.cluster.make_fn("docker", "config", config={"COLOUR": "blue"})
        for name, value in (("COLOUR", "blue"), ("FN_FN_ID", fn), ("FN_FORMAT", "http-stream")):
            self.assertEqual(self.expect(self.cluster.invoke(fn, name, "variable"), 200).text,
                             value)

    def route(self, image, form, **fields):
        """The path that calls a new route of the seed's kind."""
        self.cluster.call("POST", "/v1/apps", json.dumps({"app": {"name": "seed"}}))
        self.expect(self.cluster.call("POST", "/v1/apps/seed/routes", json.dumps({
            "route": {"path": f"/{image}", "image": image, "format": form} | fields})), 200)
        return f"/r/seed/{image}"

    def test_a_process_per_call_reads_its_body_and_leaves_no_container(self):
        path = self.route("hello-shell", "default")
        for name in ("Debian", "Docker"):
            answer = self.expect(self.cluster.call("POST", path, name + "\n"), 200)
            self.assertEqual(answer.text, f"Hello {name}!\n")
        wait_until(lambda: not [each for each in self.engine.containers()
                                if each["Image"] == "hello-shell"], "its containers are gone")

    def test_what_a_process_per_call_writes_arrives_whole(self):
        self.shell("long", f"i=0; while [ $i -lt 40000 ]; do i=$((i+1)); echo {'0' * 64}; done; "
                           "read -r word; echo end of $word")
        path = self.route("long", "default")
        answer = self.expect(self.cluster.call("POST", path, "it\n"), 200)
        self.assertEqual(len(answer.body), 40_000 * 65 + len("end of it\n"))
        self.assertTrue(answer.text.endswith("end of it\n"))

    def test_a_process_per_call_that_fails_is_told(self):
        self.shell("fails", "exit 3")
        self.shell("endless", "while :; do echo 01234567890123456789; done")
        self.shell("sleeps", "while :; do :; done")
        for name, status, words in (("fails", 502, "container exit code 3"),
                                    ("sleeps", 504, "Timed out")):
            answer = self.expect(
                self.cluster.call("POST", self.route(name, "default", timeout=2)), status)
            self.assertEqual(answer.json()["message"], words)
        # Its answer had begun, and no more than may be is handed on.
        with self.assertRaises(http.client.IncompleteRead):
            self.cluster.call("POST", self.route("endless", "default"))

    def test_one_process_answers_many_calls_in_json(self):
        self.shell("counts", "n=0; while read -r line; do n=$((n+1)); "
                             "echo '{\"body\": \"call '$n'\"}'; done")
        path = self.route("counts", "json")
        for number in (1, 2):
            self.assertEqual(self.expect(self.cluster.call("POST", path, "x"), 200).text,
                             f"call {number}")

    def shell(self, name, script):
        make_shell_image(self.engine, name, script)

    def test_a_call_that_takes_too_long_is_cut_and_the_next_one_runs(self):
        slow = self.cluster.make_fn("docker", "slow", timeout=1)
        answer = self.expect(self.cluster.invoke(slow, do="never"), 504, "function_timed_out")
        self.assertEqual(answer.json()["message"], "Timed out")
        self.assertEqual(self.expect(self.cluster.invoke(slow, "again"), 200).text, "again")

    def test_a_function_that_misbehaves_is_told_and_the_next_call_runs(self):
        for deed, words in (("crash", "exit code 134"), ("exit 7", "exit code 7"),
                            ("close", "error receiving function response"),
                            ("break", "error receiving function response"),
                            ("garbage", "error receiving function response"),
                            ("answer 2000000000", "function response body too large"),
                            ("status 500", "invalid function response"),
                            ("status 502", "function failed")):
            if deed == "break":  # its answer had begun
                with self.assertRaises(http.client.IncompleteRead):
                    self.cluster.invoke(self.echo, do=deed)
            else:
                answer = self.expect(self.cluster.invoke(self.echo, do=deed), 502,
                                     "function_error")
                self.assertIn(words, answer.json()["message"], deed)
            again = self.expect(self.cluster.invoke(self.echo, "again"), 200)
            self.assertEqual(again.text, "again")
        early = self.expect(self.cluster.invoke(self.echo, "x" * MEBIBYTE, "early"), 200)
        self.assertEqual(early.text, "early")
        self.assertEqual(self.expect(self.cluster.invoke(self.echo, "again"), 200).text, "again")

    def test_a_function_that_takes_too_much_memory_is_stopped(self):
        small = self.cluster.make_fn("docker", "small", memory=64)
        answer = self.expect(self.cluster.invoke(small, do="allocate 900"), 502, "function_error")
        self.assertIn("out of memory", answer.json()["message"])
        self.assertEqual(self.expect(self.cluster.invoke(small, "again"), 200).text, "again")

    def test_an_idle_container_is_frozen_and_called_again(self):
        fn = self.cluster.make_fn("docker", "frozen")
        for call in ("first", "second", "third"):
            self.assertEqual(self.expect(self.cluster.invoke(fn, call), 200).text, call)
            container = self.container_of(fn)
            wait_until(lambda: is_frozen(self.engine, container), "it is frozen")

    def test_a_function_that_does_not_begin_is_told(self):
        for start, status, words in (("exit", 502, "Container failed to initialize"),
                                     ("never", 504, "Container initialization timed out")):
            broken = self.cluster.make_fn("docker", start, config={"ECHO_START": start})
            answer = self.expect(self.cluster.invoke(broken), status)
            self.assertIn(words, answer.json()["message"])
        self.engine.make_image("no-program", {}, ["/no/such/program"])
        broken = self.cluster.make_fn("docker", "no-program", "no-program")
        answer = self.expect(self.cluster.invoke(broken), 502)
        self.assertIn("Container failed to initialize", answer.json()["message"])

    def test_an_image_that_cannot_be_had_is_told(self):
        for image, status, words in (("no-such-image", 502, "Failed to pull image no-such-image"),
                                     ("../version?x=", 400, "is no name of an image"),
                                     ("UPPER", 400, "repository name must be lowercase")):
            missing = self.cluster.make_fn("docker", "image" + str(status) + image[:2].strip("."),
                                           image)
            answer = self.expect(self.cluster.invoke(missing), status)
            self.assertIn(words, answer.json()["message"])

    def test_a_missing_image_is_pulled_once_for_all_that_need_it(self):
        saved = self.engine.ask_bytes("GET", "/images/echo-native/get")[1]
        registry = Registry("echo", saved)
        self.addCleanup(registry.stop)
        fn = self.cluster.make_fn("docker", "pulled", registry.image)
        for answer in at_once(4, lambda number: self.cluster.invoke(fn, f"call {number}")):
            self.expect(answer, 200)
        self.assertEqual(registry.manifests, 1)
        # Its 404 is told as it is.
        none = self.cluster.make_fn("docker", "unknown", registry.image + "-no")
        answer = self.expect(self.cluster.invoke(none), 404)
        self.assertIn("Failed to pull image", answer.json()["message"])


class Broken(Expecting):
    """Each test has an engine and a cluster of its own, which it breaks."""

    def begin(self, **runner):
        self.engine = started_engine()
        self.addCleanup(self.engine.stop)
        self.cluster = Cluster(runners=1, runner=docker_settings(self.engine) | runner)
        self.addCleanup(self.end)

    def end(self):
        found = end(self.cluster, self.engine)
        if found:
            self.fail("\n".join(found))

    def test_what_a_killed_runner_left_is_removed_by_the_next(self):
        self.begin()
        self.cluster.start()
        runner = self.cluster.runners[0]
        fns = [self.cluster.make_fn("broken", f"fn-{number}") for number in range(3)]
        for fn in fns:
            self.expect(self.cluster.invoke(fn), 200)
        busy = self.hold(self.cluster.make_fn("broken", "busy", timeout=60))
        wait_until(lambda: len(self.engine.containers()) >= 4, "four containers run")
        wait_until(lambda: sum(is_frozen(self.engine, each)
                               for each in self.engine.containers()) == 3, "idle ones are frozen")
        runner.kill()
        busy.close()
        self.assertGreaterEqual(len(self.engine.containers()), 4)
        runner.start().wait_ready()
        self.assertEqual(self.engine.containers(), [])
        self.assertRegex(runner.log(), r"removed \d containers of an earlier run")
        wait_until(lambda: self.cluster.invoke(fns[0], "again").text == "again", "calls run again")

    def test_an_engine_that_ends_and_comes_back_is_used_again(self):
        self.begin(FN_HOT_START_TIMEOUT_MSECS="3000")
        self.cluster.start()
        fn = self.cluster.make_fn("broken", "echo")
        self.assertEqual(self.expect(self.cluster.invoke(fn, "before"), 200).text, "before")
        self.engine.process.terminate()
        self.engine.process.wait()
        other = self.cluster.make_fn("broken", "other")
        answer = self.expect(self.cluster.invoke(other), 503)
        self.assertIn(f"Docker at {self.engine.socket}", answer.json()["message"])
        self.assertIsNone(self.engine.start())
        self.assertEqual(self.expect(self.cluster.invoke(other, "after"), 200).text, "after")

    def test_a_registry_that_wants_to_know_who_asks_is_told(self):
        self.begin()
        saved = self.engine.ask_bytes("GET", "/images/echo-native/get")[1]
        registry = Registry("echo", saved, ("user", "pass word"))
        self.addCleanup(registry.stop)
        self.cluster.runners[0].settings["FN_DOCKER_AUTH"] = json.dumps(
            {registry.image.split("/")[0]: {"username": "user", "password": "pass word"}})
        self.cluster.start()
        fn = self.cluster.make_fn("broken", "echo", registry.image)
        self.assertEqual(self.expect(self.cluster.invoke(fn, "pulled"), 200).text, "pulled")

    def test_images_of_a_tarball_are_there_from_the_start(self):
        self.begin(FN_DOCKER_LOAD_FILE="images.tar")
        saved = self.engine.ask_bytes("GET", "/images/echo-native/get")[1]
        (self.cluster.folder / "images.tar").write_bytes(saved)
        self.assertEqual(self.engine.ask("DELETE", "/images/echo-native")[0], 200)
        self.cluster.start()
        fn = self.cluster.make_fn("broken", "echo")
        self.assertEqual(self.expect(self.cluster.invoke(fn, "loaded"), 200).text, "loaded")

    def test_a_runner_in_a_container_finds_where_its_sockets_lie(self):
        self.engine = started_engine()
        self.addCleanup(self.engine.stop)
        port = free_port()
        self.cluster = Cluster(runners=0, stranger=f"127.0.0.1:{port}")
        self.addCleanup(self.end)
        server = pathlib.Path(os.environ["FN_SERVER"])
        sockets = self.cluster.folder / "sockets-outside"
        sockets.mkdir()
        self.engine.make_image("runner", {}, ["/server/" + server.name],
                               libraries=libraries_of(server))
        settings = {"FN_NODE_TYPE": "pure-runner", "FN_BIND_ADDRESS": "127.0.0.1",
                    "FN_PORT": free_port(), "FN_GRPC_PORT": port, "FN_DRIVER": "docker",
                    "DOCKER_HOST": "unix:///engine/docker.sock", "FN_IOFS_PATH": "/inside",
                    # Those need what a container may not do.
                    "ASAN_OPTIONS": "detect_leaks=0"}
        self.engine.run("runner", {
            "Image": "runner", "Env": [f"{name}={text}" for name, text in settings.items()],
            "HostConfig": {"NetworkMode": "host", "Binds": [
                f"{self.engine.folder}:/engine", f"{sockets}:/inside",
                f"{server.parent}:/server:ro"]}})
        self.addCleanup(self.engine.end_container, "runner")
        self.cluster.start()
        fn = self.cluster.make_fn("broken", "echo")
        for call in ("first", "second"):
            self.assertEqual(self.expect(self.cluster.invoke(fn, call), 200).text, call)
            function = next(each for each in self.engine.containers()
                            if each["Labels"].get("fn.fn_id") == fn)
            # It sees neither the function's process nor its control group.
            wait_until(lambda: self.engine.inspect(function)["State"]["Paused"], "it is paused")

    def test_no_engine_is_said_in_one_line(self):
        self.begin()
        runner = self.cluster.runners[0]
        runner.settings["DOCKER_HOST"] = f"unix://{self.cluster.folder}/none.sock"
        for node in self.cluster.nodes:
            node.start()
        self.cluster.api.wait_ready()
        wait_until(lambda: self.cluster.lb.get("/healthz"), "the load balancer is up")
        self.assertEqual(runner.process.wait(60), 2)
        runner.expected_end = True
        self.assertIn("none.sock: cannot connect: No such file or directory: start the engine or "
                      "set DOCKER_HOST", runner.log().splitlines()[-1])


if __name__ == "__main__":
    main()
