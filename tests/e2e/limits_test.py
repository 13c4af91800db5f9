# SPDX-License-Identifier: Apache-2.0
"""Goal: what is too much, too large, unknown or no HTTP at all is refused with its own status and
reason, and the calls after it are served as before."""

import resource

from cluster import ClusterTest, answer_on, begin, exchange, main
from node import wait_until

MEBIBYTE = 1 << 20


class Limits(ClusterTest):
    settings = {
        # Each runner has room for one container of the large function.
        "runner": {"FN_MAX_TOTAL_MEMORY_BYTES": str(256 * MEBIBYTE),
                   "FN_MAX_RESPONSE_SIZE": "6000000", "FN_MAX_HDR_RESPONSE_SIZE": "8000"},
        "lb": {"FN_LB_REPLAY_BYTES": "65536", "FN_MAX_REQUEST_SIZE": str(4 * MEBIBYTE),
               "lb.placement_timeout_s": "1", "lb.detached_timeout_s": "1"},
    }

    @classmethod
    def prepare(cls):
        cls.large = cls.cluster.make_fn("limits", "large", memory=200)

    def occupy(self, count):
        """Connections on which calls run that fill so many runners."""
        def begin_one():
            held = begin(self.cluster.lb.port, f"/invoke/{self.large}",
                         headers={"Echo-Do": "never"})
            self.addCleanup(held.close)
            return held
        return [begin_one() for _ in range(count)]

    def fill(self):
        held = self.occupy(2)
        wait_until(lambda: self.cluster.invoke(self.large).status == 503, "both runners are full")
        return held

    def empty(self, held):
        for connection in held:
            connection.close()
        wait_until(lambda: self.cluster.invoke(self.large).status == 200, "there is room again")

    def test_full_runners_mean_too_busy_until_a_caller_hangs_up(self):
        held = self.fill()
        answer = self.expect(self.cluster.invoke(self.large), 503, "runners_full")
        self.assertEqual(answer.json()["message"], "Timed out - server too busy")
        self.assertGreaterEqual(int(answer.headers["Retry-After"]), 1)
        self.assertEqual(answer.json()["call_id"], answer.headers["Fn-Call-Id"])
        # Smaller functions still find room.
        small = self.cluster.make_fn("limits", "small", memory=32)
        self.assertEqual(self.expect(self.cluster.invoke(small, "small"), 200).text, "small")
        self.empty(held)

    def test_idle_containers_give_way_to_other_functions_and_busy_ones_do_not(self):
        others = [self.cluster.make_fn("limits", name, memory=200) for name in ("other", "third")]
        for fn in (self.large, *others, self.large):  # more functions than there is room for
            self.assertEqual(self.expect(self.cluster.invoke(fn, "room"), 200).text, "room")
        held = self.fill()
        self.expect(self.cluster.invoke(others[0]), 503, "runners_full")
        self.empty(held)

    def test_a_detached_call_without_room_is_told_so(self):
        held = self.fill()
        self.expect(self.cluster.invoke(self.large, Fn_Invoke_Type="detached"), 503, "runners_full")
        self.empty(held)

    def test_a_body_that_cannot_be_sent_again_is_served_or_named_so(self):
        held = self.occupy(1)
        body = b"b" * MEBIBYTE
        for _ in range(10):
            answer = self.cluster.invoke(self.large, body)
            if answer.status != 200:
                self.expect(answer, 503)
                self.assertIn(answer.reason, ("body_not_replayable", "runners_full"))
            else:
                self.assertTrue(answer.body == body)
        self.empty(held)

    def test_a_waiting_call_that_its_caller_gives_up_leaves_the_queue(self):
        held = self.fill()
        waiting = [begin(self.cluster.lb.port, f"/invoke/{self.large}") for _ in range(5)]
        for connection in waiting:
            connection.close()
        self.empty(held)

    def test_headers_beyond_the_limit_are_431(self):
        request = b"GET /version HTTP/1.1\r\nHost: a\r\nX-Long: " + b"h" * 100_000 + b"\r\n\r\n"
        for node in self.cluster.nodes:
            self.assertEqual(exchange(node.port, request), 431, node.name)

    def test_a_body_beyond_the_limit_is_413_announced_or_not(self):
        path = f"/invoke/{self.large}"
        announced = begin(self.cluster.lb.port, path, length=4 * MEBIBYTE + 1)
        self.assertEqual(answer_on(announced).status, 413)
        chunk = b"10000\r\n" + b"c" * 65536 + b"\r\n"
        request = (f"POST {path} HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n".encode()
                   + chunk * 65 + b"0\r\n\r\n")
        self.assertEqual(exchange(self.cluster.lb.port, request), 413)
        largest = b"l" * (4 * MEBIBYTE)
        self.assertTrue(self.expect(self.cluster.invoke(self.large, largest), 200).body == largest)

    def test_an_answer_beyond_the_limit_is_502(self):
        self.assertEqual(len(self.cluster.invoke(self.large, do="answer 6000000").body), 6_000_000)
        answer = self.expect(self.cluster.invoke(self.large, do="answer 6000001"), 502)
        self.assertIn("response body too large", answer.json()["message"])
        self.expect(self.cluster.invoke(self.large, do="header 4000"), 200)
        answer = self.expect(self.cluster.invoke(self.large, do="header 9000"), 502)
        self.assertIn("response header too large", answer.json()["message"])

    def test_a_detached_body_beyond_what_is_kept_is_413(self):
        answer = self.cluster.invoke(self.large, b"d" * 65537, Fn_Invoke_Type="detached")
        self.expect(answer, 413, "body_too_large")

    def test_what_is_not_known_is_404_with_its_reason(self):
        self.cluster.make("apps", name="empty")
        for path in ("/r/unknown/hello", "/r/empty/hello", "/t/unknown/hello", "/t/empty/hello",
                     "/r/empty", "/t/empty"):
            self.expect(self.cluster.call("GET", path), 404, "not_found")
        self.expect(self.cluster.invoke("01D000000000000000000000000"), 404, "not_found")
        self.expect(self.cluster.call("GET", "/nowhere"), 404)

    def test_a_function_is_invoked_by_post_only(self):
        for method in ("GET", "PUT", "DELETE"):
            answer = self.cluster.call(method, f"/invoke/{self.large}")
            self.expect(answer, 405, "method_not_allowed")
            self.assertIn(f"Method not allowed: {method} /invoke/", answer.json()["message"])

    def test_what_is_no_http_is_400(self):
        post = b"POST /invoke/a HTTP/1.1\r\nHost: a\r\n"
        for request in (b"no HTTP at all\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n",
                        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
                        b"GET / HTTP/1.1\r\nno colon\r\n\r\n",
                        post + b"Content-Length: many\r\n\r\n",
                        post + b"Content-Length: -1\r\n\r\n",
                        post + b"Content-Length: 1\r\nContent-Length: 2\r\n\r\nab",
                        post + b"Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
                        post + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n\r\n"):
            for node in self.cluster.nodes:
                self.assertEqual(exchange(node.port, request), 400, (node.name, request))

    def test_management_through_the_load_balancer_keeps_its_errors(self):
        post = {"Content-Type": "application/json"}
        for path, body, status in (
                ("/v2/apps", "{", 400), ("/v2/apps", "[]", 400), ("/v2/apps", '{"name":7}', 400),
                ("/v2/apps", '{"name":"no blanks"}', 400), ("/v1/apps", '{"app":{}}', 400),
                ("/v2/fns", '{"name":"a","app_id":"unknown","image":"a"}', 404)):
            self.expect(self.cluster.call("POST", path, body, post), status)
        self.assertEqual(self.cluster.call("GET", "/v1/apps/unknown").status, 404)
        self.assertEqual(self.cluster.call("PATCH", "/v2/apps", "{}", post).status, 405)


class OpenFiles(ClusterTest):
    settings = {"runners": 1}

    @classmethod
    def setUpClass(cls):
        before = resource.getrlimit(resource.RLIMIT_NOFILE)
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
        try:
            super().setUpClass()
        finally:
            resource.setrlimit(resource.RLIMIT_NOFILE, before)
        cls.most = before[1]

    def test_a_node_takes_all_the_open_files_that_it_may_have(self):
        for node in self.cluster.nodes:
            lines = node.get("/metrics")[1].decode().splitlines()
            [line] = [line for line in lines if line.startswith("process_max_fds ")]
            self.assertEqual(float(line.split()[1]), self.most, node.name)


if __name__ == "__main__":
    main()
