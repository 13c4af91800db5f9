# SPDX-License-Identifier: Apache-2.0
"""What the lints share: which files are ours, and C++ text with comments and literals blanked."""

import pathlib
import re

FOLDERS = ("core", "sim", "services", "proto", "tools", "tests")
SKIPPED = {"__pycache__", "node_modules"}

_LEXEME = re.compile(
    r"""
      //[^\n]*                                        # comment to the end of the line
    | /\*.*?\*/                                       # comment block
    | R"(?P<mark>[^()\\\s]{0,16})\(.*?\)(?P=mark)"    # raw string
    | "(?:\\.|[^"\\\n])*"                             # string
    | (?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'             # character, not a digit separator
    """,
    re.VERBOSE | re.DOTALL,
)


def files(root, *suffixes, folders=FOLDERS):
    """All files of ours with one of the suffixes, in a stable order."""
    found = []
    for folder in folders:
        for path in sorted((root / folder).rglob("*")):
            if path.suffix in suffixes and path.is_file() and not SKIPPED & set(path.parts):
                found.append(path)
    return found


def blanked(text):
    """The text with comments and literals replaced by spaces; lines and columns stay.

    The quotes of #include lines are kept, because they are what the arrows are read from.
    """

    def blank(match):
        lexeme = match.group(0)
        start = text.rfind("\n", 0, match.start()) + 1
        if lexeme[0] == '"' and text[start : match.start()].lstrip().startswith("#include"):
            return lexeme
        return re.sub(r"[^\n]", " ", lexeme)

    return _LEXEME.sub(blank, text)


def report(problems, fine):
    """Prints the problems, or one line that all is well; returns the exit status."""
    for problem in problems:
        print(problem)
    if problems:
        print(f"{len(problems)} problem{'s' if len(problems) > 1 else ''}")
        return 1
    print(fine)
    return 0


def root_argument(arguments):
    """The root of the tree: the first argument, or the one that this file lies in."""
    if len(arguments) > 1:
        return pathlib.Path(arguments[1]).resolve()
    return pathlib.Path(__file__).resolve().parents[2]
