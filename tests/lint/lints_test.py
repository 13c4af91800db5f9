#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Shows that the lints see what they are there for: each test plants one fault in a small tree."""

import contextlib
import io
import pathlib
import sys
import tempfile
import unittest

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "tools/lint"))
import layers  # noqa: E402
import scenarios  # noqa: E402
import source  # noqa: E402
import tidy  # noqa: E402

LICENCE = "// SPDX-License-Identifier: Apache-2.0\n"
CONTRACT = LICENCE + "//\n// Thing: holds one number and promises that it never changes at all.\n\n"
HEADER = CONTRACT + "#pragma once\n\n"


class Tree(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.root = pathlib.Path(folder.name)
        self.write("meson.build", "")

    def write(self, name, text):
        path = self.root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def run_lint(self, lint):
        printed = io.StringIO()
        with contextlib.redirect_stdout(printed):
            status = lint.main(["lint", str(self.root)])
        return status, printed.getvalue()

    def refused(self, lint, words):
        status, printed = self.run_lint(lint)
        self.assertEqual(status, 1, printed)
        self.assertIn(words, printed)

    def accepted(self, lint):
        status, printed = self.run_lint(lint)
        self.assertEqual(status, 0, printed)


class Layers(Tree):
    def line(self, name, line):
        self.write(name, LICENCE + line + "\n")

    def test_core_must_not_include_sim(self):
        self.line("core/base/a.cc", '#include "sim/kernel/event_queue.h"')
        self.refused(layers, "a.cc:2: includes sim/kernel/event_queue.h against the arrows")

    def test_base_must_not_include_a_role(self):
        self.line("core/base/a.cc", '#include "core/lb/load_balancer.h"')
        self.refused(layers, "against the arrows")

    def test_a_role_may_include_another_roles_messages_and_nothing_else_of_it(self):
        self.line("core/runner/a.cc", '#include "core/lb/messages.h"')
        self.accepted(layers)
        self.line("core/runner/a.cc", '#include "core/lb/load_balancer.h"')
        self.refused(layers, "against the arrows")

    def test_placement_must_not_include_the_machines(self):
        self.line("core/placement/a.cc", '#include "core/lb/messages.h"')
        self.refused(layers, "against the arrows")

    def test_the_world_must_not_include_the_command_line(self):
        self.line("sim/world/a.cc", '#include "sim/cli/run.h"')
        self.refused(layers, "against the arrows")

    def test_tools_may_include_the_simulator(self):
        self.line("tools/fnctl/a.cc", '#include "sim/report/table.h"')
        self.accepted(layers)

    def test_a_relative_include_is_refused(self):
        self.line("core/base/a.cc", '#include "../base/rng.h"')
        self.refused(layers, "write the full path")

    def test_leaks_into_the_core_are_refused(self):
        for code in (
            "auto now = std::chrono::steady_clock::now();", "#include <random>",
            "#include <thread>",
            "#include <unordered_map>", "std::map<Node*, int> order;", "double x = std::exp(1.0);",
            "int y = std::pow(2, 3);", "float z;", "double share;", "#include <iostream>",
            "const char* home = std::getenv(name);", "#include <boost/json.hpp>", "throw 1;",
            "#include <zstd.h>", "thread_local int t;", "auto h = std::hash<int>{}(1);",
        ):
            with self.subTest(code):
                self.line("core/lb/a.cc", code)
                self.refused(layers, "core/lb/a.cc:2: uses")

    def test_comments_and_strings_do_not_count(self):
        self.line("core/lb/a.cc", '// throw a double at steady_clock\nauto s = "std::thread";')
        self.accepted(layers)

    def test_our_own_words_do_not_look_like_libm(self):
        self.line("core/lb/a.cc", "int x = catalog(1) + rng.exp2(3) + power(2);")
        self.accepted(layers)

    def test_double_is_allowed_where_it_is_exact(self):
        for name in ("core/scaling/a.cc", "core/keepalive/a.cc", "core/placement/jump_hash.cc"):
            self.line(name, "double share = std::sqrt(2.0);")
        self.accepted(layers)

    def test_the_thread_pool_and_the_command_line_may_use_threads(self):
        self.line("sim/world/thread_pool.cc", "#include <thread>")
        self.line("sim/cli/bench.cc", "auto now = std::chrono::steady_clock::now();")
        self.accepted(layers)
        self.line("sim/world/group_world.cc", "#include <thread>")
        self.refused(layers, "[thread]")


class Tidy(Tree):
    def good(self):
        self.write("core/base/meson.build", "core_sources += files('a.cc')\n")
        self.write("core/base/a.h", HEADER + "int answer();\n")
        self.write("core/base/a.cc", LICENCE + '\n#include "core/base/a.h"\n')

    def test_a_tidy_tree_is_accepted(self):
        self.good()
        self.accepted(tidy)

    def test_each_fault_is_named_with_its_line(self):
        faults = {
            "long.cc": (LICENCE + "// " + "x" * 98 + "\n", "long.cc:2: 101 columns"),
            "mark.cc": (LICENCE + "// TO" "DO: later\n", "mark.cc:2: `TO" "DO`"),
            "blank.cc": (LICENCE + "int x; \n", "blank.cc:2: blank at the end"),
            "path.cc": (LICENCE + "// see /ho" "me/some/notes\n", "path.cc:2: a path of one"),
            "free.cc": ("int x;\n", "free.cc:1: write `// SPDX"),
            "huge.cc": (LICENCE + "\n" * 400, "huge.cc:400: the file has 401 lines"),
            "dead.cc": (LICENCE, "dead.cc:1: in no meson.build"),
            "bare.h": (LICENCE + "\n#pragma once\n", "bare.h:2: write the header's contract"),
            "twice.h": (CONTRACT + "int x;\n", "write `#pragma once`"),
            "alone.h": (HEADER, "alone.h:1: nothing includes this header"),
            "a_test.cc": (LICENCE + "\n#include <vector>\n", "a_test.cc:2: state the goal"),
        }
        for name, (text, words) in faults.items():
            with self.subTest(name):
                self.setUp()
                self.good()
                self.write(f"core/base/{name}", text)
                self.refused(tidy, words)

    def test_a_long_function_is_refused_unless_it_is_excepted(self):
        self.good()
        body = "int Answer::find(int x) const {\n" + "  x += 1;\n" * 70 + "  return x;\n}\n"
        self.write("core/base/a.cc", LICENCE + '\n#include "core/base/a.h"\n\n' + body)
        self.refused(tidy, "core/base/a.cc:5: Answer::find has 73 lines")
        self.write("tools/lint/exceptions.txt",
                   "function core/base/a.cc:Answer::find a table of all answers\n")
        self.accepted(tidy)

    def test_an_exception_that_nothing_needs_is_refused(self):
        self.good()
        self.write("tools/lint/exceptions.txt", "file core/base/a.cc it was long once\n")
        self.refused(tidy, "exceptions.txt:1: file core/base/a.cc needs no exception any more")

    def test_a_document_must_not_name_what_does_not_exist(self):
        self.good()
        self.write("ARCHITECTURE.md", "See `core/base/{a,b}.h` and `core/base/a`.\n")
        self.refused(tidy, "ARCHITECTURE.md:1: core/base/b.h does not exist")
        self.write("ARCHITECTURE.md", "See `core/base/a.{h,cc}:f`, `core/base/`, `core/*/a`.\n")
        self.accepted(tidy)


class Scenarios(Tree):
    def list(self, *rows):
        self.write("tests/core/a_test.cc", "TEST(Queue, KeepsOrder) {\n}\n"
                   "TEST_F(\n    Queue, Ends) {\n}\nTEST_P(Queue, Lives) {\n}\n")
        self.write("tests/e2e/a_test.py", "class A:\n    def test_it_runs(self):\n        pass\n")
        self.write("tests/fn-scenarios.md",
                   "# List\n\n| Scenario | Test |\n|---|---|\n" + "".join(
                       f"| it works | {row} |\n" for row in rows))

    def test_names_that_are_there_are_counted_by_kind(self):
        self.list("`Queue.KeepsOrder`, `Queue.Ends`", "`tests/e2e/a_test.py: test_it_runs`",
                  "different: on purpose, `Queue.Lives`", "none: there is no such thing")
        self.assertIn("4 scenarios of Fn: 2 covered, 1 different, 1 none",
                      self.run_lint(scenarios)[1])
        self.accepted(scenarios)

    def test_each_fault_of_a_row_is_named_with_its_line(self):
        for row, words in (("`Queue.Forgets`", "no source of a test has Queue.Forgets"),
                           ("`Keeps.Order`", "no source of a test has Keeps.Order"),
                           ("`tests/e2e/a_test.py: test_it`", "tests/e2e/a_test.py has no"),
                           ("`tests/e2e/b_test.py: test_it_runs`", "tests/e2e/b_test.py has"),
                           ("`tests/transcripts/a.txt`", "there is no file tests/transcripts"),
                           ("none: see `queue`", "`queue` is neither Suite.Name"),
                           ("Queue.KeepsOrder", "write `| scenario | proof |`"),
                           ("none", "write `| scenario | proof |`"),
                           ("", "write `| scenario | proof |`"),
                           ("`Queue.Ends` | more", "write `| scenario | proof |`")):
            with self.subTest(row):
                self.list("`Queue.Ends`", row)
                self.refused(scenarios, "fn-scenarios.md:6: " + words)

    def test_a_list_without_rows_is_refused(self):
        self.list()
        self.refused(scenarios, "it lists no scenario")


class Text(unittest.TestCase):
    def test_blanking_keeps_lines_and_columns(self):
        text = 'int a; // "x"\nauto b = R"x(\n)" )x"; /* \n */ char c = \'"\'; int d = 1\'000;\n'
        blanked = source.blanked(text)
        self.assertEqual(len(text), len(blanked))
        self.assertEqual(text.count("\n"), blanked.count("\n"))
        self.assertEqual(text.index("int d"), blanked.index("int d"))
        self.assertNotIn('"', blanked)

    def test_functions_are_found_in_classes_and_behind_initialisers(self):
        text = ("namespace a {\nclass B {\n public:\n  int f() const {\n    return 1;\n  }\n};\n"
                "B::B(int x) : y_{x}, z_(x) {\n  go();\n}\nint t[] = {1, 2};\n"
                "TEST(A, Works) {\n  auto l = [] {\n  };\n}\n}\n")
        self.assertEqual([(name, first, lines) for name, first, lines in tidy.functions(text)],
                         [("f", 4, 3), ("B::B", 8, 3), ("TEST", 12, 4)])


if __name__ == "__main__":
    unittest.main()
