# SPDX-License-Identifier: Apache-2.0
"""Goal: a client of Fn gets what it expects from four processes: apps, routes, functions and
triggers made through the load balancer, called in each way, and every way in which a function may
fail answered in Fn's words."""

import json
import time

from cluster import ROOT, ClusterTest, Running, at_once, main, send
from node import wait_until

JSON = {"Content-Type": "application/json"}


class Walk(ClusterTest):
    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("walk", "echo")

    def post(self, path, document):
        return self.expect(self.cluster.call("POST", path, json.dumps(document), JSON), 200).json()

    def test_the_seeds_walk_ends_in_a_greeting(self):
        self.post("/v1/apps", {"app": {"name": "test"}})
        self.post("/v1/apps/test/routes", {
            "route": {"path": "/hello", "image": "hello-shell", "type": "sync",
                      "format": "default"}})
        route = self.expect(self.cluster.call("GET", "/v1/apps/test/routes/%2Fhello"), 200).json()
        self.assertEqual(route["route"]["image"], "hello-shell")
        answer = self.expect(self.cluster.call("GET", "/r/test/hello"), 200)
        self.assertEqual(answer.text, "Hello World!\n")
        self.assertEqual(answer.headers["Content-Type"], "text/plain; charset=utf-8")
        self.assertTrue(answer.headers["FN_CALL_ID"])
        answer = self.expect(self.cluster.call("POST", "/r/test/hello", "Johnny\n"), 200)
        self.assertEqual(answer.text, "Hello Johnny!\n")

    def test_an_fdk_of_fn_answers_for_its_function(self):
        if not (ROOT / "services/samples/hello-node/node_modules").is_dir():
            self.skipTest("needs Node.js and its FDK: tools/install-deps --test installs both")
        node = self.cluster.make_fn("walk", "node", "hello-node")
        answer = self.cluster.invoke(node, '{"name":"Johnny"}', Content_Type="application/json")
        self.assertEqual(self.expect(answer, 200).json(), {"message": "Hello Johnny"})
        self.assertIn("fdk-node", answer.headers["Fn-Fdk-Version"])

    def test_a_trigger_and_an_id_lead_to_the_same_function(self):
        cluster = self.cluster
        app = cluster.make("apps", name="second")
        fn = cluster.make("fns", app_id=app["id"], name="echo", image="echo-native")
        cluster.make("triggers", app_id=app["id"], fn_id=fn["id"], name="echo", type="http",
                     source="/echo")
        answer = self.expect(cluster.call("POST", "/t/second/echo", "by trigger"), 200)
        self.assertEqual(answer.text, "by trigger")
        answer = self.expect(cluster.invoke(fn["id"], "by id"), 200)
        self.assertEqual(answer.text, "by id")
        self.assertEqual(len(answer.headers["Fn-Call-Id"]), 26)

    def test_endpoints_are_told_with_the_host_that_the_client_used(self):
        cluster = self.cluster
        app = cluster.make("apps", name="endpoints")
        fn = cluster.make("fns", app_id=app["id"], name="echo", image="echo-native")
        trigger = cluster.make("triggers", app_id=app["id"], fn_id=fn["id"], name="echo",
                               type="http", source="/echo")
        here = f"http://127.0.0.1:{cluster.lb.port}"
        self.assertEqual(fn["annotations"]["fnproject.io/fn/invokeEndpoint"],
                         f"{here}/invoke/{fn['id']}")
        self.assertEqual(trigger["annotations"]["fnproject.io/trigger/httpEndpoint"],
                         f"{here}/t/endpoints/echo")
        named = cluster.call("GET", f"/v2/fns/{fn['id']}", headers={"Host": "fn.example:99"})
        self.assertEqual(named.json()["annotations"]["fnproject.io/fn/invokeEndpoint"],
                         f"http://fn.example:99/invoke/{fn['id']}")

    def test_ten_calls_at_once_each_get_their_own_answer(self):
        answers = at_once(10, lambda number: self.cluster.invoke(self.echo, f"call {number}"))
        for number, answer in enumerate(answers):
            self.expect(answer, 200)
            self.assertEqual(answer.text, f"call {number}")
        self.assertEqual(len({answer.headers["Fn-Call-Id"] for answer in answers}), 10)

    def test_ten_detached_calls_at_once_are_each_acknowledged(self):
        answers = at_once(10, lambda number: self.cluster.invoke(
            self.echo, Fn_Invoke_Type="detached"))
        for answer in answers:
            self.expect(answer, 202)
        self.assertEqual(len({answer.json()["call_id"] for answer in answers}), 10)

    def test_ten_calls_at_once_through_a_trigger_are_answered_or_acknowledged(self):
        cluster = self.cluster
        app = cluster.make("apps", name="triggers")
        fn = cluster.make("fns", app_id=app["id"], name="echo", image="echo-native")
        cluster.make("triggers", app_id=app["id"], fn_id=fn["id"], name="echo", type="http",
                     source="/echo")
        answers = at_once(10, lambda number: cluster.call(
            "POST", "/t/triggers/echo", f"call {number}"))
        for number, answer in enumerate(answers):
            self.assertEqual(self.expect(answer, 200).text, f"call {number}")
        answers = at_once(10, lambda number: cluster.call(
            "POST", "/t/triggers/echo", headers={"Fn-Invoke-Type": "detached"}))
        self.assertEqual(
            len({self.expect(answer, 202).json()["call_id"] for answer in answers}), 10)

    def test_five_calls_share_two_runners_with_room_for_one_each(self):
        wide = self.cluster.make_fn("walk", "wide", memory=1500)
        begun = time.monotonic()
        answers = at_once(5, lambda number: self.cluster.invoke(
            wide, f"call {number}", "sleep 300"))
        for number, answer in enumerate(answers):
            self.assertEqual(self.expect(answer, 200).text, f"call {number}")
        self.assertGreaterEqual(time.monotonic() - begun, 0.9, "more than two ran at once")

    def test_the_second_call_finds_the_container_of_the_first(self):
        counter = self.cluster.make_fn("walk", "counter", "counter")
        cold = self.expect(self.cluster.invoke(counter), 200).json()
        warm = self.expect(self.cluster.invoke(counter), 200).json()
        self.assertEqual(cold["calls"], 1)
        self.assertEqual(warm, {"container": cold["container"], "calls": 2})

    def test_config_reaches_the_function_and_the_nearer_one_wins(self):
        cluster = self.cluster
        app = cluster.make("apps", name="config", config={"COLOUR": "of app", "SHAPE": "of app"})
        fn = cluster.make("fns", app_id=app["id"], name="echo", image="echo-native",
                          config={"COLOUR": "of fn"})
        for name, value in (("COLOUR", "of fn"), ("SHAPE", "of app"), ("FN_FN_ID", fn["id"]),
                            ("FN_APP_ID", app["id"]), ("FN_FORMAT", "http-stream")):
            answer = self.expect(cluster.invoke(fn["id"], name, "variable"), 200)
            self.assertEqual(answer.text, value, name)

    def test_the_config_of_a_route_wins_over_that_of_its_app(self):
        self.post("/v1/apps", {"app": {"name": "old", "config": {"A": "of app", "B": "of app"}}})
        self.post("/v1/apps/old/routes", {
            "route": {"path": "/env", "image": "environment", "format": "default",
                      "config": {"A": "of route"}}})
        answer = self.expect(self.cluster.call("GET", "/r/old/env"), 200)
        self.assertEqual(answer.text, "A=of route\nB=of app\n")

    def test_a_changed_config_reaches_later_calls(self):
        cluster = self.cluster
        fn = cluster.make_fn("walk", "changing", config={"COLOUR": "red"})
        self.assertEqual(cluster.invoke(fn, "COLOUR", "variable").text, "red")
        changed = cluster.call("PUT", f"/v2/fns/{fn}", '{"config":{"COLOUR":"blue"}}', JSON)
        self.expect(changed, 200)
        wait_until(lambda: cluster.invoke(fn, "COLOUR", "variable").text == "blue",
                   "the new config is in force")

    def test_a_detached_call_is_acknowledged_and_runs_on(self):
        counter = self.cluster.make_fn("walk", "detached", "counter")
        answer = self.cluster.invoke(counter, Fn_Invoke_Type="detached")
        self.expect(answer, 202)
        self.assertEqual(answer.json()["call_id"], answer.headers["Fn-Call-Id"])
        own = {}

        def one_more_than_own():
            told = [call.json() for call in at_once(3, lambda number: self.cluster.invoke(counter))]
            for call in told:
                own[call["container"]] = own.get(call["container"], 0) + 1
            return any(call["calls"] > own[call["container"]] for call in told)
        wait_until(one_more_than_own, "a container has had the detached call")

    def test_a_call_of_an_async_route_is_acknowledged(self):
        self.cluster.call("POST", "/v1/apps", '{"app": {"name": "later"}}')
        made = self.cluster.call("POST", "/v1/apps/later/routes", json.dumps({
            "route": {"path": "/echo", "image": "echo-native", "type": "async"}}))
        self.expect(made, 200)
        answer = self.expect(self.cluster.call("POST", "/r/later/echo", "x"), 202)
        self.assertEqual(answer.json()["call_id"], answer.headers["Fn-Call-Id"])

    def test_a_detached_call_is_acknowledged_before_its_function_ends(self):
        endless = self.cluster.make_fn("walk", "endless", timeout=2)
        self.expect(self.cluster.invoke(endless, do="never", Fn_Invoke_Type="detached"), 202)

    def test_an_answer_of_five_megabytes_arrives_whole(self):
        answer = self.expect(self.cluster.invoke(self.echo, do="answer 5300000"), 200)
        self.assertEqual(len(answer.body), 5_300_000)
        self.assertEqual(answer.body.strip(b"x"), b"")

    def test_a_body_of_five_megabytes_is_echoed_whole(self):
        body = bytes(range(256)) * 20_000
        answer = self.expect(self.cluster.invoke(self.echo, body), 200)
        self.assertTrue(answer.body == body, len(answer.body))

    def test_a_function_may_answer_while_its_caller_still_sends(self):
        relay = self.cluster.make_fn("walk", "relay", "relay")
        for _ in range(2):
            self.assertEqual(Running(self.hold(relay)).finish(), b"?!")

    def test_under_r_the_first_bytes_tell_a_type_that_the_function_does_not_name(self):
        self.post("/v1/apps", {"app": {"name": "types"}})
        self.post("/v1/apps/types/routes", {
            "route": {"path": "/mirror", "image": "mirror", "format": "default"}})
        for body, named in (("{}", "application/json; charset=utf-8"),
                            ("<html>" * 100_000, "text/html; charset=utf-8"), ("", None)):
            answer = self.expect(self.cluster.call("POST", "/r/types/mirror", body), 200)
            self.assertEqual((answer.text, answer.headers["Content-Type"]), (body, named))

    def test_an_empty_answer_is_an_answer(self):
        answer = self.expect(self.cluster.invoke(self.echo, do="answer 0"), 200)
        self.assertEqual(answer.body, b"")

    def test_a_call_that_takes_too_long_is_cut_and_the_next_one_runs(self):
        slow = self.cluster.make_fn("walk", "slow", timeout=1)
        answer = self.expect(self.cluster.invoke(slow, do="never"), 504, "function_timed_out")
        self.assertEqual(answer.json()["message"], "Timed out")
        self.assertEqual(self.expect(self.cluster.invoke(slow, "again"), 200).text, "again")

    def test_a_crash_is_told_and_the_next_call_runs(self):
        for deed, words in (("crash", "exit code"), ("exit 7", "exit code 7"),
                            ("close", "error receiving function response"),
                            ("garbage", "error receiving function response"),
                            ("status 500", "invalid function response"),
                            ("status 502", "function failed")):
            answer = self.expect(self.cluster.invoke(self.echo, do=deed), 502, "function_error")
            self.assertIn(words, answer.json()["message"], deed)
            again = self.expect(self.cluster.invoke(self.echo, "again"), 200)
            self.assertEqual(again.text, "again")

    def test_a_function_that_takes_too_much_memory_is_stopped(self):
        small = self.cluster.make_fn("walk", "small", memory=64)
        answer = self.expect(self.cluster.invoke(small, do="allocate 900"), 502, "function_error")
        self.assertIn("out of memory", answer.json()["message"])
        self.assertEqual(self.expect(self.cluster.invoke(small, "again"), 200).text, "again")

    def test_a_function_larger_than_every_runner_is_refused_for_good(self):
        huge = self.cluster.make_fn("walk", "huge", memory=4096)
        self.expect(self.cluster.invoke(huge), 400, "function_too_large")

    def test_an_image_that_is_not_there_is_told(self):
        missing = self.cluster.make_fn("walk", "missing", "no-such-image")
        answer = self.expect(self.cluster.invoke(missing), 404)
        self.assertIn("no-such-image", answer.json()["message"])

    def test_a_function_that_ends_before_it_listens_is_told(self):
        broken = self.cluster.make_fn("walk", "broken", config={"ECHO_START": "exit"})
        answer = self.expect(self.cluster.invoke(broken), 502)
        self.assertIn("Container failed to initialize", answer.json()["message"])

    def test_a_function_that_never_listens_is_given_up(self):
        silent = self.cluster.make_fn("walk", "silent", config={"ECHO_START": "never"})
        answer = self.expect(self.cluster.invoke(silent), 504)
        self.assertIn("Container initialization timed out", answer.json()["message"])

    def test_roles_refuse_what_is_not_theirs(self):
        answer = self.expect(send(self.cluster.api.port, "GET", "/r/test/hello"), 400)
        self.assertIn("not supported on nodes configured as type API", answer.text)
        answer = self.expect(send(self.cluster.runners[0].port, "GET", "/v1/apps"), 400)
        self.assertIn("not supported on nodes configured as type Runner", answer.text)
        for node in self.cluster.nodes:
            self.assertEqual(node.get("/version")[0], 200, node.name)
            self.assertEqual(node.get("/healthz")[0], 200, node.name)
        self.assertEqual(self.cluster.runners[0].get("/v2/apps")[0], 404)


if __name__ == "__main__":
    main()
