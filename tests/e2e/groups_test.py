# SPDX-License-Identifier: Apache-2.0
"""Goal: a tenant's calls run on the runners of its LB group and nowhere else, whoever starts first,
and go on when the node pool manager is gone."""

import os
import signal

from cluster import Cluster, Expecting, at_once, end_all_below, main
from node import Node, free_port, wait_until

GROUPS = """
[defaults]
last_runner_hold_s = 600
[groups.private]
apps = ["owner"]
"""


class Npm(Node):
    @property
    def port(self):
        return int(self.settings["FN_NPM_HTTP_PORT"])


class Groups(Expecting):
    """Two runners in stock."""

    def setUp(self):
        npm_port = free_port()
        self.cluster = Cluster(runners=2, lb={
            "FN_NPM_ADDRESS": f"127.0.0.1:{npm_port}", "FN_LB_SHARDS": "2",
            "FN_RUNNER_ADDRESSES": ""})
        folder = self.cluster.folder
        (folder / "groups.toml").write_text(GROUPS, encoding="utf-8")
        stock = [f"127.0.0.1:{node.settings['FN_GRPC_PORT']}" for node in self.cluster.runners]
        self.npm = Npm(os.environ["FN_NPM"], folder, "npm", {
            "FN_BIND_ADDRESS": "127.0.0.1", "FN_PORT": str(npm_port),
            "FN_NPM_HTTP_PORT": str(free_port()), "FN_RUNNER_ADDRESSES": ",".join(stock),
            "FN_NPM_GROUPS_FILE": str(folder / "groups.toml")})
        self.addCleanup(self.end)
        self.cluster.start()

    def end(self):
        found = self.npm.problems()
        if self.npm.process and self.npm.process.poll() is None and self.npm.stop() != 0:
            found.append(f"it did not end well:\n{self.npm.log()}")
        found += self.cluster.end() + end_all_below()
        if found:
            self.fail("\n".join(found))

    def function(self, app, group):
        self.cluster.make("apps", name=app, config={"FN_LB_GROUP_ID": group})
        return self.cluster.make_fn(app, "echo")

    def calls_at(self, runner):
        """How many calls this runner has run."""
        return runner.log().count("starting call")

    def test_each_group_has_runners_of_its_own(self):
        self.npm.start().wait_ready()
        red, blue = self.function("red", "red"), self.function("blue", "blue")
        self.expect(self.cluster.invoke(red, "r"), 200)
        first, second = sorted(self.cluster.runners, key=self.calls_at, reverse=True)
        self.expect(self.cluster.invoke(blue, "b"), 200)
        for answer in at_once(12, lambda number: self.cluster.invoke(red, str(number))):
            self.expect(answer, 200)
        self.expect(self.cluster.invoke(blue, "b"), 200)
        self.assertEqual((self.calls_at(first), self.calls_at(second)), (13, 2))

    def test_a_group_that_finds_the_stock_empty_is_told_what_to_do(self):
        self.npm.start().wait_ready()
        for app in ("red", "blue"):
            self.expect(self.cluster.invoke(self.function(app, app)), 200)
        green = self.function("green", "green")
        for _ in range(3):
            answer = self.expect(self.cluster.invoke(green), 503, "no_runner_for_group")
            self.assertEqual(answer.json()["group"], "green")
            self.assertIn("FN_RUNNER_ADDRESSES", answer.json()["limit"])
            self.assertIn("Retry-After", answer.headers)

    def test_calls_wait_for_a_node_pool_manager_that_starts_late(self):
        red = self.function("red", "red")
        connection = self.hold(red, 1)
        wait_until(lambda: "Creating new NPM client" in self.cluster.lb.log(), "it looks for it")
        self.npm.start()
        connection.settimeout(60)
        self.assertIn(b"200 OK", connection.recv(64))

    def test_runners_that_are_known_serve_on_without_it(self):
        self.npm.start().wait_ready()
        red = self.function("red", "red")
        self.expect(self.cluster.invoke(red), 200)
        for _ in range(8):  # every shard knows the group
            self.expect(self.cluster.invoke(red), 200)
        self.npm.process.send_signal(signal.SIGKILL)
        self.npm.process.wait()
        for answer in at_once(8, lambda number: self.cluster.invoke(red, str(number))):
            self.expect(answer, 200)
        self.npm.start().wait_ready()
        self.expect(self.cluster.invoke(red), 200)
        runners = [self.calls_at(runner) for runner in self.cluster.runners]
        self.assertEqual(sorted(runners), [0, 18])

    def test_a_group_that_is_for_others_runs_no_foreign_call(self):
        self.npm.start().wait_ready()
        owner, thief = self.function("owner", "private"), self.function("thief", "private")
        # Also not before the load balancer was told whose it is.
        for answer in at_once(8, lambda number: self.cluster.invoke(thief)):
            self.expect(answer, 403, "group_not_allowed")
        self.expect(self.cluster.invoke(owner), 200)
        self.expect(self.cluster.invoke(thief), 403, "group_not_allowed")
        self.assertEqual(sum(self.calls_at(runner) for runner in self.cluster.runners), 1)


if __name__ == "__main__":
    main()
