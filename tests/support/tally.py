#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Counts for the closing line of tools/test. Each step adds a line `passed failed skipped` to the
file that FN_TALLY names; without that variable nothing is written.

Usage: tally.py meson BUILD_FOLDER   counts the cases of the last `meson test` there
       tally.py total                prints `N passed, N failed, N skipped`; exit status 1 if failed
"""

import json
import os
import pathlib
import sys
import xml.etree.ElementTree

FINE = {"OK", "EXPECTEDFAIL"}


def add(passed=0, failed=0, skipped=0):
    path = os.environ.get("FN_TALLY")
    if path:
        with open(path, "a", encoding="utf-8") as file:
            file.write(f"{passed} {failed} {skipped}\n")


def cases(report):
    """(passed, failed, skipped) of a GoogleTest report; prints what failed or was skipped."""
    passed = failed = skipped = 0
    for case in xml.etree.ElementTree.parse(report).iter("testcase"):
        name = f"{case.get('classname')}.{case.get('name')}"
        if case.find("failure") is not None or case.find("error") is not None:
            failed += 1
            print(f"FAIL  {name}")
        elif case.find("skipped") is not None or case.get("status") == "notrun":
            skipped += 1
            words = case.find("skipped")
            reason = "" if words is None else (words.text or words.get("message") or "")
            print(f"skip  {name}: {' '.join(reason.split())}")
        else:
            passed += 1
    return passed, failed, skipped


def count_meson(build):
    """Reads each program's result, and its cases where it reported any."""
    log = build / "meson-logs/testlog.json"
    for line in log.read_text(encoding="utf-8").splitlines():
        test = json.loads(line)
        name = test["name"].split(" / ")[-1]
        report = build / f"{name}.xml"
        passed = failed = skipped = 0
        if report.exists():
            passed, failed, skipped = cases(report)
        elif test["result"] == "SKIP":
            skipped = 1
            print(f"skip  {name}: {(test.get('stdout') or '').strip()}")
        elif test["result"] in FINE:
            passed = 1
        # A program that crashed, hung or leaked failed, whatever its cases said.
        if test["result"] not in FINE | {"SKIP"} and failed == 0:
            failed = 1
            print(f"FAIL  {name}: {test['result']}")
        add(passed, failed, skipped)


def total():
    sums = [0, 0, 0]
    for line in pathlib.Path(os.environ["FN_TALLY"]).read_text(encoding="utf-8").splitlines():
        sums = [left + int(right) for left, right in zip(sums, line.split())]
    print("{} passed, {} failed, {} skipped".format(*sums))
    return 1 if sums[1] or not sums[0] else 0


def main(arguments):
    if arguments[1:2] == ["meson"] and len(arguments) == 3:
        count_meson(pathlib.Path(arguments[2]))
        return 0
    if arguments[1:] == ["total"]:
        return total()
    print(__doc__, file=sys.stderr)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv))
