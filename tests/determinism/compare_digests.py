#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs each world of worlds.toml with each program and with 1, 2 and 4 threads, and compares the
digests and the summaries: neither compiler, optimisation nor threads may show. Each program makes
the same trace, which has to be the same bytes.

Usage: compare_digests.py [--worlds FILE] LABEL=FNSIM...
Prints a line per world; for a difference, which runs differ, in what, and how to repeat them.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import shlex
import subprocess
import sys
import tempfile
import tomllib

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import tally  # noqa: E402

THREADS = (1, 2, 4)
# What may differ between equal runs (sim/README.md), and the line that was typed.
FREE = {"wall_s", "cpu_s", "calls_per_cpu_s", "peak_rss_mib", "command", "version"}
TIMEOUT_S = 600
# A platform small enough for an unoptimised program.
GENERATE = ["trace", "generate", "--preset", "azure2019-day", "--set", "platform.apps=300"]


def command_of(program, world, threads, traces):
    arguments = [word.replace("{traces}", str(traces)) for word in world["arguments"]]
    return [str(program), "run", *arguments, "--threads", str(threads), "--output", "json",
            "--quiet"]


def summary_of(command):
    """The summary that a run prints, or the words with which it failed."""
    try:
        run = subprocess.run(command, capture_output=True, text=True, cwd=ROOT, timeout=TIMEOUT_S,
                             check=False)
    except subprocess.TimeoutExpired:
        return None, f"did not end within {TIMEOUT_S} s"
    if run.returncode != 0:
        return None, f"exit status {run.returncode}: {run.stderr.strip()[-2000:]}"
    try:
        summary = json.loads(run.stdout)
    except json.JSONDecodeError as error:
        return None, f"no JSON on stdout: {error}"
    return {key: value for key, value in summary.items() if key not in FREE}, None


def first_difference(left, right, place=""):
    """The path of the first value that differs between two JSON values, with both values."""
    if isinstance(left, dict) and isinstance(right, dict):
        for key in sorted(left.keys() | right.keys()):
            found = first_difference(left.get(key), right.get(key), f"{place}.{key}".lstrip("."))
            if found:
                return found
        return None
    if isinstance(left, list) and isinstance(right, list) and len(left) == len(right):
        for index, (one, other) in enumerate(zip(left, right)):
            found = first_difference(one, other, f"{place}[{index}]")
            if found:
                return found
        return None
    return None if left == right else f"{place}: {left!r} and {right!r}"


def compare(world, programs, pool, traces):
    """(fine, words) of one world."""
    runs = [(f"{label}, {threads} threads", command_of(program, world, threads, traces))
            for label, program in programs for threads in THREADS]
    results = list(pool.map(summary_of, [command for _, command in runs]))
    words = []
    for (label, command), (_, trouble) in zip(runs, results):
        if trouble:
            words.append(f"  {label}: {trouble}\n    {shlex.join(command)}")
    summaries = [(run, summary) for run, (summary, _) in zip(runs, results) if summary is not None]
    for (label, command), summary in summaries[1:]:
        (first_label, first_command), first = summaries[0]
        difference = first_difference({"digest": first.get("digest")},
                                      {"digest": summary.get("digest")})
        difference = difference or first_difference(first, summary)
        if difference:
            words.append(f"  {first_label} against {label}: {difference}\n"
                         f"    {shlex.join(first_command)}\n    {shlex.join(command)}")
    if words or not summaries or not summaries[0][1].get("digest"):
        return False, "\n".join([f"FAIL  digest {world['name']}"] + (words or ["  no digest"]))
    return True, f"ok    digest {world['name']}: {summaries[0][1]['digest']} in {len(runs)} runs"


def made_trace(program):
    """The SHA-256 of the trace that the program makes, or the words with which it failed."""
    with tempfile.TemporaryDirectory() as folder:
        path = pathlib.Path(folder) / "made.fntrace"
        run = subprocess.run([str(program), *GENERATE, "--out", str(path), "--quiet"],
                             capture_output=True, text=True, cwd=ROOT, timeout=TIMEOUT_S,
                             check=False)
        if run.returncode != 0:
            return f"exit status {run.returncode}: {run.stderr.strip()[-2000:]}"
        return hashlib.sha256(path.read_bytes()).hexdigest()


def compare_made(programs, pool):
    """(fine, words) of the trace that all programs make."""
    made = list(pool.map(made_trace, [program for _, program in programs]))
    words = [f"  {label}: {digest}" for (label, _), digest in zip(programs, made)]
    if len(set(made)) > 1 or " " in made[0]:
        return False, "\n".join([f"FAIL  {shlex.join(GENERATE)}", *words])
    return True, f"ok    made trace: {made[0][:16]} by {len(made)} programs"


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("--worlds", type=pathlib.Path,
                        default=ROOT / "tests/determinism/worlds.toml")
    parser.add_argument("programs", nargs="+", metavar="LABEL=FNSIM")
    arguments = parser.parse_args()
    programs = []
    for word in arguments.programs:
        label, _, program = word.partition("=")
        programs.append((label, pathlib.Path(program).resolve()))
    traces = pathlib.Path(os.environ.get("FN_TRACES", ROOT.parent / "shared/traces"))
    worlds = tomllib.loads(arguments.worlds.read_text(encoding="utf-8")).get("world", [])
    failed = 0
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        for world in worlds:
            if any("{traces}" in word for word in world["arguments"]) and not traces.is_dir():
                print(f"skip  digest {world['name']}: no recorded traces at {traces}")
                tally.add(skipped=1)
                continue
            fine, words = compare(world, programs, pool, traces)
            print(words, flush=True)
            tally.add(passed=int(fine), failed=int(not fine))
            failed += not fine
        fine, words = compare_made(programs, pool)
        print(words, flush=True)
        tally.add(passed=int(fine), failed=int(not fine))
        failed += not fine
    return 1 if failed or not worlds else 0


if __name__ == "__main__":
    sys.exit(main())
