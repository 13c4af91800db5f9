# SPDX-License-Identifier: Apache-2.0
"""Goal: a load balancer of several shards is one for its clients: whichever shard takes a
connection, calls are answered, logs are found, and the end waits for all of them."""

import pathlib
import signal

from cluster import BrokenClusterTest, ClusterTest, Running, at_once, main
from node import PATIENCE, wait_until

SHARDS = 3
SETTINGS = {"lb": {"FN_LB_SHARDS": str(SHARDS)}}


def listeners(port):
    """Sockets of this machine that listen on the port."""
    count = 0
    for line in pathlib.Path("/proc/net/tcp").read_text().splitlines()[1:]:
        _, local, _, state = line.split()[:4]
        count += state == "0A" and int(local.split(":")[1], 16) == port
    return count


class Shards(ClusterTest):
    settings = SETTINGS

    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("shards", "echo")

    def test_each_shard_listens_on_the_one_port(self):
        self.assertEqual(listeners(self.cluster.lb.port), SHARDS)

    def test_every_connection_is_served_and_every_shard_counts(self):
        def arrived():
            lines = self.cluster.call("GET", "/metrics").text.splitlines()
            return sum(float(line.split()[1]) for line in lines
                       if line.startswith("fn_calls_arrived_total"))
        before = arrived()
        answers = at_once(30, lambda number: self.cluster.invoke(self.echo, str(number)))
        self.assertEqual([answer.text for answer in answers], [str(n) for n in range(30)])
        self.assertEqual(arrived() - before, 30)

    def test_the_log_of_a_call_is_found_whichever_shard_is_asked(self):
        calls = [self.expect(self.cluster.invoke(self.echo, do="log 3"), 200)
                 .headers["Fn-Call-Id"] for _ in range(6)]
        for call in calls * 4:
            answer = self.cluster.call("GET", f"/v1/apps/shards/calls/{call}/log",
                                       headers={"Accept": "text/plain"})
            self.assertEqual(self.expect(answer, 200).text, "lll\n")
        answer = self.cluster.call("GET", "/v1/apps/shards/calls/01M8000000000000000000000A/log")
        self.assertEqual(self.expect(answer, 404).json()["error"]["message"], "Call log not found")


class TheirEnd(BrokenClusterTest):
    settings = SETTINGS

    def test_the_end_waits_for_the_calls_of_all_shards(self):
        relay = self.cluster.make_fn("shards", "relay", "relay")
        calls = [Running(self.hold(relay)) for _ in range(8)]
        lb = self.cluster.lb
        lb.expected_end = True
        lb.send(signal.SIGTERM)
        wait_until(lambda: listeners(lb.port) == 0, "no shard listens")
        self.assertIsNone(lb.process.poll())
        self.assertEqual([call.finish() for call in calls], [b"?!"] * 8)
        self.assertEqual(lb.process.wait(PATIENCE), 0)


if __name__ == "__main__":
    main()
