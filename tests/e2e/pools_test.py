# SPDX-License-Identifier: Apache-2.0
"""Goal: a node pool manager that starts real runners as processes: as many as its settings say, on
this host, found again after it was killed, replaced when they die or hang, ended if not wanted."""

import json
import os
import pathlib
import shutil
import signal
import tempfile
import unittest

from cluster import Cluster, Expecting, end_all_below, main
from node import PATIENCE, Node, free_port, wait_until

SETTINGS = """
quota_runners = 4
[defaults]
down_window_s = 0
last_runner_hold_s = 0
step_down_runners = 0
step_down_percent = 0
order_first_pause_s = 0.2
order_longest_pause_s = 0.5
[groups.tenant]
min_runners = {tenant}
[groups.other]
min_runners = {other}
"""


class Npm(Node):
    @property
    def port(self):
        return int(self.settings["FN_NPM_HTTP_PORT"])

    def metric(self, name, **labels):
        """A number of its /metrics; None: it has no such line."""
        answer = self.get("/metrics")
        lines = answer[1].decode().splitlines() if answer else []
        wanted = name + "{" + ",".join(f'{key}="{text}"' for key, text in labels.items()) + "}"
        return next((float(line.split()[-1]) for line in lines if line.startswith(wanted)), None)

    def active(self, group):
        return self.metric("fn_npm_runners", lb_group=group, state="active")


class Pools(Expecting):
    def setUp(self):
        self.cluster = Cluster(runners=0, stranger=f"127.0.0.1:{free_port()}")
        self.folder = self.cluster.folder
        self.groups = self.folder / "groups.toml"
        self.records = self.folder / "runners"
        program = pathlib.Path(os.environ["FN_SERVER"])
        self.npm = Npm(os.environ["FN_NPM"], self.folder, "npm", {
            "FN_BIND_ADDRESS": "127.0.0.1", "FN_PORT": str(free_port()),
            "FN_NPM_HTTP_PORT": str(free_port()), "FN_NPM_PROVIDER": "process",
            "FN_NPM_RUNNER_PROGRAM": str(program), "FN_NPM_RUNNERS_FOLDER": str(self.records),
            "FN_NPM_GROUPS_FILE": str(self.groups), "FN_NPM_STOP_RUNNERS": "true",
            "FN_IMAGES_FOLDER": str(self.folder / "images"),
            "FN_MAX_TOTAL_MEMORY_BYTES": str(512 << 20)})
        self.addCleanup(self.end)

    def end(self):
        found = self.npm.problems()
        if self.npm.process and self.npm.process.poll() is None:
            if self.npm.stop() != 0:
                found.append(f"it did not end well:\n{self.npm.log()}")
        for log in self.records.glob("*.log"):
            text = log.read_text(errors="replace")
            if "AddressSanitizer" in text or "FN_ASSERT" in text:
                found.append(f"{log}:\n{text}")
        found += self.cluster.end() + end_all_below()
        if found:
            self.fail("\n".join(found))

    def say(self, tenant=0, other=0):
        self.groups.write_text(SETTINGS.format(tenant=tenant, other=other), encoding="utf-8")

    def runners(self, group=None):
        """Records of the runners that run, by id."""
        found = {}
        for path in self.records.glob("*.json"):
            try:
                record = json.loads(path.read_text(encoding="utf-8"))
            except (FileNotFoundError, ValueError):
                continue
            if group in (None, record["group"]):
                found[record["id"]] = record
        return found

    def wait_active(self, group, count):
        wait_until(lambda: self.npm.active(group) == count, f"{group} has {count} runners")

    def test_runners_come_and_go_with_the_settings(self):
        self.say(tenant=2, other=1)
        self.npm.start().wait_ready()
        self.wait_active("tenant", 2)
        self.wait_active("other", 1)
        before = self.runners("tenant")
        self.assertEqual(len(before), 2)

        self.say(tenant=1, other=1)
        self.npm.send(signal.SIGHUP)
        self.wait_active("tenant", 1)
        wait_until(lambda: len(self.runners("tenant")) == 1, "the drained one has ended")
        kept = self.runners("tenant")
        self.assertLess(set(kept), set(before))

        self.groups.write_text("[groups.tenant]\nmin_runers = 9\n", encoding="utf-8")
        self.npm.send(signal.SIGHUP)
        wait_until(lambda: "groups.toml:2" in self.npm.log(), "the bad file is named")
        self.assertEqual(self.runners("tenant"), kept)

        status, page = self.npm.get("/pools/tenant")
        self.assertEqual(status, 200)
        group = json.loads(page)
        self.assertEqual(group["runners"]["active"], 1)
        self.assertEqual([member["address"] for member in group["members"]],
                         [record["address"] for record in kept.values()])
        self.assertTrue(any("scaled" in line and "drained=1" in line
                            for line in group["decisions"]), group)
        pages = json.loads(self.npm.get("/pools")[1])["groups"]
        self.assertEqual([each["lb_group"] for each in pages], ["other", "tenant"])
        self.assertEqual(self.npm.get("/pools/none")[0], 404)

        # Four in all, whatever they want.
        self.say(tenant=3, other=3)
        self.npm.send(signal.SIGHUP)
        wait_until(lambda: "quota_runners" in self.npm.log(), "the quota is named")
        wait_until(lambda: self.npm.active("tenant") + self.npm.active("other") == 4, "4 runners")
        self.assertEqual(len(self.runners()), 4)

    def test_a_runner_serves_calls(self):
        self.say(tenant=1)
        self.npm.start().wait_ready()
        self.wait_active("tenant", 1)
        [runner] = self.runners("tenant").values()
        self.cluster.lb.settings["FN_RUNNER_ADDRESSES"] = runner["address"]
        self.cluster.start()
        fn = self.cluster.make_fn("pools", "echo")
        answer = self.expect(self.cluster.invoke(fn, "through the pool"), 200)
        self.assertEqual(answer.text, "through the pool")
        self.assertIn("starting call", (self.records / f"{runner['id']}.log").read_text())

    def test_one_that_was_killed_finds_its_runners_again(self):
        self.say(tenant=2)
        self.npm.start().wait_ready()
        self.wait_active("tenant", 2)
        before = self.runners()
        self.npm.kill()
        self.npm.start().wait_ready()
        self.wait_active("tenant", 2)
        self.assertEqual(self.runners(), before)
        self.assertEqual(self.npm.metric("fn_npm_scale_ups_total", lb_group="tenant"), 0)
        self.assertEqual(self.npm.log().count("change=adopted"), 2)

    def test_a_runner_that_dies_is_replaced(self):
        self.say(tenant=1)
        self.npm.start().wait_ready()
        self.wait_active("tenant", 1)
        [dead] = self.runners().values()
        os.kill(dead["pid"], signal.SIGKILL)
        wait_until(lambda: "that has disappeared" in self.npm.log(), "it is missed")
        self.wait_active("tenant", 1)
        [new] = self.runners().values()
        self.assertNotEqual(new["id"], dead["id"])

    def test_a_runner_that_hangs_is_out_of_the_pool_and_replaced(self):
        self.say(tenant=1)
        self.npm.start().wait_ready()
        self.wait_active("tenant", 1)
        [hung] = self.runners().values()
        os.kill(hung["pid"], signal.SIGSTOP)
        wait_until(lambda: "that has disappeared" in self.npm.log(), "it is missed")
        self.wait_active("tenant", 1)
        self.assertEqual(len(self.runners()), 2)
        os.kill(hung["pid"], signal.SIGCONT)
        # Back again there is one too many.
        wait_until(lambda: len(self.runners()) == 1, "one is given up", 2 * PATIENCE)

    def test_a_program_that_is_none_is_named(self):
        self.npm.settings["FN_NPM_RUNNER_PROGRAM"] = "/nowhere/fnserver"
        self.say(tenant=1)
        self.npm.start().wait_ready()
        wait_until(lambda: "cannot start /nowhere/fnserver" in self.npm.log(), "it is named")


class BadStart(unittest.TestCase):
    def test_each_mistake_is_one_line_and_code_two(self):
        folder = pathlib.Path(tempfile.mkdtemp(prefix="fn-e2e-"))
        self.addCleanup(shutil.rmtree, folder)
        (folder / "groups.toml").write_text("quota_runners = 0\n", encoding="utf-8")
        for number, (settings, expected) in enumerate((
                ({"FN_LOG_LEVEL": "loud"}, "FN_LOG_LEVEL"),
                ({"FN_NPM_PROVIDER": "static"}, "FN_RUNNER_ADDRESSES"),
                ({"FN_NPM_PROVIDER": "exec"}, "FN_NPM_LIST_COMMAND"),
                ({"FN_NPM_GROUPS_FILE": str(folder / "groups.toml")}, "groups.toml:1"),
                ({"FN_NPM_GROUPS_FILE": str(folder / "none.toml")}, "none.toml"),
                ({"FN_NODE_CERT": "/nowhere.pem"}, "FN_NODE_CERT_KEY"),
                ({"FN_PORT": "8084"}, "FN_NPM_HTTP_PORT"))):
            node = Node(os.environ["FN_NPM"], folder, f"npm-{number}", settings).start()
            self.assertEqual(node.process.wait(PATIENCE), 2, node.log())
            line = node.log().strip().splitlines()[-1]
            self.assertTrue(line.startswith("fnnpm: "), line)
            self.assertIn(expected, line)
        node = Node(os.environ["FN_SERVER"], folder, "server", {"FN_NODE_TYPE": "npm"}).start()
        self.assertEqual(node.process.wait(PATIENCE), 2)
        self.assertIn("fnnpm", node.log())


if __name__ == "__main__":
    main()
