# SPDX-License-Identifier: Apache-2.0
"""Goal: what the last calls wrote to stderr, failed ones too, can be read at the load balancer,
also when their containers are gone, and where it cannot the reason is told."""

import json
import os
import subprocess

from cluster import BrokenClusterTest, ClusterTest, at_once, main
from node import PATIENCE, wait_until

TEXT = {"Accept": "text/plain"}


class Logs(ClusterTest):
    @classmethod
    def prepare(cls):
        cls.echo = cls.cluster.make_fn("logs", "echo")
        cls.cluster.call("POST", "/v1/apps", '{"app": {"name": "old"}}')
        cls.cluster.call("POST", "/v1/apps/old/routes", json.dumps({
            "route": {"path": "/talk", "image": "talker", "format": "default"}}))

    def log(self, app, call, headers=None):
        return self.cluster.call("GET", f"/v1/apps/{app}/calls/{call}/log", headers=headers)

    def text(self, app, call):
        return self.expect(self.log(app, call, TEXT), 200).text

    def test_the_log_of_a_routes_call_outlives_its_container(self):
        answer = self.expect(self.cluster.call("POST", "/r/old/talk", "hello\n"), 200)
        call = answer.headers["Fn-Call-Id"]
        log = self.expect(self.log("old", call), 200).json()
        self.assertEqual(log, {"message": "Successfully loaded log", "log": {
            "call_id": call, "app_name": "old", "log": f"{call} says hello\n"}})
        self.assertEqual(self.text("old", call), f"{call} says hello\n")

    def test_a_call_that_failed_leaves_its_log(self):
        answer = self.expect(self.cluster.call("POST", "/r/old/talk", "fail\n"), 502)
        call = answer.headers["Fn-Call-Id"]
        self.assertEqual(self.text("old", call), f"{call} says fail\n")

    def test_a_function_that_does_not_start_leaves_its_log(self):
        broken = self.cluster.make_fn("logs", "broken", config={"ECHO_START": "exit"})
        call = self.expect(self.cluster.invoke(broken), 502).headers["Fn-Call-Id"]
        self.assertIn("asked to exit", self.text("logs", call))

    def test_calls_that_share_a_container_have_logs_of_their_own(self):
        def call(number):
            return self.expect(self.cluster.invoke(self.echo, do=f"log {number + 1}"), 200)
        calls = [answer.headers["Fn-Call-Id"] for answer in at_once(8, call)]
        for number, one in enumerate(calls):
            wait_until(lambda one=one, number=number:
                       self.text("logs", one) == "l" * (number + 1) + "\n",
                       f"the log of call {number} is there")

    def test_an_acknowledged_call_that_runs_on_has_a_log(self):
        answer = self.cluster.invoke(self.echo, do="log 5", Fn_Invoke_Type="detached")
        call = self.expect(answer, 202).headers["Fn-Call-Id"]
        wait_until(lambda: self.log("logs", call, TEXT).text == "lllll\n", "it has written")

    def test_a_call_that_wrote_nothing_has_an_empty_log(self):
        call = self.expect(self.cluster.invoke(self.echo), 200).headers["Fn-Call-Id"]
        self.assertEqual(self.text("logs", call), "")

    def test_what_nobody_remembers_is_not_found_in_fns_words(self):
        call = self.expect(self.cluster.invoke(self.echo), 200).headers["Fn-Call-Id"]
        for app, words in (("old", "Call log not found"), ("none", "App not found")):
            answer = self.expect(self.log(app, call), 404)
            self.assertEqual(answer.json(), {"error": {"message": words}})
        self.expect(self.log("logs", "01M8000000000000000000000A"), 404)

    def test_another_form_than_there_is_is_not_acceptable(self):
        call = self.expect(self.cluster.invoke(self.echo), 200).headers["Fn-Call-Id"]
        self.expect(self.log("logs", call, {"Accept": "image/png"}), 406)

    def fnctl(self, *words):
        """Exit code, stdout, stderr."""
        done = subprocess.run(
            [os.environ["FN_CTL"], *words], capture_output=True, text=True, timeout=PATIENCE,
            env=os.environ | {"FN_API_URL": f"http://127.0.0.1:{self.cluster.lb.port}"})
        return done.returncode, done.stdout, done.stderr

    def test_the_operators_command_line_prints_a_log(self):
        call = self.cluster.call("POST", "/r/old/talk", "hello\n").headers["Fn-Call-Id"]
        self.assertEqual(self.fnctl("logs", "old", call), (0, f"{call} says hello\n", ""))
        code, out, err = self.fnctl("logs", "old", call, "--output", "json")
        self.assertEqual((code, err), (0, ""))
        self.assertEqual(json.loads(out), {
            "call_id": call, "app_name": "old", "log": f"{call} says hello\n"})
        self.assertEqual(self.fnctl("logs", "none", call), (3, "", "fnctl: logs: App not found\n"))

    def test_calls_are_otherwise_the_api_servers_to_answer(self):
        listed = self.expect(self.cluster.call("GET", "/v1/apps/old/calls"), 200)
        self.assertEqual(listed.json()["calls"], [])
        self.expect(self.cluster.call("GET", f"/v2/fns/{self.echo}/calls/x/log"), 410)


class FewLogs(ClusterTest):
    settings = {"runners": 1, "runner": {"FN_KEPT_CALL_LOGS": "2", "FN_MAX_LOG_SIZE_BYTES": "1000"},
                "lb": {"FN_LB_REMEMBERED_CALLS": "3"}}

    def test_the_oldest_are_forgotten_by_runner_and_load_balancer(self):
        fn = self.cluster.make_fn("few", "talker", "talker")
        calls = [self.expect(self.cluster.invoke(fn, f"{number}\n"), 200).headers["Fn-Call-Id"]
                 for number in range(4)]
        found = [self.cluster.call("GET", f"/v1/apps/few/calls/{call}/log", headers=TEXT).status
                 for call in calls]
        self.assertEqual(found, [404, 404, 200, 200])

    def test_a_log_that_is_too_long_is_cut_and_says_so(self):
        fn = self.cluster.make_fn("few", "echo")
        answer = self.expect(self.cluster.invoke(fn, do="log 5000"), 200)
        path = f"/v1/apps/few/calls/{answer.headers['Fn-Call-Id']}/log"
        cut = "l" * 1000 + "\n-----max log size 1000 bytes exceeded, truncating log-----\n"
        wait_until(lambda: self.cluster.call("GET", path, headers=TEXT).text == cut, "it is cut")


class LostLogs(BrokenClusterTest):
    settings = {"runners": 1}

    def test_the_log_of_a_runner_that_is_gone_is_missed_with_a_reason(self):
        fn = self.cluster.make_fn("lost", "echo")
        call = self.expect(self.cluster.invoke(fn), 200).headers["Fn-Call-Id"]
        runner = self.cluster.runners[0]
        runner.kill()
        answer = self.cluster.call("GET", f"/v1/apps/lost/calls/{call}/log")
        self.expect(answer, 503, "runner_unreachable")
        self.assertIn(runner.settings["FN_GRPC_PORT"], answer.json()["error"]["message"])
        runner.start().wait_ready()
        wait_until(lambda: self.cluster.call(
            "GET", f"/v1/apps/lost/calls/{call}/log").status == 404, "the runner has none")


if __name__ == "__main__":
    main()
