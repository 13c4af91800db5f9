# SPDX-License-Identifier: Apache-2.0
"""Goal: a node ends as it is told to: at once or when its calls are done, with an exit code that
says why, and never leaving a process behind."""

import http.client
import os
import signal
import subprocess

from cluster import BrokenClusterTest, ClusterTest, Running, connect, main
from node import PATIENCE, descendants, stat_of, wait_until


def refuses(port):
    try:
        connect(port).close()
        return False
    except (ConnectionRefusedError, ConnectionResetError):  # reset: it was just being closed
        return True


def lives(pid):
    stat = stat_of(pid)
    return stat is not None and stat[0] != "Z"


class Drains(BrokenClusterTest):
    def setUp(self):
        super().setUp()
        self.relay = self.cluster.make_fn("drain", "relay", "relay")

    def hold_running(self, length=2):
        """A call that has begun to answer, and the runner that runs it."""
        runners = self.cluster.runners
        before = [len(descendants(runner.process.pid)) for runner in runners]
        call = Running(self.hold(self.relay, length))
        for runner, processes in zip(runners, before):
            if len(descendants(runner.process.pid)) > processes:
                return call, runner
        raise AssertionError("no runner runs the call")

    def end(self, node):
        """SIGTERM, without waiting for what follows."""
        node.expected_end = True
        node.send(signal.SIGTERM)
        wait_until(lambda: "Halting" in node.log(), f"{node.name} halts")

    def test_a_load_balancer_lets_calls_finish_and_takes_no_more(self):
        call, _ = self.hold_running()
        self.end(self.cluster.lb)
        wait_until(lambda: refuses(self.cluster.lb.port), "nobody listens")
        self.assertIsNone(self.cluster.lb.process.poll())
        self.assertEqual(call.finish(), b"?!")
        self.assertEqual(self.cluster.lb.process.wait(PATIENCE), 0)

    def test_a_runner_lets_calls_finish_while_others_go_to_its_neighbour(self):
        # What is sent last must have left before the runner ends.
        rest = b"!" * 300_000
        call, runner = self.hold_running(1 + len(rest))
        below = descendants(runner.process.pid)
        self.end(runner)
        wait_until(lambda: runner.get("/readyz")[0] == 503, "it is not ready")
        for _ in range(5):
            self.expect(self.cluster.invoke(self.relay, "whole"), 200)
        self.assertIsNone(runner.process.poll())
        self.assertTrue(call.finish(rest) == b"?" + rest)
        self.assertEqual(runner.process.wait(PATIENCE), 0)
        wait_until(lambda: not any(map(lives, below)), "its children ended")
        self.expect(self.cluster.invoke(self.relay, "whole"), 200)

    def end_twice(self, node):
        below = descendants(node.process.pid)
        self.end(node)
        self.assertIsNone(node.process.poll())
        self.assertEqual(node.stop(), 1)
        wait_until(lambda: not any(map(lives, below)), "its children ended")

    def test_a_second_signal_ends_a_load_balancer_at_once(self):
        self.hold_running()
        self.end_twice(self.cluster.lb)

    def test_a_second_signal_ends_a_runner_at_once_and_leaves_nothing_behind(self):
        call, runner = self.hold_running()
        self.end_twice(runner)
        with self.assertRaises((OSError, http.client.HTTPException)):
            call.finish()

    def test_calls_that_outlive_the_grace_are_cut(self):
        lb = self.cluster.lb
        lb.stop()
        lb.settings["FN_SHUTDOWN_GRACE_MSECS"] = "300"
        lb.start().wait_ready()
        call, _ = self.hold_running()
        self.assertEqual(lb.stop(), 0)
        self.assertIn("the grace is over", lb.log())
        with self.assertRaises((OSError, http.client.HTTPException)):
            call.finish()

    def test_an_interrupt_from_the_keyboard_ends_as_sigterm_does(self):
        for node in self.cluster.nodes:
            self.assertEqual(node.stop(signal.SIGINT), 0, node.name)


class WrongStarts(ClusterTest):
    settings = {"runners": 1}

    def refusal(self, **variables):
        """What a node with these settings says before it ends, which it must with exit code 2."""
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("FN_")}
        done = subprocess.run([os.environ["FN_SERVER"]], env=inherited | variables, text=True,
                              cwd=self.cluster.folder, capture_output=True, timeout=PATIENCE)
        self.assertEqual(done.returncode, 2, done)
        last = done.stderr.splitlines()[-1]
        self.assertTrue(last.startswith("fnserver: "), done.stderr)
        return last, len(done.stderr.splitlines())

    def test_a_port_that_is_taken_is_named(self):
        for node in self.cluster.nodes:
            line, _ = self.refusal(**{name: text for name, text in node.settings.items()
                                      if name != "FN_GRPC_PORT"}, FN_GRPC_PORT="0")
            self.assertIn(f"127.0.0.1:{node.port}", line)
            self.assertIn("Address already in use", line)

    def test_a_grpc_port_that_is_taken_is_named(self):
        settings = self.cluster.runners[0].settings
        line, _ = self.refusal(**(settings | {"FN_PORT": "0"}))
        self.assertIn(settings["FN_GRPC_PORT"], line)

    def test_a_bad_setting_is_named_in_one_line(self):
        for name, text in (("FN_NODE_TYPE", "queen"), ("FN_PORT", "70000"), ("FN_PORT", "http"),
                           ("FN_LOG_LEVEL", "loud"), ("FN_HTTP_IDLE_TIMEOUT", "-1s"),
                           ("FN_CONFIG_FILE", "/nonexistent.toml"), ("FN_BIND_ADDRESS", "here"),
                           ("FN_DB_URL", "mysql://a/b")):
            line, lines = self.refusal(**({"FN_NODE_TYPE": "api", "FN_PORT": "0"} | {name: text}))
            self.assertIn(text, line)
            self.assertEqual(lines, 1, line)

    def test_a_load_balancer_without_an_api_server_or_runners_says_what_it_needs(self):
        line, _ = self.refusal(FN_NODE_TYPE="lb", FN_PORT="0")
        self.assertIn("FN_RUNNER_API_URL", line)
        line, _ = self.refusal(FN_NODE_TYPE="lb", FN_PORT="0",
                               FN_RUNNER_API_URL="http://127.0.0.1:1")
        self.assertIn("FN_RUNNER_ADDRESSES", line)


if __name__ == "__main__":
    main()
