# SPDX-License-Identifier: Apache-2.0
"""One fnserver process: started with its log in a file, looked at over HTTP and /proc, ended."""

import ctypes
import http.client
import os
import pathlib
import random
import signal
import socket
import subprocess
import time

PATIENCE = 60  # seconds; a bound on how long a loaded machine may take, not a time that is waited
REPORTS = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "runtime error:", "FN_ASSERT")
PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36

# Whatever a runner leaves behind becomes a child of this process, where it is found.
prctl = ctypes.CDLL(None).prctl
prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


claims = []


def wait_until(condition, what, seconds=PATIENCE):
    """The condition's first true value; looks again until then."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > end:
            raise AssertionError(f"{what}: not within {seconds} s")
        time.sleep(0.02)


def free_port():
    """A port that nobody listens on, below those that the kernel gives to outgoing connections. A
    name that goes with this process keeps it from the other test files that run now."""
    while True:
        port = random.randrange(11000, 32000)
        claim = socket.socket(socket.AF_UNIX)
        with socket.socket() as probe:
            try:
                claim.bind(f"\0fn-e2e-{port}")
                probe.bind(("127.0.0.1", port))
            except OSError:
                claim.close()
                continue
        claims.append(claim)
        return port


def stat_of(pid):
    """(state, parent) of a process; None: there is no such process."""
    try:
        words = pathlib.Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2]
    except (FileNotFoundError, ProcessLookupError):
        return None
    return words.split()[0], int(words.split()[1])


def descendants(root):
    """All living processes below this one, and below their children."""
    children = {}
    for pid in (int(name) for name in os.listdir("/proc") if name.isdigit()):
        stat = stat_of(pid)
        if stat and stat[0] != "Z":
            children.setdefault(stat[1], []).append(pid)
    found = []
    below = [root]
    while below:
        below = [child for parent in below for child in children.get(parent, [])]
        found += below
    return found


class Node:
    """`settings`: variables of the environment; names with a dot are keys of the configuration."""

    def __init__(self, program, folder, name, settings):
        self.name = name
        self.log_path = folder / f"{name}.log"
        self.folder = folder
        self.program = program
        self.settings = settings
        self.process = None
        self.expected_end = False

    @property
    def port(self):
        return int(self.settings["FN_PORT"])

    def start(self):
        inherited = {name: text for name, text in os.environ.items() if not name.startswith("FN_")}
        self.expected_end = False
        variables = {name: text for name, text in self.settings.items() if "." not in name}
        keys = [f"{name}={text}" for name, text in self.settings.items() if "." in name]
        arguments = [word for key in keys for word in ("--set", key)]
        with open(self.log_path, "ab") as log:
            self.process = subprocess.Popen(
                [self.program, *arguments], cwd=self.folder, stdin=subprocess.DEVNULL, stdout=log,
                stderr=log, env=inherited | variables,
                # Also when the test itself is killed.
                preexec_fn=lambda: prctl(PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0))
        return self

    def log(self):
        if not self.log_path.exists():
            return ""  # it was never started
        return self.log_path.read_text(encoding="utf-8", errors="replace")

    def get(self, path):
        """(status, body) of a page of its own; None: nobody answers."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE)
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            return answer.status, answer.read()
        except OSError:
            return None
        finally:
            connection.close()

    def wait_ready(self):
        def ready():
            if self.process.poll() is not None:
                raise AssertionError(f"{self.name} ended early:\n{self.log()}")
            answer = self.get("/readyz")
            return answer and answer[0] == 200
        wait_until(ready, f"{self.name} is ready")
        return self

    def send(self, number):
        self.process.send_signal(number)

    def kill(self):
        """As if the machine had failed; what it started must end by itself."""
        self.expected_end = True
        self.send(signal.SIGKILL)
        self.process.wait(PATIENCE)

    def stop(self, number=signal.SIGTERM):
        """Its exit code after an orderly end."""
        self.expected_end = True
        self.send(number)
        return self.process.wait(PATIENCE)

    def resident_kib(self):
        text = pathlib.Path(f"/proc/{self.process.pid}/status").read_text(encoding="utf-8")
        return next(int(line.split()[1]) for line in text.splitlines() if line.startswith("VmRSS"))

    def problems(self):
        """What must never be: a sanitizer's report, an end that nobody asked for."""
        log = self.log()
        found = [f"{self.name} wrote `{word}`:\n{log}" for word in REPORTS if word in log]
        if self.process and not self.expected_end and self.process.poll() is not None:
            found.append(f"{self.name} ended with {self.process.returncode}:\n{log}")
        return found
