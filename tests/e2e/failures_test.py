# SPDX-License-Identifier: Apache-2.0
"""Goal: a runner that fails costs the calls that it was running, each of them one clear error, and
nothing else: no other call, no hang, no process left behind."""

import glob
import os
import pathlib
import select
import signal

from cluster import BrokenClusterTest, answer_on, at_once, begin, main
from node import descendants, wait_until


class Failures(BrokenClusterTest):
    def setUp(self):
        super().setUp()
        self.echo = self.cluster.make_fn("failures", "echo")

    def begin_on_both(self, count):
        """Calls that run until their last byte is sent, some on each runner."""
        runners = self.cluster.runners
        empty = [len(descendants(runner.process.pid)) for runner in runners]
        calls = [self.hold(self.echo) for _ in range(count)]
        wait_until(lambda: all(len(descendants(runner.process.pid)) > before
                               for runner, before in zip(runners, empty)),
                   "both runners have calls")
        return calls

    def finish(self, calls):
        """Their answers, once their last byte was sent."""
        for call in calls:
            try:
                call.sendall(b"!")
            except ConnectionError:
                pass  # it was answered already
        return [answer_on(call) for call in calls]

    def expect_echo(self, number):
        answer = self.expect(self.cluster.invoke(self.echo, f"call {number}"), 200)
        self.assertEqual(answer.text, f"call {number}")

    def test_after_a_runner_was_killed_the_next_calls_go_to_the_other(self):
        for call in self.finish(self.begin_on_both(4)):
            self.expect(call, 200)
        self.cluster.runners[0].kill()
        at_once(10, self.expect_echo)

    def test_a_killed_runner_costs_the_calls_that_it_ran_and_no_other(self):
        calls = self.begin_on_both(6)
        self.cluster.runners[0].kill()
        wait_until(lambda: select.select(calls, [], [], 0)[0], "a lost call is told", 20)
        self.expect_echo("meanwhile")
        answers = self.finish(calls)
        lost = [answer for answer in answers if answer.status != 200]
        for answer in lost:
            self.expect(answer, 500, "runner_lost")
            self.assertEqual(answer.json()["message"], "internal server error")
        self.assertEqual({answer.text for answer in answers if answer not in lost}, {"?!"})
        self.assertIn(len(lost), range(1, len(calls)))

    def test_control_groups_of_a_killed_runner_go_when_another_starts(self):
        self.finish(self.begin_on_both(4))
        killed, other = self.cluster.runners
        name = f"fn-runner-{killed.settings['FN_GRPC_PORT']}"
        groups = [folder for folder, _, _ in os.walk("/sys/fs/cgroup")
                  if os.path.basename(folder) == name]
        if not groups:
            self.skipTest("no control groups may be made here")
        # A live neighbour is left alone.
        other.stop()
        other.start().wait_ready()
        self.assertTrue(all(map(os.path.isdir, groups)))
        killed.kill()

        def empty():
            return not any(pathlib.Path(file).read_text() for group in groups
                           for file in glob.glob(f"{group}/**/cgroup.procs", recursive=True))
        wait_until(empty, "what it ran has ended")
        self.assertTrue(any(map(os.path.isdir, groups)))
        other.stop()
        other.start().wait_ready()
        self.assertFalse(any(map(os.path.isdir, groups)))

    def test_calls_wait_for_a_runner_that_comes_back(self):
        for runner in self.cluster.runners:
            runner.kill()
        waiting = begin(self.cluster.lb.port, f"/invoke/{self.echo}", b"waits")
        self.cluster.runners[1].start()
        self.assertEqual(self.expect(answer_on(waiting), 200).text, "waits")
        self.cluster.runners[0].start().wait_ready()
        at_once(10, self.expect_echo)

    def test_a_stopped_runner_costs_at_most_the_calls_that_it_runs(self):
        calls = self.begin_on_both(4)
        stopped = self.cluster.runners[0]
        stopped.send(signal.SIGSTOP)
        self.addCleanup(stopped.send, signal.SIGCONT)
        at_once(5, self.expect_echo)
        self.expect_echo("all alone")
        stopped.send(signal.SIGCONT)
        for answer in self.finish(calls):
            if answer.status != 200:
                self.expect(answer, 500, "runner_lost")
        at_once(10, self.expect_echo)

    def test_a_runner_that_stays_stopped_loses_its_calls_within_seconds(self):
        calls = self.begin_on_both(4)
        stopped = self.cluster.runners[0]
        stopped.send(signal.SIGSTOP)
        self.addCleanup(stopped.send, signal.SIGCONT)
        wait_until(lambda: select.select(calls, [], [], 0)[0], "a lost call is told", 40)
        answers = self.finish(calls)
        self.assertIn(500, [answer.status for answer in answers])
        for answer in answers:
            if answer.status != 200:
                self.expect(answer, 500, "runner_lost")


if __name__ == "__main__":
    main()
