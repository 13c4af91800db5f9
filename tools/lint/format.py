#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that clang-format 14 would change nothing in any C++ file; with --fix, changes it.

Usage: format.py [ROOT] [--fix]. Exit status 77 (skipped) where clang-format 14 is not installed.
"""

import concurrent.futures
import os
import re
import shutil
import subprocess
import sys

import source

SKIPPED = 77


def find_tool():
    """clang-format of version 14: another version lays the same code out differently."""
    for name in ("clang-format-14", "clang-format"):
        if shutil.which(name):
            run = subprocess.run([name, "--version"], capture_output=True, text=True, check=False)
            if re.search(r"version 14\.", run.stdout):
                return name
    return None


def check(tool, root, path, fix):
    mode = ["-i"] if fix else ["--dry-run", "--ferror-limit=1"]
    command = [tool, "--style=file", *mode, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, cwd=root, check=False)
    first = re.search(r":(\d+):\d+: (?:warning|error): (.*)", run.stderr)
    relative = path.relative_to(root).as_posix()
    if first:
        return [f"{relative}:{first.group(1)}: not as clang-format lays it out: run "
                "tools/lint/format.py --fix"]
    return [f"{relative}:1: {run.stderr.strip()}"] if run.returncode != 0 else []


def main(arguments):
    fix = "--fix" in arguments
    root = source.root_argument([word for word in arguments if word != "--fix"])
    tool = find_tool()
    if tool is None:
        print("skipped: clang-format 14 is not installed; run tools/install-deps --test")
        return SKIPPED
    paths = source.files(root, ".h", ".cc")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda path: check(tool, root, path, fix), paths)
        problems = [problem for result in results for problem in result]
    return source.report(problems, f"{len(paths)} files are laid out by clang-format")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
