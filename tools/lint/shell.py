#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the shell scripts: bash parses each, and shellcheck, where it is installed, has no word
against it.

Usage: shell.py [ROOT].
"""

import shutil
import subprocess
import sys

import source


def scripts(root):
    for folder in ("tools", ".ci", "tests"):
        for path in sorted((root / folder).rglob("*")):
            if path.is_file() and path.suffix in ("", ".sh"):
                with path.open("rb") as file:
                    if file.read(20).startswith((b"#!/usr/bin/env bash", b"#!/bin/")):
                        yield path


def check(root, path):
    relative = path.relative_to(root).as_posix()
    if not path.stat().st_mode & 0o100 and path.suffix != ".sh":
        yield f"{relative}:1: is not executable: chmod +x {relative}"
    commands = [["bash", "-n", relative]]
    if shutil.which("shellcheck"):
        commands.append(["shellcheck", "--format=gcc", "--external-sources", relative])
    for command in commands:
        run = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
        yield from (run.stdout + run.stderr).splitlines()


def main(arguments):
    root = source.root_argument(arguments)
    found = list(scripts(root))
    problems = [problem for path in found for problem in check(root, path)]
    return source.report(problems, f"{len(found)} shell scripts are sound")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
