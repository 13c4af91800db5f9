# SPDX-License-Identifier: Apache-2.0
"""Goal: an API server or a load balancer that fails and comes back costs no acknowledged write and
no call that did not need it, and roles may start in any order."""

import http.client
import json
import signal
import threading
import time

from cluster import BrokenClusterTest, answer_on, at_once, begin, main
from node import wait_until


class Unanswered:
    """Nobody listened, or the connection broke."""

    status = None

    def __init__(self, error):
        self.error = error

    def __repr__(self):
        return repr(self.error)


class Load:
    """`work()` again and again on some threads; what each round answered, by round."""

    def __init__(self, threads, work):
        self.answers = []
        self.ended = threading.Event()
        self.threads = [threading.Thread(target=self.run, args=(number, work))
                        for number in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self, number, work):
        turn = 0
        while not self.ended.is_set():
            try:
                self.answers.append(work(f"{number}-{turn}"))
            except (OSError, http.client.HTTPException) as error:
                self.answers.append(Unanswered(error))
                self.ended.wait(0.02)
            turn += 1

    def wait_for(self, count, what):
        """So many more answers."""
        before = self.answered()
        wait_until(lambda: self.answered() >= before + count, what)

    def answered(self):
        return sum(answer.status is not None for answer in list(self.answers))

    def end(self):
        self.ended.set()
        for thread in self.threads:
            thread.join()
        return self.answers


class Restarts(BrokenClusterTest):
    settings = {"lb": {"FN_LB_CATALOGUE_AGE_MSECS": "200"}}

    def load(self, work):
        load = Load(4, work)
        self.addCleanup(load.end)
        return load

    def test_a_killed_api_server_forgets_no_write_that_it_acknowledged(self):
        cluster = self.cluster
        kept = []

        def write(name):
            answer = cluster.call("POST", "/v2/apps", json.dumps({"name": f"app-{name}"}))
            if answer.status == 200:
                kept.append(answer.json()["id"])
            return answer

        load = self.load(write)
        load.wait_for(20, "apps are made")
        cluster.api.kill()
        load.wait_for(5, "writes are refused")
        cluster.api.start().wait_ready()
        known = len(kept)
        wait_until(lambda: len(kept) > known + 5, "apps are made again")
        for answer in load.end():
            # Of a write that broke off nobody knows whether it was done: a second try may tell.
            self.assertIn(answer.status, (200, 409, 503), answer)
        self.assertIn(503, [answer.status for answer in load.answers])
        for app in kept:
            self.expect(cluster.call("GET", f"/v2/apps/{app}"), 200)

    def test_without_an_api_server_known_functions_are_served_and_others_are_503(self):
        cluster = self.cluster
        known = cluster.make_fn("static", "known")
        unknown = cluster.make_fn("static", "unknown")
        self.expect(cluster.invoke(known), 200)
        load = self.load(lambda turn: cluster.invoke(known, turn))
        load.wait_for(5, "calls are served")
        cluster.api.kill()
        killed = time.monotonic()
        wait_until(lambda: time.monotonic() > killed + 1, "what is known is old")
        load.wait_for(20, "calls are served without it")
        answer = self.expect(cluster.invoke(unknown), 503, "api_unreachable")
        self.assertTrue(answer.headers["Retry-After"])
        self.expect(cluster.call("GET", "/v2/apps"), 503)
        cluster.api.start().wait_ready()
        wait_until(lambda: cluster.invoke(unknown).status == 200, "it is known now")
        self.assertEqual({answer.status for answer in load.end()}, {200})

    def test_an_api_server_that_hangs_holds_up_no_known_function(self):
        cluster = self.cluster
        known = cluster.make_fn("hang", "known")
        unknown = cluster.make_fn("hang", "unknown")
        self.expect(cluster.invoke(known), 200)
        load = self.load(lambda turn: cluster.invoke(known, turn))
        cluster.api.send(signal.SIGSTOP)
        stopped = time.monotonic()
        self.expect(cluster.invoke(unknown), 503, "api_unreachable")
        self.assertLess(time.monotonic(), stopped + 8)  # 2 s where the machine is not busy
        wait_until(lambda: time.monotonic() > stopped + 1, "what is known is old")
        load.wait_for(20, "calls are served without it")
        cluster.api.send(signal.SIGCONT)
        wait_until(lambda: cluster.invoke(unknown).status == 200, "it is known now")
        self.assertEqual({answer.status for answer in load.end()}, {200})

    def test_a_load_balancer_that_comes_back_serves_again_at_once(self):
        cluster = self.cluster
        echo = cluster.make_fn("restart", "echo")
        load = self.load(lambda turn: cluster.invoke(echo, turn))
        load.wait_for(20, "calls are served")
        cluster.lb.kill()
        cluster.lb.start().wait_ready()
        load.wait_for(20, "calls are served again")
        cluster.lb.stop()
        cluster.lb.start().wait_ready()
        load.wait_for(20, "calls are served a third time")
        for answer in load.end():
            if answer.status not in (200, None):
                self.expect(answer, 503, "shutting_down")


class AnyOrder(BrokenClusterTest):
    starts = False

    def test_roles_start_in_any_order_and_say_what_they_wait_for(self):
        cluster = self.cluster
        cluster.lb.start()
        wait_until(lambda: "waiting for the API server" in cluster.lb.log(), "the LB says so")
        status, page = cluster.lb.get("/readyz")
        self.assertEqual(status, 503)
        self.assertIn(str(cluster.api.port), json.loads(page)["waits_for"])
        self.expect(cluster.call("POST", "/invoke/unknown"), 503, "api_unreachable")
        cluster.api.start()
        cluster.lb.wait_ready()
        echo = cluster.make_fn("order", "echo")
        waiting = begin(cluster.lb.port, f"/invoke/{echo}", b"waits")
        for runner in cluster.runners:
            runner.start()
        self.assertEqual(self.expect(answer_on(waiting), 200).text, "waits")
        for runner in cluster.runners:
            runner.wait_ready()
        for answer in at_once(10, lambda number: cluster.invoke(echo)):
            self.expect(answer, 200)


if __name__ == "__main__":
    main()
