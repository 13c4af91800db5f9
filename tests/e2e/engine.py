# SPDX-License-Identifier: Apache-2.0
"""A Docker Engine of a test's own: Debian's, started by hand with its files in a temporary folder,
without networks and without a registry. Images are made of files of this machine and the libraries
that they need."""

import http.client
import io
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import subprocess
import tarfile
import tempfile
import time
import urllib.parse

from node import PATIENCE

START_PATIENCE = 60  # seconds
FUNCTION_USER = 1000


class EngineConnection(http.client.HTTPConnection):
    def __init__(self, path):
        super().__init__("docker", timeout=PATIENCE)
        self.path = path

    def connect(self):
        self.sock = socket.socket(socket.AF_UNIX)
        self.sock.settimeout(PATIENCE)
        self.sock.connect(self.path)


def libraries_of(program):
    """The shared libraries that the program is linked with, its loader among them."""
    told = subprocess.run(["ldd", program], capture_output=True, text=True, check=False).stdout
    return re.findall(r"(/\S+) \(0x", told)


def reason_for_no_engine():
    """Why no engine can be started here; None: it can be tried."""
    if os.geteuid() != 0:
        return "a Docker Engine of our own needs root"
    if not shutil.which("dockerd"):
        return "no Docker Engine: install Debian's docker.io (tools/install-deps --test)"
    return None


class Engine:
    """`start()` gives the reason why it does not run, if so; `stop()` leaves nothing behind."""

    def __init__(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fn-docker-"))
        self.socket = str(self.folder / "docker.sock")
        self.process = None

    def start(self):
        reason = reason_for_no_engine()
        if reason:
            return reason
        (self.folder / "daemon.json").write_text("{}", encoding="utf-8")  # not this machine's
        with open(self.folder / "log", "wb") as log:
            self.process = subprocess.Popen(
                ["dockerd", "--data-root", self.folder / "data", "--exec-root",
                 self.folder / "exec", "--pidfile", self.folder / "pid", "-H",
                 f"unix://{self.socket}", "--config-file", self.folder / "daemon.json",
                 "--iptables=false", "--ip-forward=false", "--bridge=none",
                 "--exec-opt", "native.cgroupdriver=cgroupfs"],
                stdin=subprocess.DEVNULL, stdout=log, stderr=log)
        end = time.monotonic() + START_PATIENCE
        while time.monotonic() < end and self.process.poll() is None:
            try:
                if self.ask("GET", "/_ping")[0] == 200:
                    return None
            except OSError:
                time.sleep(0.05)
        lines = (self.folder / "log").read_text(encoding="utf-8", errors="replace").splitlines()
        return f"the Docker Engine does not start here: {' '.join(lines[-1:])}"

    def ask(self, method, path, body=None, headers=None):
        """(status, text) of one request."""
        status, content = self.ask_bytes(method, path, body, headers)
        return status, content.decode(errors="replace")

    def ask_bytes(self, method, path, body=None, headers=None):
        connection = EngineConnection(self.socket)
        try:
            connection.request(method, path, body, headers or {})
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def make_image(self, name, programs, entrypoint, texts=None, libraries=()):
        """`programs`: files of this machine by their path in the image, each with its libraries;
        `texts`: files by their contents; `libraries`: further ones."""
        files = dict(programs) | {library: library for library in libraries}
        for program in programs.values():
            files.update({library: library for library in libraries_of(program)})
        packed = io.BytesIO()
        with tarfile.open(fileobj=packed, mode="w") as tar:
            for folder in ("tmp", "proc", "sys", "dev", "etc"):
                entry = tarfile.TarInfo(folder)
                entry.type, entry.mode = tarfile.DIRTYPE, 0o755
                tar.addfile(entry)
            for path, source in files.items():
                self.add(tar, path, pathlib.Path(source).read_bytes())
            for path, text in (texts or {}).items():
                self.add(tar, path, text.encode())
        query = urllib.parse.urlencode({"fromSrc": "-", "repo": name, "tag": "latest",
                                        "changes": f"ENTRYPOINT {json.dumps(entrypoint)}"})
        status, text = self.ask("POST", f"/images/create?{query}", packed.getvalue(),
                                {"Content-Type": "application/x-tar"})
        if status != 200 or "error" in text:
            raise AssertionError(f"image {name}: {status} {text}")

    @staticmethod
    def add(tar, path, content):
        entry = tarfile.TarInfo(path.lstrip("/"))
        entry.size, entry.mode = len(content), 0o755
        tar.addfile(entry, io.BytesIO(content))

    def run(self, name, form):
        """Starts a container of this form."""
        status, text = self.ask("POST", f"/containers/create?name={name}", json.dumps(form),
                                {"Content-Type": "application/json"})
        if status == 201:
            status, text = self.ask("POST", f"/containers/{name}/start")
        if status != 204:
            raise AssertionError(f"container {name}: {status} {text}")

    def end_container(self, name):
        """Stops it in order and removes it."""
        self.ask("POST", f"/containers/{name}/stop?t={PATIENCE}")
        self.ask("DELETE", f"/containers/{name}?force=1&v=1")

    def containers(self):
        """All that there are, running or not."""
        return json.loads(self.ask("GET", "/containers/json?all=1")[1])

    def inspect(self, container):
        return json.loads(self.ask("GET", f"/containers/{container['Id']}/json")[1])

    def stop(self):
        if self.process:
            self.process.send_signal(signal.SIGTERM)
            try:
                self.process.wait(PATIENCE)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        # What the engine keeps mounted, the deepest first.
        mounts = [line.split()[1] for line in
                  pathlib.Path("/proc/self/mounts").read_text(encoding="utf-8").splitlines()]
        for mount in sorted(mounts, reverse=True):
            if mount.startswith(f"{self.folder}/"):
                subprocess.run(["umount", "--lazy", mount], check=False)
        shutil.rmtree(self.folder, ignore_errors=True)


def make_shell_image(engine, name, script):
    """An image whose program is a shell script."""
    engine.make_image(name, {"/bin/sh": os.path.realpath("/bin/sh")}, ["/function/run.sh"],
                      {"/function/run.sh": f"#!/bin/sh\n{script}\n"})


def make_sample_images(engine):
    """The sample functions as images, under the names of their folders."""
    samples = pathlib.Path(__file__).resolve().parents[2] / "services/samples"
    engine.make_image("echo-native", {"/function/echo-native": os.environ["FN_ECHO_NATIVE"]},
                      ["/function/echo-native"])
    script = (samples / "hello-shell/run.sh").read_text(encoding="utf-8")
    make_shell_image(engine, "hello-shell", script.removeprefix("#!/bin/sh\n"))
