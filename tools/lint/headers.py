#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that every header compiles alone, so that the order of includes never matters: one
generated translation unit per header, parsed only.

Usage: headers.py ROOT COMPILER [ARGUMENT...]. Prints the compiler's words and the remedy.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

import source


def compile_alone(root, compiler, header):
    relative = header.relative_to(root).as_posix()
    unit = f'#include "{relative}"\n#include "{relative}"\n'
    command = [*compiler, "-std=c++20", "-fsyntax-only", "-I", str(root), "-x", "c++", "-"]
    run = subprocess.run(command, input=unit, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        return []
    return [f"{relative}:1: does not compile alone: include what it uses\n{run.stderr.rstrip()}"]


def main(arguments):
    if len(arguments) < 3:
        print(__doc__, file=sys.stderr)
        return 2
    root = pathlib.Path(arguments[1]).resolve()
    headers = source.files(root, ".h")
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = pool.map(lambda header: compile_alone(root, arguments[2:], header), headers)
        problems = [problem for result in results for problem in result]
    return source.report(problems, f"{len(headers)} headers compile alone")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
