# SPDX-License-Identifier: Apache-2.0
"""A whole platform for a test: an API server, a load balancer and runners, each a process of its
own on loopback, with images of the sample functions.

`ClusterTest` is the frame of the test files: it ends every process, also after a failure, and fails
a test if a process ended unasked or a sanitizer found something. FN_SERVER names the program,
FN_CTL the operator's command line, FN_ECHO_NATIVE the sample function, FN_REPORT where the cases
are reported to (tests/support).
"""

import concurrent.futures
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import sys
import tempfile
import unittest
import xml.etree.ElementTree

from node import PATIENCE, Node, descendants, free_port, wait_until

ROOT = pathlib.Path(__file__).resolve().parents[2]
SKIPPED = 77


class Answer:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def text(self):
        return self.body.decode(errors="replace")

    def json(self):
        return json.loads(self.body)

    @property
    def reason(self):
        return self.json().get("reason")

    def __repr__(self):
        return f"{self.status} {self.text[:300]}"


def send(port, method, path, body=None, headers=None):
    """One request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        connection.request(method, path, body, headers or {})
        answer = connection.getresponse()
        return Answer(answer.status, answer.headers, answer.read())
    finally:
        connection.close()


def connect(port):
    return socket.create_connection(("127.0.0.1", port), timeout=PATIENCE)


def begin(port, path, body=b"", headers=None, length=None):
    """A connection on which a POST was sent, with as much of its body; nothing is awaited."""
    lines = {"Host": "localhost", "Content-Length": len(body) if length is None else length}
    head = "".join(f"{name}: {value}\r\n" for name, value in (lines | (headers or {})).items())
    connection = connect(port)
    connection.sendall(f"POST {path} HTTP/1.1\r\n{head}\r\n".encode() + body)
    return connection


def answer_on(connection):
    """The answer to what begin() sent."""
    with connection:
        answer = http.client.HTTPResponse(connection)
        answer.begin()
        return Answer(answer.status, answer.headers, answer.read())


class Running:
    """A call of `relay` that has answered with its first byte and waits for the others."""

    def __init__(self, connection):
        self.connection = connection
        self.answer = http.client.HTTPResponse(connection)
        self.answer.begin()
        self.begin = self.answer.read1(1)

    def finish(self, rest=b"!"):
        """All that it was answered with."""
        self.connection.sendall(rest)
        return self.begin + self.answer.read()


def exchange(port, request):
    """The status that these bytes are answered with, whatever else happens to the connection."""
    with connect(port) as connection:
        try:
            connection.sendall(request)
        except ConnectionError:
            pass  # the answer may come before the request's end
        return int(read_all(connection).split(b" ", 2)[1])


def read_all(connection):
    """What comes until the other end closes."""
    pieces = []
    try:
        while piece := connection.recv(65536):
            pieces.append(piece)
    except ConnectionResetError:
        pass
    return b"".join(pieces)


def at_once(count, work):
    """The results of `work(number)`, all of them under way together."""
    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(work, range(count)))


def make_images(folder):
    """Readable by whatever user the functions run as."""
    images = folder / "images"
    for sample in ("echo-native", "hello-node", "hello-shell"):
        shutil.copytree(ROOT / "services/samples" / sample, images / sample)
    shutil.copy(os.environ["FN_ECHO_NATIVE"], images / "echo-native/echo-native")
    for fixture in ("counter", "environment", "mirror", "relay", "talker"):
        shutil.copytree(ROOT / "tests/e2e" / fixture, images / fixture)
    return images


class Cluster:
    """`runners`: how many; `lb`, `runner`: variables for them; `stranger`: address of a runner that
    is none of ours. Nothing runs before start()."""

    def __init__(self, runners=2, lb=None, runner=None, stranger=None):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fn-e2e-"))
        self.folder.chmod(0o755)
        images = make_images(self.folder)
        program = os.environ["FN_SERVER"]
        common = {"FN_BIND_ADDRESS": "127.0.0.1"}
        self.runners = []
        for number in range(runners):
            settings = {
                "FN_NODE_TYPE": "pure-runner", "FN_PORT": str(free_port()),
                "FN_GRPC_PORT": str(free_port()), "FN_IMAGES_FOLDER": str(images),
                "FN_IOFS_PATH": str(self.folder / f"iofs-{number}"),
                "FN_MAX_TOTAL_MEMORY_BYTES": str(2 << 30),
            }
            self.runners.append(
                Node(program, self.folder, f"runner-{number}", common | settings | (runner or {})))
        self.api = Node(program, self.folder, "api", common | {
            "FN_NODE_TYPE": "api", "FN_PORT": str(free_port()),
            "FN_DB_URL": f"sqlite3://{self.folder}/data/fn.db"})
        addresses = [f"127.0.0.1:{node.settings['FN_GRPC_PORT']}" for node in self.runners]
        addresses += [stranger] if stranger else []
        self.lb = Node(program, self.folder, "lb", common | {
            "FN_NODE_TYPE": "lb", "FN_PORT": str(free_port()),
            "FN_RUNNER_API_URL": f"http://127.0.0.1:{self.api.port}",
            "FN_RUNNER_ADDRESSES": ",".join(addresses)} | (lb or {}))

    @property
    def nodes(self):
        return [self.api, *self.runners, self.lb]

    def start(self):
        for node in self.nodes:
            node.start()
        for node in self.nodes:
            node.wait_ready()
        return self

    def call(self, method, path, body=None, headers=None):
        """A request to the load balancer."""
        return send(self.lb.port, method, path, body, headers)

    def make(self, kind, **fields):
        """Creates an app, a function or a trigger; through the load balancer, as clients do."""
        answer = self.call("POST", f"/v2/{kind}", json.dumps(fields),
                           {"Content-Type": "application/json"})
        if answer.status != 200:
            raise AssertionError(f"POST /v2/{kind} {fields}: {answer}")
        return answer.json()

    def make_fn(self, app, name, image="echo-native", **fields):
        """The id of a new function in this app, which is made if it is new."""
        known = self.call("GET", f"/v2/apps?name={app}").json()["items"]
        app_id = known[0]["id"] if known else self.make("apps", name=app)["id"]
        return self.make("fns", app_id=app_id, name=name, image=image, **fields)["id"]

    def invoke(self, fn, body=b"", do=None, **headers):
        """A call of the function with this id; `do` is what echo-native is asked to do."""
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("POST", f"/invoke/{fn}", body, headers | ({"Echo-Do": do} if do else {}))

    def problems(self):
        return [problem for node in self.nodes for problem in node.problems()]

    def end(self):
        """Stops what runs, in the order in which calls enter; what went wrong on the way."""
        found = self.problems()
        for node in (self.lb, *self.runners, self.api):
            if node.process and node.process.poll() is None:
                node.send(signal.SIGCONT)
                try:
                    status = node.stop()
                    if status != 0:
                        found.append(f"{node.name} ended with {status}:\n{node.log()}")
                except Exception as error:  # it must not keep the others from being ended
                    node.kill()
                    found.append(f"{node.name} did not end: {error}\n{node.log()}")
        found += [problem for problem in self.problems() if problem not in found]
        shutil.rmtree(self.folder, ignore_errors=True)
        return found


class Expecting(unittest.TestCase):
    def expect(self, answer, status, reason=None):
        self.assertEqual(answer.status, status, answer)
        if reason:
            self.assertEqual(answer.reason, reason, answer)
        return answer

    def hold(self, fn, length=2):
        """A connection with a call that runs until all but the first of its bytes are sent."""
        connection = begin(self.cluster.lb.port, f"/invoke/{fn}", b"?", length=length)
        self.addCleanup(connection.close)
        return connection


class ClusterTest(Expecting):
    """One cluster for all tests of a class: `settings` are the arguments of Cluster."""

    settings = {}

    @classmethod
    def setUpClass(cls):
        cls.cluster = Cluster(**cls.settings)
        cls.addClassCleanup(cls.end_cluster)
        cls.cluster.start()
        cls.prepare()

    @classmethod
    def prepare(cls):
        """Makes what all tests of the class call."""

    @classmethod
    def end_cluster(cls):
        found = cls.cluster.end() + end_all_below()
        if found:
            raise AssertionError("\n".join(found))

    def tearDown(self):
        found = self.cluster.problems()
        if found:
            self.fail("\n".join(found))


class BrokenClusterTest(Expecting):
    """A cluster for each test, since each breaks its own. `starts`: whether all nodes run."""

    settings = {}
    starts = True

    def setUp(self):
        self.cluster = Cluster(**self.settings)
        self.addCleanup(self.end_cluster)
        if self.starts:
            self.cluster.start()

    def end_cluster(self):
        found = self.cluster.end() + end_all_below()
        if found:
            self.fail("\n".join(found))


def end_all_below():
    """Kills what is left of this process's children; their command lines."""
    try:
        wait_until(lambda: not descendants(os.getpid()), "no process is left", 10)
        return []
    except AssertionError:
        pass
    left = []
    for pid in descendants(os.getpid()):
        try:
            words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
            os.kill(pid, signal.SIGKILL)
            left.append(f"left behind: {pid} {words}")
        except (FileNotFoundError, ProcessLookupError):
            pass
    return left


class Result(unittest.TextTestResult):
    """Keeps how each case went, for the count of tools/test."""

    def __init__(self, *arguments):
        super().__init__(*arguments)
        self.report = xml.etree.ElementTree.Element("testsuites")

    def stopTest(self, test):
        super().stopTest(test)
        case = xml.etree.ElementTree.SubElement(
            self.report, "testcase", classname=type(test).__name__, name=test._testMethodName)
        if any(failed is test for failed, _ in self.failures + self.errors):
            xml.etree.ElementTree.SubElement(case, "failure")
        for skipped, reason in self.skipped:
            if skipped is test:
                xml.etree.ElementTree.SubElement(case, "skipped", message=reason)


def main():
    """Runs the tests of the calling file. Exit code 77: all were skipped."""
    missing = [word for word in ("FN_SERVER", "FN_CTL", "FN_ECHO_NATIVE") if word not in os.environ]
    if missing:
        sys.exit(f"set {' and '.join(missing)}: meson test --suite e2e does")
    runner = unittest.TextTestRunner(verbosity=2, resultclass=Result)
    result = unittest.main(testRunner=runner, exit=False).result
    if os.environ.get("FN_REPORT") and result.report:
        xml.etree.ElementTree.ElementTree(result.report).write(os.environ["FN_REPORT"])
    if not result.wasSuccessful():
        sys.exit(1)
    sys.exit(SKIPPED if result.skipped and len(result.skipped) >= result.testsRun else 0)
