# SPDX-License-Identifier: Apache-2.0
"""Goal: services/README.md, followed to the letter, gives what it says. Only what would clash with
other programs on the machine is changed on the way: ports, the program's path, the working folder.
"""

import os
import pathlib
import re
import shutil
import subprocess
import tempfile

import cluster
from node import Node, free_port

PAGE = cluster.ROOT / "services/README.md"
# The guide's ports; the last two belong to what it leaves at their defaults.
PORTS = ("8080", "8081", "8082", "9190")


def commands():
    text = PAGE.read_text(encoding="utf-8")
    return [line for block in re.findall(r"```bash\n(.*?)```", text, re.S)
            for line in block.splitlines()]


class GuideTest(cluster.Expecting):
    def setUp(self):
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="fn-guide-"))
        self.folder.chmod(0o755)
        self.addCleanup(shutil.rmtree, self.folder, ignore_errors=True)
        cluster.make_images(self.folder)
        self.ports = {port: str(free_port()) for port in PORTS}
        self.nodes = []

    def here(self, command):
        for port, ours in self.ports.items():
            command = re.sub(rf"\b{port}\b", ours, command)
        return command.replace("services/samples", str(self.folder / "images"))

    def start(self, command):
        settings = dict(re.findall(r"(FN_\w+)=(\S+)", self.here(command)))
        settings.setdefault("FN_PORT", self.ports["8080"])
        if settings["FN_NODE_TYPE"] == "pure-runner":
            settings.setdefault("FN_GRPC_PORT", self.ports["9190"])
            settings["FN_IOFS_PATH"] = str(self.folder / "iofs")
        settings["FN_BIND_ADDRESS"] = "127.0.0.1"
        node = Node(os.environ["FN_SERVER"], self.folder, settings["FN_NODE_TYPE"], settings)
        self.nodes.append(node.start())
        self.addCleanup(node.stop)

    def ask(self, command):
        run = subprocess.run(["bash", "-c", self.here(command).replace("curl ", "curl -sS ", 1)],
                             capture_output=True, text=True, timeout=60, check=False)
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout

    def test_the_guide_gives_what_it_says(self):
        lines = commands()
        starts = [line for line in lines if "fnserver" in line]
        self.assertEqual(len(starts), 3, lines)
        # In any order, it says; here the one that needs the others comes first.
        for line in reversed(starts):
            self.start(line)
        for node in self.nodes:
            node.wait_ready()
        answers = [self.ask(line) for line in lines if line.startswith("curl ")]
        self.assertEqual(len(answers), 4)
        self.assertIn("App successfully created", answers[0])
        self.assertIn("Route successfully created", answers[1])
        self.assertEqual(answers[2].strip(), "Hello Debian!")
        self.assertIn('"id"', answers[3])
        self.assertTrue((self.folder / "data/fn.db").exists())
        runner = next(node for node in self.nodes if node.name == "pure-runner")
        self.assertIn('msg="starting call"', runner.log())
        balancer = next(node for node in self.nodes if node.name == "lb")
        metrics = balancer.get("/metrics")[1].decode()
        self.assertIn('fn_calls_total{lb_group="default",outcome="completed"} 1\n', metrics)
        self.assertRegex(metrics, r'fn_http_requests_total\{.*method="POST".*\} [1-9]')
        metrics = runner.get("/metrics")[1].decode()
        self.assertIn('fn_cold_starts_total{lb_group="default"} 1\n', metrics)
        for node in self.nodes:
            self.assertEqual(node.problems(), [])


if __name__ == "__main__":
    cluster.main()
