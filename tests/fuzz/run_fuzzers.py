#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each libFuzzer target for a while, from its kept corpus and what earlier runs found.

Usage: run_fuzzers.py BUILD_FOLDER SECONDS. Exit status 1 if an input crashed, hung or swallowed
memory; the input is kept in BUILD_FOLDER/crashes and the line that repeats it is printed.
"""

import concurrent.futures
import os
import pathlib
import subprocess
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[1] / "support"))
import tally  # noqa: E402

ROOT = pathlib.Path(__file__).resolve().parents[2]
MEMORY_MIB = 2048
SECONDS_PER_INPUT = 10


def fuzz(build, target, seconds):
    name = target.name.removeprefix("fuzz-")
    found = build / "corpus" / name
    crashes = build / "crashes"
    found.mkdir(parents=True, exist_ok=True)
    crashes.mkdir(exist_ok=True)
    kept = ROOT / "tests/fuzz/corpus" / name
    command = [
        str(target), f"-max_total_time={seconds}", f"-rss_limit_mb={MEMORY_MIB}",
        f"-timeout={SECONDS_PER_INPUT}", "-max_len=16384", "-print_final_stats=1",
        f"-artifact_prefix={crashes}/{name}-", str(found), *([str(kept)] if kept.is_dir() else []),
    ]
    run = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
    executed = [line for line in run.stderr.splitlines() if "number_of_executed_units" in line]
    inputs = executed[0].split()[-1] if executed else "no"
    if run.returncode == 0:
        return True, f"ok    fuzz {name}: {inputs} inputs in {seconds} s"
    words = "\n".join(run.stderr.splitlines()[-40:])
    newest = max(crashes.glob(f"{name}-*"), key=lambda path: path.stat().st_mtime, default="?")
    return False, f"{words}\nFAIL  fuzz {name}: repeat it with\n  {target} {newest}"


def main(arguments):
    if len(arguments) != 3:
        print(__doc__, file=sys.stderr)
        return 2
    build = pathlib.Path(arguments[1])
    targets = sorted(path for path in (build / "tests/fuzz").glob("fuzz-*") if path.is_file())
    if not targets:
        print("skip  fuzz: no target is built")
        tally.add(skipped=1)
        return 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(lambda target: fuzz(build, target, int(arguments[2])), targets))
    for _, words in results:
        print(words)
    failed = sum(not fine for fine, _ in results)
    tally.add(passed=len(results) - failed, failed=failed)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv))
