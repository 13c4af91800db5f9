#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks that includes follow the arrows of ARCHITECTURE.md and that the deterministic folders
name nothing through which the outside world could leak in.

Usage: layers.py [ROOT]. Prints file:line, what is wrong and the remedy; exit status 1 if any.
"""

import re
import sys

import source

# What each folder may include. The most specific key of a file's path wins. A value that ends in
# .h is one file; `*` stands for one folder.
BASE = ["core/base"]
LOWER = BASE + ["core/model", "core/capacity", "core/pool"]
ROLE = LOWER + ["core/placement", "core/keepalive", "core/scaling", "core/*/messages.h"]
CORE = ["core/" + name for name in (
    "base", "model", "capacity", "keepalive", "pool", "scaling", "placement", "lb", "npm",
    "runner", "config", "facts",
)]
SIM = ["sim/" + name for name in (
    "kernel", "world", "models", "trace", "workload", "check", "scenario", "report",
)]
ARROWS = {
    "core/base": BASE,
    "core/model": BASE + ["core/model"],
    "core/capacity": BASE + ["core/model", "core/capacity"],
    "core/keepalive": BASE + ["core/model", "core/keepalive"],
    "core/pool": LOWER,
    "core/scaling": LOWER + ["core/scaling"],
    "core/placement": LOWER + ["core/placement"],
    "core/lb": ROLE + ["core/lb"],
    "core/npm": ROLE + ["core/npm"],
    "core/runner": ROLE + ["core/runner"],
    "core/config": CORE,
    "core/facts": LOWER + ["core/facts", "core/*/messages.h"],
    "core/io": CORE + ["core/io"],
    "sim": CORE + SIM + ["core/io"],
    "sim/kernel": BASE + ["sim/kernel"],
    "sim/cli": CORE + SIM + ["core/io", "sim/cli"],
    "services": ["core", "proto", "services"],
    "tools": ["core", "proto", "sim", "services", "tools"],
    "tests": ["core", "proto", "sim", "services", "tools", "tests"],
}

MACHINES = ["core/"]
WORLD = ["sim/kernel/", "sim/world/", "sim/models/", "sim/trace/", "sim/workload/", "sim/check/"]
EDGE = ["sim/scenario/", "sim/report/", "sim/cli/"]
LIBM = "exp|exp2|expm1|log|log2|log10|log1p|pow|sin|cos|tan|asin|acos|atan|atan2|sinh|cosh|tanh"
LIBM += "|asinh|acosh|atanh|cbrt|hypot|erf|erfc|tgamma|lgamma|fma|fmod|remainder"

# (name, where it holds, where it does not, pattern, what it is, remedy)
RULES = [
    ("clock", MACHINES + WORLD + EDGE, ["sim/cli/", "sim/world/thread_pool."],
     r"\b(system|steady|high_resolution|utc|tai|gps|file)_clock\b"
     r"|\b(clock_gettime|gettimeofday|localtime|gmtime)\b|\bstd::time\(|<(ctime|time\.h)>",
     "a real clock", "take `Instant now` as an argument"),
    ("random", MACHINES + WORLD + EDGE, [],
     r"\b(random_device|mt19937(_64)?|minstd_rand0?|default_random_engine)\b|<random>"
     r"|\bstd::\w+_distribution\b|\bs?rand\(|\bstd::(shuffle|sample|random_shuffle)\b",
     "randomness other than ours", "fork a stream of core::Rng by name"),
    ("thread", MACHINES + WORLD + EDGE, ["sim/cli/", "sim/world/thread_pool."],
     r"<(thread|mutex|shared_mutex|condition_variable|atomic|future|semaphore|barrier|latch"
     r"|stop_token|pthread\.h)>|\bthread_local\b|\bstd::(jthread|thread|atomic|mutex)\b",
     "threads", "worlds share nothing; side by side is the thread pool's business"),
    ("unordered", MACHINES + WORLD + EDGE, [],
     r"<unordered_(map|set)>|\bunordered_(multi)?(map|set)\b",
     "unordered iteration", "index a vector by handle, or sort"),
    ("pointer-order", MACHINES + WORLD + EDGE, [],
     r"\bstd::(multi)?(map|set)<[^,<>]*\*|\buintptr_t\b|\bstd::hash\b|\bstd::less<[^<>]*\*>",
     "an order that addresses or a library's hash decide", "order by creation number"),
    ("libm", MACHINES + WORLD + ["sim/scenario/"], ["core/io/"],
     rf"(\bstd::|(?<![\w:.>~]))({LIBM})[fl]?\s*\(",
     "a libm function whose last bit differs between machines",
     "use a quantile table or an own fixed-order function"),
    ("float", MACHINES + WORLD, [], r"\bfloat\b|\blong double\b",
     "a float that rounds differently from double",
     "use an integer, or double where it is allowed"),
    ("double", MACHINES,
     ["core/scaling/", "core/keepalive/", "core/placement/jump_hash", "core/base/rng.",
      "core/base/bytes.h",
      "core/config/", "core/io/", "core/facts/"],
     r"\bdouble\b", "floating point outside scaling, keep-alive and the jump hash",
     "count in integers (units.h, basis points)"),
    ("io", MACHINES + ["sim/kernel/", "sim/world/", "sim/models/", "sim/check/"],
     ["core/io/", "core/base/assert.cc", "sim/world/thread_pool."],
     r"<(iostream|istream|ostream|fstream|sstream|iomanip|syncstream|filesystem|cstdio|stdio\.h"
     r"|unistd\.h|fcntl\.h)>|<sys/|\bstd::(cout|cerr|clog)\b|\b(printf|fopen)\(",
     "input or output", "emit an action or a fact; the edge does the rest"),
    ("environment", MACHINES + WORLD + ["sim/scenario/"], ["core/io/byte_sink."],
     r"\b(secure_)?getenv\b", "the environment", "pass it in a config struct"),
    ("library", MACHINES, ["core/io/"],
     r"#\s*include\s+<(?!tl/expected\.hpp>)[^>]*[/.][^>]*>",
     "a header beyond the standard library and tl/expected.hpp", "move it to core/io or sim"),
    ("exception", MACHINES + WORLD, ["core/io/"],
     r"\b(throw|try|catch)\b|\bdynamic_cast\b|\btypeid\b",
     "exceptions or run-time types", "return core::Result; use a closed set or a virtual function"),
    ("build-date", ["core/", "sim/", "services/", "tools/"], [], r"\b__(DATE|TIME|TIMESTAMP)__\b",
     "the time of the build", "print the version"),
]

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"')


def may_include(allowed, target):
    folder = target.rsplit("/", 1)[0] + "/"
    for entry in allowed:
        if entry.endswith(".h"):
            if re.fullmatch(re.escape(entry).replace(r"\*", "[^/]+"), target):
                return True
        elif folder.startswith(entry + "/"):
            return True
    return False


def arrows_of(relative):
    keys = [key for key in ARROWS if relative.startswith(key + "/")]
    return ARROWS[max(keys, key=len)] if keys else None


def rules_of(relative):
    for name, where, spared, pattern, what, remedy in RULES:
        if any(map(relative.startswith, where)) and not any(map(relative.startswith, spared)):
            yield name, re.compile(pattern), what, remedy


def check_file(root, path):
    relative = path.relative_to(root).as_posix()
    allowed = arrows_of(relative)
    rules = list(rules_of(relative))
    for number, line in enumerate(source.blanked(path.read_text()).splitlines(), 1):
        place = f"{relative}:{number}"
        include = INCLUDE.match(line)
        if include:
            target = include.group(1)
            if target.split("/")[0] not in source.FOLDERS or ".." in target:
                yield f'{place}: includes "{target}": write the full path from the root'
            elif allowed is not None and not may_include(allowed, target):
                folders = ", ".join(allowed)
                yield f"{place}: includes {target} against the arrows (only: {folders})"
            continue
        for name, pattern, what, remedy in rules:
            if pattern.search(line):
                yield f"{place}: uses {what} [{name}]: {remedy}"


def main(arguments):
    root = source.root_argument(arguments)
    paths = source.files(root, ".h", ".cc")
    problems = [problem for path in paths for problem in check_file(root, path)]
    return source.report(problems, f"{len(paths)} files follow the arrows")


if __name__ == "__main__":
    sys.exit(main(sys.argv))
