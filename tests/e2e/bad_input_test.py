# SPDX-License-Identifier: Apache-2.0
"""Goal: clients and runners that behave badly, many at a time, neither stop the calls of others nor
leave anything behind."""

import os
import socket
import threading

from cluster import ClusterTest, answer_on, at_once, begin, connect, main
from node import free_port, wait_until

MEBIBYTE = 1 << 20


class BadClients(ClusterTest):
    settings = {"runner": {"FN_MAX_TOTAL_MEMORY_BYTES": str(512 * MEBIBYTE)}}

    @classmethod
    def prepare(cls):
        # One container in each runner.
        cls.large = cls.cluster.make_fn("bad", "large", memory=400)

    def test_a_client_that_hangs_up_within_its_body_frees_its_runner(self):
        for _ in range(6):
            self.hold(self.large).close()
        for answer in at_once(2, lambda number: self.cluster.invoke(self.large)):
            self.expect(answer, 200)

    def test_a_client_that_hangs_up_while_it_waits_frees_its_runner(self):
        for _ in range(6):
            begin(self.cluster.lb.port, f"/invoke/{self.large}",
                  headers={"Echo-Do": "never"}).close()
        for answer in at_once(2, lambda number: self.cluster.invoke(self.large)):
            self.expect(answer, 200)

    def test_a_client_that_hangs_up_within_its_answer_frees_its_runner(self):
        for _ in range(4):
            call = begin(self.cluster.lb.port, f"/invoke/{self.large}",
                         headers={"Echo-Do": "answer 2000000000"})
            self.assertTrue(call.recv(1000).startswith(b"HTTP/1.1 200"))
            call.close()
        for answer in at_once(2, lambda number: self.cluster.invoke(self.large)):
            self.expect(answer, 200)


class SlowClients(ClusterTest):
    # The function is the runner itself, so that there is room for each slow call.
    settings = {"runner": {"FN_DRIVER": "null"}}

    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("slow", "echo", memory=4)

    def setUp(self):
        self.expect_echo("before")
        self.before = self.descriptors()

    def descriptors(self):
        return [len(os.listdir(f"/proc/{node.process.pid}/fd")) for node in self.cluster.nodes]

    def expect_echo(self, number):
        answer = self.expect(self.cluster.invoke(self.echo, f"call {number}"), 200)
        self.assertEqual(answer.text, f"call {number}")

    def expect_nothing_left(self):
        wait_until(lambda: all(now <= before + 5 for now, before
                               in zip(self.descriptors(), self.before)), "connections are closed")

    def test_calls_go_on_beside_two_hundred_slow_uploads(self):
        path = f"/invoke/{self.echo}"
        uploads = [begin(self.cluster.lb.port, path, b"u", length=3) for _ in range(200)]
        for upload in uploads:
            upload.sendall(b"u")
        at_once(10, self.expect_echo)
        for upload in uploads[:100]:
            upload.sendall(b"!")
            self.assertEqual(self.expect(answer_on(upload), 200).text, "uu!")
        for upload in uploads[100:]:
            upload.close()
        self.expect_nothing_left()
        self.expect_echo("after")

    def test_calls_go_on_beside_five_hundred_clients_that_send_their_headers_slowly(self):
        slow = [connect(self.cluster.lb.port) for _ in range(500)]
        for line in (b"POST /invoke/a HTTP/1.1\r\n", b"Host: a\r\n", b"X-Slow: "):
            for client in slow:
                client.sendall(line)
            at_once(4, self.expect_echo)
        for client in slow:
            client.close()
        self.expect_nothing_left()


class BadRunner(ClusterTest):
    """One runner of three says what is no gRPC."""

    @classmethod
    def setUpClass(cls):
        cls.listener = socket.create_server(("127.0.0.1", free_port()), backlog=64)
        cls.addClassCleanup(cls.listener.close)
        threading.Thread(target=cls.speak_garbage, daemon=True).start()
        cls.settings = {"stranger": f"127.0.0.1:{cls.listener.getsockname()[1]}"}
        super().setUpClass()

    @classmethod
    def speak_garbage(cls):
        while True:
            try:
                peer, _ = cls.listener.accept()
            except OSError:
                return
            with peer:
                try:
                    peer.sendall(b"\x00\x00\x99garbage garbage garbage" * 100)
                    peer.recv(1000)
                except OSError:
                    continue

    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("garbage", "echo")

    def test_calls_reach_the_good_runner(self):
        for turn in range(5):
            for answer in at_once(8, lambda number: self.cluster.invoke(self.echo, f"{number}")):
                self.expect(answer, 200)


class NoRunner(ClusterTest):
    settings = {"runners": 0, "stranger": f"127.0.0.1:{free_port()}",
                # Freed memory that the sanitizer keeps is no leak.
                "lb": {"lb.placement_timeout_s": "5", "ASAN_OPTIONS": "quarantine_size_mb=1"}}

    def test_two_thousand_calls_that_wait_in_vain_are_all_told_and_leave_nothing(self):
        fn = self.cluster.make_fn("vain", "echo")
        path = f"/invoke/{fn}"
        lb = self.cluster.lb

        def round_of_calls():
            waiting = [begin(lb.port, path, b"w" * 1000) for _ in range(2000)]
            for call in waiting:
                answer = self.expect(answer_on(call), 503)
                self.assertIn(answer.reason, ("runners_full", "no_runner_for_group"))
                self.assertTrue(answer.headers["Retry-After"])
            return lb.resident_kib()

        first = round_of_calls()
        # What one round needed is there for the next: more would be a leak.
        second = round_of_calls()
        self.assertLess(second, first * 1.2)
        wait_until(lambda: len(os.listdir(f"/proc/{lb.process.pid}/fd")) < 100, "they are closed")


if __name__ == "__main__":
    main()
