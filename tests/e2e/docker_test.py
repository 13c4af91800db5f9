# SPDX-License-Identifier: Apache-2.0
"""Goal: functions that are images of a Docker Engine answer as those of the process driver do, are
walled off as Fn walls them off, and leave nothing in the engine, whatever becomes of their runner.
Skips where no engine can be started."""

import json
import unittest

from cluster import Cluster, ClusterTest, at_once, end_all_below, main
from engine import Engine, make_sample_images, wait_for_no_containers
from node import wait_until


class Docker(ClusterTest):
    engine = None

    @classmethod
    def setUpClass(cls):
        cls.engine = Engine()
        cls.addClassCleanup(cls.engine.stop)
        reason = cls.engine.start()
        if reason:
            raise unittest.SkipTest(reason)
        make_sample_images(cls.engine)
        cls.settings = {"runners": 1, "runner": {
            "FN_DRIVER": "docker", "DOCKER_HOST": f"unix://{cls.engine.socket}",
            "FN_FREEZE_IDLE_MSECS": "50"}}
        super().setUpClass()

    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("docker", "echo")

    @classmethod
    def end_cluster(cls):
        found = cls.cluster.end()
        found += [f"left in the engine: {each['Names']}" for each in cls.engine.containers()]
        cls.engine.stop()
        found += end_all_below()
        if found:
            raise AssertionError("\n".join(found))

    def test_a_function_of_an_fdk_answers_cold_and_warm(self):
        fn = self.cluster.make_fn("docker", "warm")
        self.assertEqual(self.expect(self.cluster.invoke(fn, "cold"), 200).text, "cold")
        self.assertEqual(self.expect(self.cluster.invoke(fn, "warm"), 200).text, "warm")


if __name__ == "__main__":
    main()
