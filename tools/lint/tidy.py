#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Checks the form of files: licence line, contract of headers, length of lines, files and
functions, leftover markers, files that nothing builds or includes, and paths that documents name.

Usage: tidy.py [ROOT]. Prints file:line, what is wrong and the remedy; exit status 1 if any, else
the median and the 90th percentile of lengths. Exceptions, each with its reason, are named in
tools/lint/exceptions.txt; one that is no longer needed is a problem too.
"""

import re
import statistics
import sys

import source

LINE_LIMIT = 100
FILE_LIMIT = 400
TEST_FILE_LIMIT = 600
FUNCTION_LIMIT = 70
SPDX = "SPDX-License-Identifier: Apache-2.0"

# Written in two parts, so that this file does not find itself.
MARKERS = re.compile(r"\b(TO" r"DO|FIX" r"ME|XX" r"X|HA" r"CK)\b|\bnot implemented\b")
PERSONAL = re.compile(r"(?<![\w.$}])/(home|root|Users|work)/\w")
DOCUMENTS = (
    "README.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "DECISIONS.md",
    "core/README.md", "sim/README.md", "services/README.md", "tests/README.md",
    "traces/README.md",
)


class Exceptions:
    """Lines `rule subject reason...`: `file PATH`, `function PATH:NAME`, `line PATH`."""

    def __init__(self, path):
        self.path = path
        self.unused = {}
        self.malformed = []
        lines = path.read_text().splitlines() if path.exists() else []
        for number, line in enumerate(lines, 1):
            words = line.split(None, 2)
            if not words or words[0].startswith("#"):
                continue
            if len(words) < 3 or words[0] not in ("file", "function", "line"):
                self.malformed.append(number)
            else:
                self.unused[words[0], words[1]] = number
        self.used = set()

    def allows(self, rule, subject):
        if (rule, subject) in self.unused:
            self.used.add((rule, subject))
            return True
        return False

    def problems(self):
        for number in self.malformed:
            yield f"tools/lint/exceptions.txt:{number}: write `file|function|line SUBJECT REASON`"
        for key in sorted(set(self.unused) - self.used):
            yield (f"tools/lint/exceptions.txt:{self.unused[key]}: {' '.join(key)} needs no "
                   "exception any more: remove the line")


def functions(text):
    """(name, first line, lines) of each function body at namespace or class level."""
    text = re.sub(r"(?m)^[ \t]*#(?:[^\n]*\\\n)*[^\n]*",
                  lambda match: re.sub(r"[^\n]", " ", match.group(0)), source.blanked(text))
    stack = []  # "scope", "function" or "other", with the offset where its head began
    head = 0
    for match in re.finditer(r"[{};]", text):
        offset = match.start()
        before = re.sub(r"\b(public|private|protected)\s*:", lambda m: " " * len(m.group(0)),
                        text[head:offset])
        in_scope = all(kind == "scope" for kind, _, _ in stack)
        if match.group() == "{":
            kind, name = "other", ""
            # clang-format puts a blank before a body, and none before an initialiser's brace.
            if in_scope and text[offset - 1].isspace():
                callee = re.search(r"([~\w:]+|operator\s*[^\s\w(]+)\s*\(", before)
                if re.search(r"\b(namespace|class|struct|union)\b", before.split("(")[0]):
                    kind = "scope"
                elif re.fullmatch(r"\s*extern\s*", before):
                    kind = "scope"
                elif callee and not re.search(r"[^=!<>]=\s*$", before):
                    kind, name = "function", callee.group(1)
            stack.append((kind, name, head + len(before) - len(before.lstrip())))
            if kind != "other":
                head = offset + 1
        elif match.group() == "}":
            if not stack:
                return
            kind, name, start = stack.pop()
            if kind == "function":
                first = text.count("\n", 0, start) + 1
                yield name, first, text.count("\n", start, offset) + 1
            if kind != "other":
                head = offset + 1
        else:
            head = offset + 1 if in_scope else head


def licence_line(path, lines):
    """The index of the line where the licence must stand."""
    return 1 if path.suffix != ".h" and lines and lines[0].startswith("#!") else 0


def check_head(relative, path, lines):
    at = licence_line(path, lines)
    comment = "//" if path.suffix in (".h", ".cc") else "#"
    if len(lines) <= at or lines[at] != f"{comment} {SPDX}":
        yield f"{relative}:{at + 1}: write `{comment} {SPDX}` here"
        return
    if path.suffix == ".h":
        contract = []
        while at + 1 + len(contract) < len(lines) and lines[at + 1 + len(contract)][:2] == "//":
            contract.append(lines[at + 1 + len(contract)])
        if len(contract) < 2 or contract[0] != "//" or len(" ".join(contract)) < 60:
            yield (f"{relative}:{at + 2}: write the header's contract below the licence: `//`, "
                   "then what it is, what it promises, units, errors")
        code = [line for line in lines if line and not line.startswith("//")]
        if not code or code[0] != "#pragma once":
            yield f"{relative}:{at + 2 + len(contract)}: write `#pragma once` before all other code"
    elif relative.endswith("_test.cc"):
        if not any(line.startswith("// ") for line in lines[at + 1 : at + 6]):
            yield f"{relative}:{at + 2}: state the goal of the tests in a first comment"


def check_lines(relative, lines, exceptions):
    for number, line in enumerate(lines, 1):
        if len(line) > LINE_LIMIT and not exceptions.allows("line", relative):
            yield f"{relative}:{number}: {len(line)} columns: break the line at {LINE_LIMIT}"
        if line != line.rstrip() or "\t" in line:
            yield f"{relative}:{number}: blank at the end of the line, or a tab: remove it"
        marker = MARKERS.search(line)
        if marker:
            yield f"{relative}:{number}: `{marker.group(0)}`: finish it, or file an issue"
        if PERSONAL.search(line):
            yield f"{relative}:{number}: a path of one machine: write it relative to the root"


def check_sizes(relative, path, text, exceptions, sizes):
    length = text.count("\n")
    sizes["files"].append(length)
    limit = TEST_FILE_LIMIT if relative.startswith("tests/") else FILE_LIMIT
    if length > limit and not exceptions.allows("file", relative):
        yield (f"{relative}:{limit}: the file has {length} lines, more than {limit}: "
               "split it by reason to change")
    if path.suffix not in (".h", ".cc"):
        return
    for name, first, lines in functions(text):
        sizes["functions"].append(lines)
        if lines > FUNCTION_LIMIT and not exceptions.allows("function", f"{relative}:{name}"):
            yield (f"{relative}:{first}: {name} has {lines} lines, more than {FUNCTION_LIMIT}: "
                   "give its steps names of their own")


def check_dead(root, cpp):
    """Sources in no meson.build, headers that nothing includes, worlds that nothing runs."""
    listed = set()
    for build in [root / "meson.build"] + source.files(root, ".build"):
        for name in re.findall(r"'([^'\n]+\.(?:cc|h|toml|py))'", build.read_text()):
            listed.add((build.parent / name).resolve())
    included = set()
    for path in cpp:
        for target in re.findall(r'(?m)^\s*#\s*include\s+"([^"]+)"', path.read_text()):
            included.add((root / target).resolve())
    for path in cpp:
        relative = path.relative_to(root).as_posix()
        if path.suffix == ".cc" and path.resolve() not in listed:
            yield f"{relative}:1: in no meson.build: add it to its folder's list, or delete it"
        if path.suffix == ".h" and path.resolve() not in included:
            yield f"{relative}:1: nothing includes this header: use it, or delete it"
    for path in source.files(root, ".toml", folders=("tests/policy",)):
        if path.resolve() not in listed:
            relative = path.relative_to(root).as_posix()
            yield f"{relative}:1: nothing runs this world: add it to tests/meson.build"


def braces(word):
    """`a/{b,c}.h` as `a/b.h`, `a/c.h`."""
    match = re.search(r"\{([^{}]*)\}", word)
    if not match:
        return [word]
    choices = [word[: match.start()] + choice + word[match.end() :]
               for choice in match.group(1).split(",")]
    return [path for choice in choices for path in braces(choice)]


def check_documents(root):
    """Every path of ours that a document names must exist; a folder still to come is spared."""
    tops = [name for name in (*source.FOLDERS, "traces", ".ci", "images") if (root / name).is_dir()]
    for name in DOCUMENTS:
        document = root / name
        if not document.exists():
            continue
        fenced = False
        for number, line in enumerate(document.read_text().splitlines(), 1):
            fenced ^= line.startswith("```")
            words = re.findall(r"`([^`\s]+)`", line) if not fenced else []
            for word in words:
                word = re.sub(r"[:,;.)]*$", "", word.split(":")[0])
                if "/" not in word or word.split("/")[0] not in tops:
                    continue
                if re.search(r"[<>$]|[A-Z]{4}", word):  # a pattern for the reader to fill in
                    continue
                for path in braces(word):
                    # A bare name stands for the pair of header and source.
                    if not any(root.glob(path.rstrip("/"))) and not any(root.glob(path + ".*")):
                        yield f"{name}:{number}: {path} does not exist: mend the document"
            for link in re.findall(r"\]\(([^)#\s:]+)(?:#[^)]*)?\)", line):
                if not (document.parent / link).exists():
                    yield f"{name}:{number}: the link {link} leads nowhere: mend it"


def spread(values):
    if not values:
        return "none"
    values = sorted(values)
    return (f"median {statistics.median(values):.0f}, p90 {values[int(0.9 * (len(values) - 1))]}, "
            f"longest {values[-1]}")


def main(arguments):
    root = source.root_argument(arguments)
    exceptions = Exceptions(root / "tools/lint/exceptions.txt")
    cpp = source.files(root, ".h", ".cc")
    scripts = source.files(root, ".py") + [
        path for path in sorted(root.glob("tools/*")) + sorted(root.glob(".ci/*"))
        if path.is_file() and not path.suffix
    ]
    sizes = {"files": [], "functions": []}
    problems = []
    for path in cpp + scripts:
        relative = path.relative_to(root).as_posix()
        text = path.read_text()
        lines = text.splitlines()
        problems += check_head(relative, path, lines)
        problems += check_lines(relative, lines, exceptions)
        problems += check_sizes(relative, path, text, exceptions, sizes)
    for path in [root / "meson.build"] + source.files(root, ".build", ".toml"):
        relative = path.relative_to(root).as_posix()
        if relative.startswith("tests/fuzz/corpus/"):
            continue  # malformed on purpose
        problems += check_lines(relative, path.read_text().splitlines(), exceptions)
    problems += check_dead(root, cpp)
    problems += check_documents(root)
    problems += exceptions.problems()
    fine = (f"{len(cpp)} C++ files and {len(scripts)} scripts are tidy\n"
            f"lines of a file: {spread(sizes['files'])}\n"
            f"lines of a function: {spread(sizes['functions'])}")
    return source.report(problems, fine)


if __name__ == "__main__":
    sys.exit(main(sys.argv))
