#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs clang-tidy 14 on the files that changed, or on all of them.

Usage: clang_tidy.py BUILD_FOLDER [--all] [--base COMMIT] [--minutes N]
Changed means: since the branch left origin/main; where it has not, since the day before the last
commit; and what is not committed yet. A changed header is checked through one source that
includes it. A source that was found clean is not checked again before it, a header of ours that
it includes, or .clang-tidy changes. Sources for which the minutes do not suffice are counted as
skipped.
"""

import argparse
import concurrent.futures
import hashlib
import json
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import source

ROOT = pathlib.Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT / "tests/support"))
import tally  # noqa: E402

INCLUDE = re.compile(r'(?m)^\s*#\s*include\s+"([^"]+)"')
# Warnings are g++'s to give; here only clang-tidy's own checks count.
EXTRA = ["--extra-arg=-Wno-unknown-warning-option", "--extra-arg=-Wno-error", "--extra-arg=-w"]


def git(*arguments):
    run = subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    return run.stdout.split() if run.returncode == 0 else []


def base_commit():
    head = git("rev-parse", "HEAD")
    fork = git("merge-base", "HEAD", "origin/main")
    if fork and fork != head:
        return fork[0]
    moment = git("log", "-1", "--format=%ct", "HEAD")
    if not moment:
        return None
    before = git("rev-list", "-1", f"--before={int(moment[0]) - 24 * 3600}", "HEAD")
    # A tree of one day: compare with the empty tree.
    return (before or git("hash-object", "-t", "tree", "/dev/null"))[0]


def changed_files(base):
    """What differs from the base, the latest changes first, each with its place in that order."""
    base = base or base_commit() or "HEAD"
    differing = set(git("diff", "--name-only", "--diff-filter=d", base))
    latest = git("ls-files", "--others", "--exclude-standard") + git("diff", "--name-only", "HEAD")
    differing.update(latest)
    logged = git("log", "--format=", "--name-only", "HEAD", f"^{base}")
    logged = logged or git("log", "--format=", "--name-only", "HEAD")
    names = [name for name in dict.fromkeys(latest + logged) if name in differing]
    return {ROOT / name: place for place, name in enumerate(names)}


def closure(path, known):
    """The file and all headers of ours that it includes, directly or not."""
    pending, seen = [path], {path}
    while pending:
        current = pending.pop()
        if current not in known:
            text = current.read_text(encoding="utf-8")
            known[current] = [ROOT / name for name in INCLUDE.findall(text)]
        for header in known[current]:
            if header not in seen and header.is_file():
                seen.add(header)
                pending.append(header)
    return seen


def select(sources, arguments, known):
    """The sources to check, and for what reason."""
    if arguments.all:
        return sources, "all files"
    changed = changed_files(arguments.base)
    chosen = sorted((path for path in sources if path in changed), key=changed.get)
    if ROOT / ".clang-tidy" in changed:
        rest = [path for path in sources if path not in changed]
        return chosen + rest, "all files, because .clang-tidy changed"
    for header in sorted(path for path in changed if path.suffix == ".h" and path.is_file()):
        if any(header in closure(path, known) for path in chosen):
            continue
        users = [path for path in sources if header in closure(path, known)]
        users.sort(key=lambda path, stem=header.stem: (path.stem != stem, str(path)))
        chosen += users[:1]
    return chosen, "changed files"


def fingerprint(path, command, known):
    digest = hashlib.sha256(command.encode())
    digest.update((ROOT / ".clang-tidy").read_bytes())
    for file in sorted(closure(path, known)):
        digest.update(str(file.relative_to(ROOT)).encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def check(tool, build, path, clean, deadline):
    if clean.exists():
        return "clean", ""
    if time.monotonic() > deadline:
        return "late", ""
    command = [tool, "-p", str(build), "--quiet", *EXTRA, str(path)]
    run = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if run.returncode == 0:
        clean.touch()
        return "clean", ""
    words = (run.stdout or run.stderr).replace(f"{ROOT}/", "")
    return "wrong", re.sub(r"(?m)^\S*?\.\./\.\./", "", words)


def diagnostics(words):
    """The diagnostics in clang-tidy's words, each with its excerpt of the code."""
    blocks = re.split(r"(?m)^(?=\S+:\d+:\d+: (?:error|warning): )", words)
    return [block.rstrip() for block in blocks if block.strip()]


def parse():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n", maxsplit=1)[0])
    parser.add_argument("build", type=pathlib.Path)
    parser.add_argument("--all", action="store_true")
    parser.add_argument("--base")
    parser.add_argument("--minutes", type=float, default=10)
    return parser.parse_args()


def main():
    arguments = parse()
    tool = shutil.which("clang-tidy-14")
    if tool is None:
        print("skip  clang-tidy: clang-tidy-14 is not installed; run tools/install-deps --test")
        tally.add(skipped=1)
        return 0
    build = arguments.build.resolve()
    commands = {}
    for entry in json.loads((build / "compile_commands.json").read_text(encoding="utf-8")):
        path = pathlib.Path(os.path.normpath(pathlib.Path(entry["directory"]) / entry["file"]))
        if path.is_relative_to(ROOT) and not path.is_relative_to(build):
            commands[path] = entry["command"].replace(str(ROOT), "")
    known = {}
    chosen, reason = select(sorted(commands), arguments, known)
    cache = build / "clang-tidy-clean"
    cache.mkdir(exist_ok=True)
    cleans = [cache / fingerprint(path, commands[path], known) for path in chosen]
    deadline = time.monotonic() + 60 * (arguments.minutes if not arguments.all else 24 * 60)
    counts = {"clean": 0, "wrong": 0, "late": 0}
    printed = set()  # a header's diagnostic comes with each source that includes it
    with concurrent.futures.ThreadPoolExecutor(os.cpu_count()) as pool:
        jobs = [pool.submit(check, tool, build, path, clean, deadline)
                for path, clean in zip(chosen, cleans)]
        for job in jobs:
            outcome, words = job.result()
            counts[outcome] += 1
            for diagnostic in diagnostics(words):
                if diagnostic not in printed:
                    printed.add(diagnostic)
                    print(diagnostic, flush=True)
    if printed:
        print("Remedy: change the code, or add NOLINTNEXTLINE(check) with a reason.")
    if counts["late"]:
        print(f"skip  clang-tidy: {counts['late']} files were left after {arguments.minutes:g} "
              "minutes; tools/test --all checks them")
    label = "FAIL" if counts["wrong"] else "ok  "
    print(f"{label}  clang-tidy, {reason}: {counts['clean']} clean, {counts['wrong']} not")
    tally.add(counts["clean"], counts["wrong"], counts["late"])
    return 1 if counts["wrong"] else 0


if __name__ == "__main__":
    sys.exit(main())
