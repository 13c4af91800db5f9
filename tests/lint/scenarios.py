#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that tests/fn-scenarios.md stays true: every test and every file that it names exists.

Usage: scenarios.py [ROOT]. In the last cell of a row, `Suite.Name` is a test of GoogleTest,
`tests/e2e/FILE.py: test_name` a case of that file, and `tests/PATH` a transcript, a policy world or
another file. A row whose behaviour is not Fn's begins with `different: ` and the reason, one that
nothing covers with `none: `. Prints file:line and what is wrong; exit status 1 if any, else how
many scenarios there are of each kind.
"""

import pathlib
import re
import sys

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/lint"))
import source  # noqa: E402

LIST = "tests/fn-scenarios.md"
GOOGLE_TEST = re.compile(r"^TEST(?:_F|_P)?\(\s*(\w+),\s*(\w+)\)", re.MULTILINE)
NAME = re.compile(r"\w+\.[A-Z]\w*")
CASE = re.compile(r"(tests/\S+\.py): (\w+)")
FILE = re.compile(r"tests/\S+")


def known_tests(root):
    """Names of all tests of GoogleTest, `Suite.Name`."""
    return {".".join(found) for path in source.files(root, ".cc", folders=("tests",))
            for found in GOOGLE_TEST.findall(path.read_text())}


def defines(path, case):
    return path.is_file() and re.search(rf"^    def {case}\(self", path.read_text(), re.MULTILINE)


def problem_of(root, tests, name):
    """What is wrong with one name of the list, or nothing."""
    case = CASE.fullmatch(name)
    if case:
        if not defines(root / case.group(1), case.group(2)):
            return f"{case.group(1)} has no {case.group(2)}"
    elif FILE.fullmatch(name):
        if not (root / name).is_file():
            return f"there is no file {name}"
    elif not NAME.fullmatch(name):
        return f"`{name}` is neither Suite.Name nor tests/FILE.py: test_name nor tests/FILE"
    elif name not in tests:
        return f"no source of a test has {name}"
    return None


def kind_of(proof):
    """Which of the three kinds this row is; None: it says nothing."""
    for word in ("none", "different"):
        if proof.startswith(word + ": "):
            return word
    return "covered" if re.match("`", proof) else None


def main(arguments):
    root = source.root_argument(arguments)
    tests = known_tests(root)
    problems = []
    counts = {"covered": 0, "different": 0, "none": 0}
    for number, line in enumerate((root / LIST).read_text().splitlines(), 1):
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if not line.startswith("|") or cells[0] == "Scenario" or set(cells[0]) == {"-"}:
            continue
        kind = kind_of(cells[-1]) if len(cells) == 2 else None
        if kind is None:
            problems.append(f"{LIST}:{number}: write `| scenario | proof |`; a proof begins with a "
                            "name in backquotes, with `none: ` or with `different: `")
            continue
        counts[kind] += 1
        for name in re.findall(r"`([^`]+)`", cells[1]):
            problem = problem_of(root, tests, name)
            if problem:
                problems.append(f"{LIST}:{number}: {problem}: mend the row")
    if not sum(counts.values()):
        problems.append(f"{LIST}:1: it lists no scenario")
    return source.report(problems, f"{sum(counts.values())} scenarios of Fn: " + ", ".join(
        f"{count} {kind}" for kind, count in counts.items()))


if __name__ == "__main__":
    sys.exit(main(sys.argv))
